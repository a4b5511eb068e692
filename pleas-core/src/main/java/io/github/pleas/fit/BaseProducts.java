package io.github.pleas.fit;

import io.github.pleas.linalg.Moments;
import io.github.pleas.runtime.Workers;
import java.util.List;

/**
 * The base's prediction Y = X W0, taken off moments of X and T instead of off each row: X'D = X'T -
 * X'X W0, and as much for the sums of y and d. That is less work by the factor of the rows over the
 * unknowns. But products in single precision are wrong by 1e-7 of T, not of D, so it is for bases
 * that leave a part of every output: then the error is that which X'X makes in the solution anyway.
 */
final class BaseProducts {
  /** What is left of each output's mean square, at least. */
  private static final double LEAST_LEFT = 0.01;

  /** Rows for each unknown, at least, for it to be less work. */
  private static final int LEAST_ROWS = 4;

  /** Multiply-accumulates of the rows' predictions, at least: fewer take some milliseconds. */
  private static final double LEAST_WORK = 1e9;

  private BaseProducts() {}

  /** Whether it would be less work. */
  static boolean saves(long rows, int unknowns, int outputs) {
    return rows >= (long) LEAST_ROWS * unknowns && (double) rows * unknowns * outputs >= LEAST_WORK;
  }

  /**
   * Whether a base leaves a part of every output: tried on the first rows.
   *
   * @param base W0, [unknowns, outputs], the bias in the last row
   * @param all how many rows there are
   */
  static boolean leavesMuch(List<LayerRows> parts, double[] base, long all, Workers workers) {
    try (LayerPanels panels = new LayerPanels(parts, base, true, all, workers)) {
      panels.readFirst((x, d, y, count) -> {});
      return leaveMuch(panels.sums(), parts.get(0).outputs());
    }
  }

  static boolean leaveMuch(BaseSums sums, int outputs) {
    for (int o = 0; o < outputs; o++) {
      // Where nothing was read, the comparison does not hold.
      if (!(sums.meanSquareLeft(o) >= LEAST_LEFT * sums.meanSquareTarget(o))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Takes the prediction off moments of X and T, the last column of X ones, which become those of X
   * and D.
   *
   * @param base W0, [unknowns, outputs], rounded to single precision
   * @return the sums of the prediction
   */
  static BaseSums takeOff(Moments moments, double[] base, int outputs) {
    double[] cross = moments.cross();
    double[] squares = moments.squares();
    double[] predicted = moments.timesGram(base, outputs);
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
      sums[1][o] += base[at] * predicted[at];
      sums[3][o] += base[at] * cross[at];
    }
    for (int o = 0; o < outputs; o++) {
      squares[o] = Math.max(0, squares[o] - sums[1][o] - 2 * sums[3][o]);
    }
    moments.replaceTargets(cross, squares);
    BaseSums all = new BaseSums(outputs);
    all.add(sums, Math.toIntExact(moments.rows()));
    return all;
  }
}
