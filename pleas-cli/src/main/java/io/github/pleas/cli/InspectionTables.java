package io.github.pleas.cli;

import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.symmetry.UnitGroup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/**
 * The tables of a network's unit groups and layers. Rows of groups are called by the first group's
 * index, with a star where they stand for several.
 */
final class InspectionTables {
  /** More groups than these on a layer's side are counted. */
  private static final int GROUPS_SHOWN = 3;

  private static final String MANY = "groups";

  private final Inspection inspection;
  private final Folding folding;
  private final List<List<UnitGroup>> rows;
  private final Map<UnitGroup, String> labels = new HashMap<>();

  /** The groups that cannot be separate, by the kind of reason. */
  private final Map<String, List<UnitGroup>> reasons;

  InspectionTables(Inspection inspection, Folding folding) {
    this.inspection = inspection;
    this.folding = folding;
    this.rows =
        folding.fold(
            inspection.groups(),
            group ->
                List.of(
                    Folding.pattern(group.name()),
                    units(group),
                    magnitude(group.members().size()),
                    inspection.symmetry().inside(group).stream().map(UnitGroup::size).toList(),
                    inspection.queryHeads(group),
                    Folding.pattern(inspection.whyNotSeparate(group))));
    this.reasons =
        inspection.groups().stream()
            .filter(group -> group.blocks().isEmpty())
            .filter(group -> !inspection.whyNotSeparate(group).isEmpty())
            .collect(
                Collectors.groupingBy(
                    group -> Folding.pattern(inspection.whyNotSeparate(group)),
                    LinkedHashMap::new,
                    Collectors.toList()));
    for (List<UnitGroup> row : rows) {
      String label = "g" + row.get(0).index() + (row.size() > 1 ? "*" : "");
      row.forEach(group -> labels.put(group, label));
    }
  }

  private String units(UnitGroup group) {
    return inspection
        .blocks(group)
        .map(blocks -> blocks.size() + " blocks of " + group.size() / blocks.size())
        .orElse(Integer.toString(group.size()));
  }

  /** What all layers share is not like what two of them share. */
  private static int magnitude(int places) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(places);
  }

  /** The groups; what stands in blocks is set in under them. */
  TextTable groups() {
    TextTable table =
        new TextTable(List.of("", "unit group", "groups", "units", "places", "can be separate"));
    for (List<UnitGroup> row : rows) {
      UnitGroup first = row.get(0);
      table.row(
          List.of(
              label(first),
              "  ".repeat(depth(first)) + Folding.common(row, UnitGroup::name),
              Integer.toString(row.size()),
              units(first),
              places(row),
              separate(first)));
    }
    return table;
  }

  /** Whether units can be separate; those in blocks can as these can. */
  private String separate(UnitGroup group) {
    return inspection
        .blocks(group)
        .map(blocks -> "with " + label(blocks))
        .orElseGet(() -> inspection.whyNotSeparate(group).isEmpty() ? "yes" : "no " + note(group));
  }

  /** Blocks of several units may stand nowhere themselves. */
  private static String places(List<UnitGroup> row) {
    String places = Folding.range(row, group -> group.members().size());
    return places.equals("0") ? "-" : places;
  }

  /** In how many blocks, one in another, the units of a group stand. */
  private int depth(UnitGroup group) {
    return inspection.blocks(group).map(blocks -> 1 + depth(blocks)).orElse(0);
  }

  private String note(UnitGroup group) {
    String kind = Folding.pattern(inspection.whyNotSeparate(group));
    List<String> kinds = List.copyOf(reasons.keySet());
    return "[" + (kinds.indexOf(kind) + 1) + "]";
  }

  /** Why groups cannot be separate, by the numbers in the table of groups. */
  List<String> notes() {
    List<String> notes = new ArrayList<>();
    for (List<UnitGroup> groups : reasons.values()) {
      String why = Folding.common(groups, inspection::whyNotSeparate);
      notes.add("[" + (notes.size() + 1) + "] " + why);
    }
    return notes;
  }

  /** How many query heads share each unit of the groups that are heads of keys and values. */
  List<String> queryHeads() {
    return rows.stream()
        .map(row -> row.get(0))
        .flatMap(
            group ->
                inspection
                    .queryHeads(group)
                    .map(each -> label(group) + ": each is shared by " + each + " query heads")
                    .stream())
        .toList();
  }

  private String label(UnitGroup group) {
    return labels.getOrDefault(group, "");
  }

  /** The layers, with the groups that they read and write. */
  TextTable layers() {
    Network network = inspection.network();
    TextTable table =
        new TextTable(List.of("layer", "layers", "kind", "reads", "writes", "MACs", "parameters"));
    for (List<Layer> row :
        folding.fold(
            network.layers(),
            layer ->
                List.of(
                    Folding.pattern(layer.name()),
                    layer.kind(),
                    kind(inspection.reads(layer)),
                    kind(inspection.writes(layer))))) {
      Layer first = row.get(0);
      table.row(
          List.of(
              Folding.common(row, Layer::name),
              Integer.toString(row.size()),
              first.kind().name().toLowerCase(Locale.ROOT),
              side(row, Layer::inputs, inspection::reads),
              side(row, Layer::outputs, inspection::writes),
              number(row.stream().mapToLong(layer -> layer.macs(network)).sum()),
              number(row.stream().mapToLong(layer -> layer.parameters(network)).sum())));
    }
    return table;
  }

  /** What a side of several layers has in common. */
  private String kind(Inspection.Side side) {
    Set<String> names =
        side.groups().keySet().stream()
            .map(this::label)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    if (names.size() > GROUPS_SHOWN) {
      names = new LinkedHashSet<>(Set.of(MANY));
    }
    if (side.fixed() > 0) {
      names.add("fixed");
    }
    return String.join(" + ", names);
  }

  private String side(
      List<Layer> row, ToIntFunction<Layer> units, Function<Layer, Inspection.Side> side) {
    String kind = kind(side.apply(row.get(0)));
    String of = kind.equals("fixed") ? " " : " of ";
    String groups = Folding.range(row, layer -> side.apply(layer).groups().size());
    return Folding.range(row, units) + of + kind.replace(MANY, groups + " " + MANY);
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
