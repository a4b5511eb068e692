package io.github.pleas.layout;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Neighbours on a merged axis that are all merged, all A-only or all B-only. An axis of one group
 * has at most three; one of several groups has three for each.
 *
 * @param side whose they are
 * @param from the first element
 * @param to the element after the last
 */
record UnitRun(Side side, int from, int to) {
  private static Side side(MergedAxis axis, int element) {
    return axis.isOnlyA(element) ? Side.A : axis.isOnlyB(element) ? Side.B : Side.MERGED;
  }

  /**
   * The elements of an axis that its outputs may see: A-only ones no B-only ones, nor the other
   * way.
   */
  int[] seen(MergedAxis in) {
    return IntStream.range(0, in.length())
        .filter(
            e -> {
              Side input = side(in, e);
              return side == Side.MERGED || input == Side.MERGED || side == input;
            })
        .toArray();
  }

  int length() {
    return to - from;
  }

  /** Its elements. */
  int[] elements() {
    return IntStream.range(from, to).toArray();
  }

  /** The runs of an axis in order. */
  static List<UnitRun> of(MergedAxis axis) {
    List<UnitRun> runs = new ArrayList<>();
    int from = 0;
    for (int e = 1; e <= axis.length(); e++) {
      if (e == axis.length() || side(axis, e) != side(axis, from)) {
        runs.add(new UnitRun(side(axis, from), from, e));
        from = e;
      }
    }
    return runs;
  }
}
