package io.github.pleas.symmetry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The result of the analysis: the unit groups of a network and where each unit stands. */
public final class Symmetry {
  /**
   * Units of a layer's output that do not move.
   *
   * @param layer the layer's name
   * @param units how many of its output units
   * @param reason why
   */
  public record Fixed(String layer, int units, String reason) {}

  private final List<UnitGroup> groups;
  private final Map<UnitGroup.Member, AxisUnits> axes;
  private final List<Fixed> fixed;
  private final List<String> unknownOperators;

  Symmetry(
      List<UnitGroup> groups,
      Map<UnitGroup.Member, AxisUnits> axes,
      List<Fixed> fixed,
      List<String> unknownOperators) {
    this.groups = List.copyOf(groups);
    this.axes = new HashMap<>(axes);
    this.fixed = List.copyOf(fixed);
    this.unknownOperators = List.copyOf(unknownOperators);
  }

  public List<UnitGroup> groups() {
    return groups;
  }

  /** Units that do not move, by layer, with the reason. */
  public List<Fixed> fixed() {
    return fixed;
  }

  /** Nodes whose operator has no rule, as messages name them. */
  public List<String> unknownOperators() {
    return unknownOperators;
  }

  /** Whose units stand on an axis, if any do. */
  public Optional<AxisUnits> axis(String tensor, int axis) {
    return Optional.ofNullable(axes.get(new UnitGroup.Member(tensor, axis)));
  }

  /** Whose units stand on each axis of a tensor. */
  public List<Optional<AxisUnits>> axes(String tensor, int rank) {
    List<Optional<AxisUnits>> all = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      all.add(axis(tensor, axis));
    }
    return all;
  }
}
