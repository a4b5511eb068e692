package io.github.pleas.report;

import static io.github.pleas.report.Options.map;

import io.github.pleas.layout.MergedAxis;
import io.github.pleas.layout.MergedLayer;
import io.github.pleas.merge.MergeResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How wide each layer was and is: its units that are A's alone, merged, and B's alone. */
final class WidthSection {
  private WidthSection() {}

  /** What the outputs of a merged layer stand for. */
  private record Widths(String layer, int before, int onlyA, int merged, int onlyB) {
    static Widths of(MergedLayer layer) {
      MergedAxis out = layer.out();
      int onlyA = 0;
      int onlyB = 0;
      for (int e = 0; e < out.length(); e++) {
        onlyA += out.isOnlyA(e) ? 1 : 0;
        onlyB += out.isOnlyB(e) ? 1 : 0;
      }
      return new Widths(
          layer.name(), layer.layer().outputs(), onlyA, out.length() - onlyA - onlyB, onlyB);
    }

    int after() {
      return onlyA + merged + onlyB;
    }
  }

  static Section of(MergeFacts facts) {
    List<Widths> all = widths(facts);
    List<String> names = all.stream().map(Widths::layer).toList();
    Map<String, Object> option = Options.byName(names, Options.numbers("units", "%count"));
    option.put(
        "series",
        List.of(
            part("A's alone", "a", all.stream().map(Widths::onlyA).toList()),
            part("merged", "merged", all.stream().map(Widths::merged).toList()),
            part("B's alone", "b", all.stream().map(Widths::onlyB).toList())));
    option.put("legend", map("show", true));
    option.put("tooltip", map("trigger", "axis", "axisPointer", map("type", "shadow")));
    Table.Builder table =
        Table.of(
            "layer",
            "units in an original",
            "in the merged network",
            "A's alone",
            "merged",
            "B's alone",
            "ratio");
    for (Widths each : all) {
      table.row(
          each.layer(),
          Numbers.count(each.before()),
          Numbers.count(each.after()),
          Numbers.count(each.onlyA()),
          Numbers.count(each.merged()),
          Numbers.count(each.onlyB()),
          Numbers.times((double) each.after() / each.before()));
    }
    return Section.of("widths", "Widths before and after")
        .say(
            "The units that each layer writes. Merged ones do the work of one unit of each original; the others are"
                + " as they were in one of them. Both networks side by side would be twice as wide throughout. A head of"
                + " an original has that one's classes.")
        .chart(
            new Chart(
                "width-chart",
                "Units of each merged layer",
                "The table has the originals' widths beside them.",
                Options.height(names.size(), 30),
                option,
                table.end()))
        .folded("The unit groups", groups(facts))
        .end();
  }

  private static Map<String, Object> part(String name, String color, List<Integer> counts) {
    Map<String, Object> bars = Options.bar(name, color, counts);
    bars.put("stack", "units");
    return bars;
  }

  private static List<Widths> widths(MergeFacts facts) {
    return facts.result().architecture().layers().stream()
        .filter(layer -> layer.role() != MergedLayer.Role.KEPT)
        .map(Widths::of)
        .toList();
  }

  private static Table groups(MergeFacts facts) {
    Table.Builder table =
        Table.of("group", "units", "merged width", "separate pairs", "mean similarity", "note");
    for (MergeResult.Group group : facts.result().groups()) {
      table.row(
          group.name(),
          Numbers.count(group.units()),
          Numbers.count(group.width()),
          Numbers.count(group.separate()),
          Numbers.ratio(group.meanScore()),
          group.whyRigid().isEmpty() ? Numbers.NONE : "merges fully: " + group.whyRigid());
    }
    return table.end();
  }

  /**
   * The share of each layer's original width that each budget adds.
   *
   * @param merges of one pair of networks, by size
   */
  static Section of(List<MergeFacts> merges) {
    List<Widths> first = widths(merges.get(0));
    List<String> names = first.stream().map(Widths::layer).toList();
    Map<String, Object> axis = Options.numbers("", "%times");
    axis.put("min", 1);
    Map<String, Object> option = Options.byName(names, axis);
    List<Object> series = new ArrayList<>();
    List<String> header = new ArrayList<>(List.of("layer", "units in an original"));
    for (int m = 0; m < merges.size(); m++) {
      String budget = "budget " + SweepPage.budget(merges.get(m));
      header.add(budget);
      List<Double> ratios =
          widths(merges.get(m)).stream()
              .map(each -> Numbers.rounded((double) each.after() / each.before(), 4))
              .toList();
      String color = "ramp:" + (merges.size() == 1 ? 1 : (double) m / (merges.size() - 1));
      series.add(ResidualSection.line(budget, color, ratios, names.size()));
    }
    option.put("series", series);
    option.put("legend", map("show", true));
    option.put("tooltip", map("trigger", "axis", "valueFormatter", "%times"));
    Table.Builder table = Table.of(header);
    for (int layer = 0; layer < names.size(); layer++) {
      List<String> cells =
          new ArrayList<>(List.of(names.get(layer), Numbers.count(first.get(layer).before())));
      for (MergeFacts each : merges) {
        cells.add(Numbers.count(widths(each).get(layer).after()));
      }
      table.row(cells);
    }
    return Section.of("widths", "Widths by budget")
        .say(
            "How wide each layer of each merged network is, where an original's is 1 and both side by side 2.")
        .chart(
            new Chart(
                "width-chart",
                "Width of each layer, in originals",
                "A line for each budget; the table counts units.",
                Options.height(names.size(), 30),
                option,
                table.end()))
        .end();
  }
}
