package io.github.pleas.symmetry;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Neighbouring axes that a reshape makes other neighbouring axes of: as many elements, in the same
 * order in memory.
 *
 * @param firstIn the first axis before
 * @param endIn the axis after the last one before
 * @param firstOut the first axis after the reshape
 * @param endOut the axis after the last one after the reshape
 */
record Run(int firstIn, int endIn, int firstOut, int endOut) {
  /**
   * The shortest runs of equal product.
   *
   * @param from lengths before
   * @param to lengths after the reshape, of the same product
   */
  static List<Run> between(long[] from, long[] to) {
    List<Run> runs = new ArrayList<>();
    int i = 0;
    int o = 0;
    while (i < from.length || o < to.length) {
      int startIn = i;
      int startOut = o;
      long left = i < from.length ? from[i++] : 1;
      long right = o < to.length ? to[o++] : 1;
      while (left != right) {
        if (left < right) {
          left *= from[i++];
        } else {
          right *= to[o++];
        }
      }
      // Axes of one element belong to the run before them: a squeezed axis changes nothing.
      while (i < from.length && from[i] == 1) {
        i++;
      }
      while (o < to.length && to[o] == 1) {
        o++;
      }
      runs.add(new Run(startIn, i, startOut, o));
    }
    return runs;
  }

  boolean reads(Elements e) {
    return e.axes(axis -> axis >= firstIn && axis < endIn).length > 0;
  }

  IntStream inputAxes() {
    return IntStream.range(firstIn, endIn);
  }

  IntStream outputAxes() {
    return IntStream.range(firstOut, endOut);
  }

  /** Whether the batch does not lie outermost in the run, so that the images' elements mix. */
  boolean mixes(Apart from, Apart to) {
    return behind(from, firstIn, endIn) || behind(to, firstOut, endOut);
  }

  private static boolean behind(Apart shape, int first, int end) {
    int batch = shape.batch();
    return batch >= first
        && batch < end
        && IntStream.range(first, batch).anyMatch(axis -> shape.length(axis) > 1);
  }
}
