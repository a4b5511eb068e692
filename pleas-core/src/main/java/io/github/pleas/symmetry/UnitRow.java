package io.github.pleas.symmetry;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An axis read as a row of whole groups, each with its units in order and each unit a run of as
 * many places. Units that stand in blocks are read as these: on the 384 columns of a layer that
 * makes queries, keys and values of 4 heads of 32 features stand three times all 4 heads, each a
 * run of 32 places; on [batch, heads, positions, features], where units stand on the axes 1 and 3
 * together, axis 1 holds all heads, each in a place. So it can grow: where more units of a group
 * are kept, each of its segments has more runs.
 *
 * @param segments one after another, all of the axis
 * @param length of the axis
 */
public record UnitRow(List<Segment> segments, int length) {
  /**
   * A whole group, or places that do not move.
   *
   * @param group the group, which stands in no blocks, or -1
   * @param start the first place
   * @param run places for each unit; where nothing moves, all of the segment
   */
  public record Segment(int group, int start, int run) {}

  public UnitRow {
    segments = List.copyOf(segments);
  }

  /** Whose unit stands at a place; the group is -1 where what stands there does not move. */
  private record Whose(int group, int unit) {}

  /**
   * An axis on which units stand, alone or with other axes.
   *
   * @param standing where the units stand
   * @param axis an axis of the tensor
   * @param shape of the tensor
   * @return nothing where the axis is no such row: where a place has elements of several units, say
   */
  static Optional<UnitRow> of(
      Symmetry symmetry, Symmetry.Standing standing, int axis, int[] shape) {
    Optional<int[]> cut = cut(standing, axis, shape);
    if (cut.isEmpty()) {
      return Optional.empty();
    }
    int length = cut.get()[1];
    int inner = cut.get()[2];
    List<List<Integer>> elements = new ArrayList<>();
    List<Whose> whose = new ArrayList<>();
    for (int place = 0; place < length; place++) {
      List<Integer> own = new ArrayList<>();
      for (int outer = 0; outer < cut.get()[0]; outer++) {
        for (int i = 0; i < inner; i++) {
          own.add((outer * length + place) * inner + i);
        }
      }
      Whose first = whose(symmetry, standing.units(), own.get(0));
      if (own.stream().anyMatch(e -> !whose(symmetry, standing.units(), e).equals(first))) {
        return Optional.empty();
      }
      elements.add(own);
      whose.add(first);
    }
    return row(symmetry, whose).filter(row -> row.areAlike(symmetry, standing.units(), elements));
  }

  /** Elements in front of, on, and behind the axis, if the units stand on it. */
  private static Optional<int[]> cut(Symmetry.Standing standing, int axis, int[] shape) {
    if (standing.isOn(axis)) {
      return Optional.of(new int[] {1, standing.units().length(), 1});
    }
    int[] axes = standing.viewAxes();
    int k = Arrays.binarySearch(axes, axis);
    if (k < 0 || !Arrays.equals(standing.view(), shape)) {
      return Optional.empty();
    }
    int outer = 1;
    int inner = 1;
    for (int other = 0; other < axes.length; other++) {
      outer *= other < k ? shape[axes[other]] : 1;
      inner *= other > k ? shape[axes[other]] : 1;
    }
    return Optional.of(new int[] {outer, shape[axis], inner});
  }

  private static Whose whose(Symmetry symmetry, AxisUnits units, int element) {
    int group = units.group()[element];
    if (group < 0) {
      return new Whose(-1, 0);
    }
    int outermost = symmetry.outermost(group);
    return new Whose(outermost, units.unit()[element] / symmetry.each(group));
  }

  private static Optional<UnitRow> row(Symmetry symmetry, List<Whose> whose) {
    List<Segment> segments = new ArrayList<>();
    int at = 0;
    while (at < whose.size()) {
      int start = at;
      Whose first = whose.get(at);
      int run = 1;
      while (start + run < whose.size() && whose.get(start + run).equals(first)) {
        run++;
      }
      int units = first.group() < 0 ? 1 : symmetry.groups().get(first.group()).size();
      for (; at < start + units * run; at++) {
        int unit = (at - start) / run;
        if (at >= whose.size() || !whose.get(at).equals(new Whose(first.group(), unit))) {
          return Optional.empty();
        }
      }
      segments.add(new Segment(first.group(), start, run));
    }
    return Optional.of(new UnitRow(segments, whose.size()));
  }

  /** Whether what stands in each unit does so in the same order as in the others. */
  private boolean areAlike(Symmetry symmetry, AxisUnits units, List<List<Integer>> elements) {
    for (Segment segment : segments) {
      int count = segment.group() < 0 ? 0 : symmetry.groups().get(segment.group()).size();
      for (int unit = 1; unit < count; unit++) {
        for (int place = 0; place < segment.run(); place++) {
          List<Integer> first = elements.get(segment.start() + place);
          List<Integer> own = elements.get(segment.start() + unit * segment.run() + place);
          for (int e = 0; e < own.size(); e++) {
            int group = units.group()[own.get(e)];
            int shift = unit * symmetry.each(group);
            if (units.group()[first.get(e)] != group
                || units.unit()[own.get(e)] != units.unit()[first.get(e)] + shift) {
              return false;
            }
          }
        }
      }
    }
    return true;
  }

  /** Whether units of a group stand here. */
  public boolean has(int group) {
    return segments.stream().anyMatch(segment -> segment.group() == group);
  }

  /**
   * Where a boundary between segments is when groups keep pairs separate.
   *
   * @param place a place of the axis, or its end
   * @param separate for each group how many pairs
   * @return nothing where the place is within a group
   */
  public OptionalInt grown(int place, int[] separate) {
    int more = 0;
    for (int k = 0; k < segments.size() && segments.get(k).start() < place; k++) {
      Segment segment = segments.get(k);
      int end = k + 1 < segments.size() ? segments.get(k + 1).start() : length;
      if (segment.group() >= 0 && place < end) {
        return OptionalInt.empty();
      }
      more += segment.group() < 0 ? 0 : separate[segment.group()] * segment.run();
    }
    return OptionalInt.of(place + more);
  }

  /** Whether any units stand here. */
  public boolean moves() {
    return segments.stream().anyMatch(segment -> segment.group() >= 0);
  }
}
