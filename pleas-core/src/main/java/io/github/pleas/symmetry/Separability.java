package io.github.pleas.symmetry;

import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which unit groups may keep pairs of units separate when networks merge, and how long axes become
 * then. A group may where nothing makes its units rigid and each axis on which they stand is a row
 * of whole groups ({@link UnitRow}). Units in blocks, such as the features of an attention head,
 * are separate with their block: of a head that is A's alone all units are, of a merged one none.
 * The group of the blocks decides; it may keep some separate where, besides, each operator on their
 * way can do with more of them ({@link Growth}).
 */
public final class Separability {
  private static final String NO_ROWS = "they do not stand in whole rows";

  private final Network network;
  private final Symmetry symmetry;
  private final Map<String, List<Optional<UnitRow>>> rows = new HashMap<>();
  private final Map<Integer, String> why = new HashMap<>();

  private Separability(Network network, Symmetry symmetry) {
    this.network = network;
    this.symmetry = symmetry;
  }

  /** What may be separate in a network whose ends its own nodes read. */
  public static Separability of(Network network, Symmetry symmetry) {
    return of(network, symmetry, Set.of());
  }

  /**
   * What may be separate.
   *
   * @param network the network, or its trunk, that was analysed
   * @param ends values that others than its nodes read along a single axis
   */
  public static Separability of(Network network, Symmetry symmetry, Set<String> ends) {
    Separability found = new Separability(network, symmetry);
    found.findRows();
    for (UnitGroup group : symmetry.groups()) {
      if (group.blocks().isEmpty()) {
        found.check(group, ends);
      }
    }
    return found;
  }

  public Symmetry symmetry() {
    return symmetry;
  }

  /** Whether a group may decide that pairs of its units stay separate. */
  public boolean isSeparable(int group) {
    return symmetry.groups().get(group).blocks().isEmpty() && !why.containsKey(group);
  }

  /** For each group whether it may decide that pairs of its units stay separate. */
  public boolean[] separable() {
    boolean[] all = new boolean[symmetry.groups().size()];
    for (int g = 0; g < all.length; g++) {
      all[g] = isSeparable(g);
    }
    return all;
  }

  /** Why no units of a group can be kept separate, not with their blocks either. */
  public Optional<String> whyNot(int group) {
    return Optional.ofNullable(why.get(symmetry.outermost(group)));
  }

  /** An axis of a value or constant on which units stand, if it is a row of whole groups. */
  public Optional<UnitRow> row(String tensor, int axis) {
    List<Optional<UnitRow>> own = rows.getOrDefault(tensor, List.of());
    return axis < own.size() ? own.get(axis) : Optional.empty();
  }

  private void findRows() {
    Set<String> tensors = new LinkedHashSet<>();
    symmetry.groups().forEach(g -> g.members().forEach(m -> tensors.add(m.tensor())));
    for (String tensor : tensors) {
      int[] shape = network.shape(tensor).dimensions();
      List<Optional<UnitRow>> own = new ArrayList<>();
      for (int axis = 0; axis < shape.length; axis++) {
        int at = axis;
        own.add(
            symmetry.standings(tensor).stream()
                .flatMap(standing -> UnitRow.of(symmetry, standing, at, shape).stream())
                .filter(UnitRow::moves)
                .findFirst());
      }
      rows.put(tensor, own);
    }
  }

  private void check(UnitGroup group, Set<String> ends) {
    List<UnitGroup> family = symmetry.family(group);
    Optional<String> found = group.whyRigid();
    if (family.size() == 1) {
      found = found.or(() -> outOfRow(group));
    } else {
      found = found.or(() -> blocksOutOfRow(family, ends)).or(() -> hindered(group, family));
    }
    found.ifPresent(reason -> why.put(group.index(), reason));
  }

  private Optional<String> outOfRow(UnitGroup group) {
    boolean inRows =
        group.members().stream()
            .allMatch(m -> m.isOnOneAxis() && row(m.tensor(), m.axis()).isPresent());
    return inRows ? Optional.empty() : Optional.of(NO_ROWS);
  }

  /** Whether somewhere the blocks do not stand one after another along exactly one axis. */
  private Optional<String> blocksOutOfRow(List<UnitGroup> family, Set<String> ends) {
    int blocks = family.get(0).index();
    Set<Integer> own = family.stream().map(UnitGroup::index).collect(Collectors.toSet());
    for (String tensor : tensors(family)) {
      for (Symmetry.Standing standing : symmetry.standings(tensor)) {
        boolean stands = IntStream.of(standing.units().group()).anyMatch(own::contains);
        long along =
            standing.axes().stream()
                .filter(axis -> row(tensor, axis).filter(row -> row.has(blocks)).isPresent())
                .count();
        boolean several = standing.axes().size() > 1;
        if (stands && (along != 1 || several && ends.contains(tensor))) {
          return Optional.of("they do not stand in a row along one axis of '" + tensor + "'");
        }
      }
    }
    return Optional.empty();
  }

  private static Set<String> tensors(List<UnitGroup> family) {
    Set<String> tensors = new LinkedHashSet<>();
    family.forEach(g -> g.members().forEach(member -> tensors.add(member.tensor())));
    return tensors;
  }

  /** The first operator on the blocks' way that cannot do with more of them. */
  private Optional<String> hindered(UnitGroup group, List<UnitGroup> family) {
    Set<String> tensors = tensors(family);
    Map<Node, Layer> layers = new HashMap<>();
    network.layers().forEach(layer -> layers.put(layer.node(), layer));
    Growth growth =
        new Growth(network, (tensor, axis) -> row(tensor, axis).filter(r -> r.has(group.index())));
    for (Node node : network.graph().nodes()) {
      Set<String> touched = new HashSet<>(Subgraphs.reads(node));
      touched.addAll(node.outputs());
      if (touched.stream().anyMatch(tensors::contains)) {
        Optional<String> reason =
            growth.whyNot(node, Optional.ofNullable(layers.get(node)), tensors);
        if (reason.isPresent()) {
          return reason;
        }
      }
    }
    return Optional.empty();
  }

  /** How many places an axis has when groups keep pairs separate, as many as are given. */
  public int length(String tensor, int axis, int merged, int[] separate) {
    return row(tensor, axis)
        .map(
            row ->
                merged
                    + row.segments().stream()
                        .filter(segment -> segment.group() >= 0)
                        .mapToInt(segment -> separate[segment.group()] * segment.run())
                        .sum())
        .orElse(merged);
  }
}
