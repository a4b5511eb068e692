package io.github.pleas.fit;

import io.github.pleas.linalg.Moments;
import io.github.pleas.runtime.Workers;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The base's prediction Y = X W0, taken off moments of X and T instead of off each row: X'D = X'T -
 * X'X W0, and as much for the sums of y and d. That is less work by the factor of the rows over the
 * unknowns. But products in single precision are wrong by 1e-7 of T, not of D, so it is for outputs
 * of which the base leaves a part: then the error is that which X'X makes in the solution anyway.
 */
final class BaseProducts {
  /** What is left of an output's mean square, at least. */
  private static final double LEAST_LEFT = 0.01;

  /** Rows for each unknown, at least, for it to be less work. */
  private static final int LEAST_ROWS = 4;

  /** Multiply-accumulates of the rows' predictions, at least: fewer take some milliseconds. */
  private static final double LEAST_WORK = 1e9;

  /** Rows that it is tried on, or one image's. */
  private static final int TRIED = 512;

  private BaseProducts() {}

  /**
   * Whether it would be less work, and may be done: the sums of the prediction come from a column
   * of ones.
   *
   * @param rows of all images
   * @param columns of X, without that of ones
   */
  static boolean saves(long rows, int columns, int outputs, boolean bias) {
    long unknowns = columns + 1L;
    return bias
        && rows >= LEAST_ROWS * unknowns
        && (double) rows * unknowns * outputs >= LEAST_WORK;
  }

  /**
   * The outputs of which a base leaves hardly anything, tried on some rows of the first images:
   * those whose rows it is to be taken off. Ascending.
   *
   * @param base W0, [unknowns, outputs], the bias in the last row
   * @param all how many rows there are
   */
  static int[] answered(List<LayerRows> parts, double[] base, long all, Workers workers) {
    try (LayerPanels panels = new LayerPanels(parts, base, true, Math.min(all, TRIED), workers)) {
      panels.readFirst(panel -> {});
      return answered(panels.sums(), parts.get(0).outputs());
    }
  }

  static int[] answered(BaseSums sums, int outputs) {
    // Where nothing was read, the comparison does not hold.
    return IntStream.range(0, outputs)
        .filter(o -> !(sums.meanSquareLeft(o) >= LEAST_LEFT * sums.meanSquareTarget(o)))
        .toArray();
  }

  /**
   * Takes the prediction off moments of X and T, the last column of X ones, which become those of X
   * and D.
   *
   * @param moments those of T for most outputs, of D already for some
   * @param base W0, [unknowns, outputs], rounded to single precision
   * @param some the outputs whose rows it was taken off
   * @param ofRows the sums of the prediction of these
   * @return the sums of the prediction
   */
  static BaseSums takeOff(Moments moments, double[] base, int[] some, BaseSums ofRows) {
    double[] cross = moments.cross();
    double[] squares = moments.squares();
    int outputs = squares.length;
    double[] rest = base.clone();
    for (int at = 0; at < rest.length; at += outputs) {
      for (int o : some) {
        rest[at + o] = 0;
      }
    }
    double[] predicted = moments.timesGram(rest, outputs);
    int ones = base.length - outputs;
    double[][] sums = new double[5][outputs];
    for (int o = 0; o < outputs; o++) {
      sums[0][o] = predicted[ones + o];
      sums[2][o] = cross[ones + o] - predicted[ones + o];
      sums[4][o] = squares[o];
    }
    for (int at = 0; at < base.length; at++) {
      int o = at % outputs;
      cross[at] -= predicted[at];
      sums[1][o] += rest[at] * predicted[at];
      sums[3][o] += rest[at] * cross[at];
    }
    for (int o = 0; o < outputs; o++) {
      squares[o] = Math.max(0, squares[o] - sums[1][o] - 2 * sums[3][o]);
    }
    moments.replaceTargets(cross, squares);
    BaseSums all = new BaseSums(outputs);
    all.add(sums, moments.rows());
    all.replace(ofRows, some);
    return all;
  }
}
