package io.github.pleas.symmetry;

import io.github.pleas.onnx.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The result of the analysis: the unit groups of a network and where each unit stands. */
public final class Symmetry {
  /**
   * Units that a layer, or another operator with weights, writes and that do not move.
   *
   * @param layer the operator's name
   * @param tensor where they stand: its output, or a weight where not all units come out
   * @param axes the axes of its units: one, or several together
   * @param ranges where on these axes they stand, numbered row-major, ascending
   * @param reason why
   * @param operator the node at which they were found to stay, if it was at one
   * @param output whether they are an output of the network, where nothing is expected to move
   */
  public record Fixed(
      String layer,
      String tensor,
      List<Integer> axes,
      List<Range> ranges,
      String reason,
      Optional<Node> operator,
      boolean output) {
    public Fixed {
      axes = List.copyOf(axes);
      ranges = List.copyOf(ranges);
    }

    /** How many of the layer's output units. */
    public int units() {
      return ranges.stream().mapToInt(Range::length).sum();
    }
  }

  /**
   * Neighbouring places on an axis.
   *
   * @param first the first of them
   * @param last the last of them
   */
  public record Range(int first, int last) {
    /** The fewest ranges that hold these places. */
    static List<Range> of(List<Integer> ascending) {
      List<Range> ranges = new ArrayList<>();
      for (int place : ascending) {
        int before = ranges.size() - 1;
        if (before >= 0 && ranges.get(before).last() == place - 1) {
          ranges.set(before, new Range(ranges.get(before).first(), place));
        } else {
          ranges.add(new Range(place, place));
        }
      }
      return ranges;
    }

    /** How many places. */
    public int length() {
      return last - first + 1;
    }
  }

  /**
   * Where units stand on a tensor: on one axis, or on several together.
   *
   * @param axes the tensor's axes that take part, ascending
   * @param fills whether the units fill these axes, rather than a part that a view cuts out
   * @param view the shape in which the tensor is seen: its own, or one with axes cut
   * @param viewAxes the view's axes over which the units are laid out, ascending
   * @param units for each combination of places on these, row-major, whose unit stands there
   */
  public record Standing(
      List<Integer> axes, boolean fills, int[] view, int[] viewAxes, AxisUnits units) {
    public Standing {
      axes = List.copyOf(axes);
    }

    /** Whether the units stand on a single axis and fill it. */
    public boolean isOn(int axis) {
      return fills && axes.equals(List.of(axis));
    }
  }

  private final List<UnitGroup> groups;
  private final Map<String, List<Standing>> standings;
  private final List<Fixed> fixed;
  private final List<String> unknownOperators;
  private final List<String> failedRules;
  private final List<int[]> elements;

  Symmetry(
      List<UnitGroup> groups,
      Map<String, List<Standing>> standings,
      List<Fixed> fixed,
      List<String> unknownOperators,
      List<String> failedRules,
      List<int[]> elements) {
    this.groups = List.copyOf(groups);
    this.standings = new LinkedHashMap<>(standings);
    this.fixed = List.copyOf(fixed);
    this.unknownOperators = List.copyOf(unknownOperators);
    this.failedRules = List.copyOf(failedRules);
    this.elements = List.copyOf(elements);
  }

  /** The groups; one whose units are blocks comes before those whose units stand in them. */
  public List<UnitGroup> groups() {
    return groups;
  }

  /** The groups of units that stand in a group's units, directly. */
  public List<UnitGroup> inside(UnitGroup blocks) {
    return groups.stream()
        .filter(g -> g.blocks().isPresent() && g.blocks().getAsInt() == blocks.index())
        .toList();
  }

  /** A group and all groups of what stands in its units, outer ones first. */
  public List<UnitGroup> family(UnitGroup outermost) {
    List<UnitGroup> family = new ArrayList<>(List.of(outermost));
    for (int i = 0; i < family.size(); i++) {
      family.addAll(inside(family.get(i)));
    }
    return family;
  }

  /** The outermost group of the blocks in which a group's units stand; itself if in none. */
  public int outermost(int group) {
    UnitGroup at = groups.get(group);
    while (at.blocks().isPresent()) {
      at = groups.get(at.blocks().getAsInt());
    }
    return at.index();
  }

  /** How many units of a group stand in each of its outermost blocks; 1 if it stands in none. */
  public int each(int group) {
    return groups.get(group).size() / groups.get(outermost(group)).size();
  }

  /** An element of each class that is a unit of a group, or part of one. */
  int[] elements(UnitGroup group) {
    return elements.get(group.index());
  }

  /** Units that do not move, by layer, with the reason. */
  public List<Fixed> fixed() {
    return fixed;
  }

  /** Nodes whose operator has no rule, as messages name them. */
  public List<String> unknownOperators() {
    return unknownOperators;
  }

  /** Nodes whose rule threw, as messages name them, each with what it threw. */
  public List<String> failedRules() {
    return failedRules;
  }

  /** Where units stand on a tensor. */
  public List<Standing> standings(String tensor) {
    return standings.getOrDefault(tensor, List.of());
  }

  /** Whose units stand on an axis, if any do that stand on no other axis together with it. */
  public Optional<AxisUnits> axis(String tensor, int axis) {
    return standings(tensor).stream().filter(s -> s.isOn(axis)).map(Standing::units).findFirst();
  }

  /** Whose units stand on each axis of a tensor, as {@link #axis} gives them. */
  public List<Optional<AxisUnits>> axes(String tensor, int rank) {
    List<Optional<AxisUnits>> all = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      all.add(axis(tensor, axis));
    }
    return all;
  }
}
