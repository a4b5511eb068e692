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
  /** Whose units are. */
  enum Side {
    A,
    MERGED,
    B;

    static Side of(MergedAxis axis, int element) {
      return axis.isOnlyA(element) ? A : axis.isOnlyB(element) ? B : MERGED;
    }

    /** Whether an output of this side may see an input of another: not A-only B-only's. */
    boolean sees(Side input) {
      return this == MERGED || input == MERGED || this == input;
    }

    /** The elements of an axis that an output of this side may see. */
    int[] seen(MergedAxis in) {
      return IntStream.range(0, in.length()).filter(e -> sees(of(in, e))).toArray();
    }
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
      if (e == axis.length() || Side.of(axis, e) != Side.of(axis, from)) {
        runs.add(new UnitRun(Side.of(axis, from), from, e));
        from = e;
      }
    }
    return runs;
  }
}
