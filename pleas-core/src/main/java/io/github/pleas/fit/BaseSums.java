package io.github.pleas.fit;

import java.io.Serializable;
import java.nio.FloatBuffer;

/**
 * What is known, for each output, of the base's prediction y = x'W0 and of what it leaves, d = t -
 * y: summed in double from the rows themselves. The same numbers could be had from the moments, but
 * only as differences of large ones, which single-precision products do not allow.
 */
final class BaseSums implements Serializable {
  private static final long serialVersionUID = 1;

  private final double[] y;
  private final double[] yy;
  private final double[] d;
  private final double[] yd;
  private final double[] tt;
  private long rows;

  BaseSums(int outputs) {
    y = new double[outputs];
    yy = new double[outputs];
    d = new double[outputs];
    yd = new double[outputs];
    tt = new double[outputs];
  }

  /**
   * Adds rows and takes the prediction off the targets.
   *
   * @param targets [rows, outputs], t on entry and d on return; of outputs that are not predicted t
   * @param predictions [rows, predicted outputs]
   * @param predicted which outputs those are; nothing is known of the others then
   * @param first the first row to add
   * @param count how many rows
   */
  void add(FloatBuffer targets, FloatBuffer predictions, int[] predicted, int first, int count) {
    int outputs = y.length;
    float[] target = new float[outputs];
    float[] prediction = new float[predicted.length];
    for (int row = first; row < first + count && predicted.length > 0; row++) {
      targets.get(row * outputs, target);
      predictions.get(row * predicted.length, prediction);
      add(target, prediction, predicted);
      targets.put(row * outputs, target);
    }
    rows += count;
  }

  private void add(float[] target, float[] prediction, int[] predicted) {
    for (int k = 0; k < predicted.length; k++) {
      int o = predicted[k];
      double t = target[o];
      double p = prediction[k];
      float left = target[o] - prediction[k];
      target[o] = left;
      y[o] += p;
      yy[o] += p * p;
      d[o] += left;
      yd[o] += p * left;
      tt[o] += t * t;
    }
  }

  /**
   * Adds sums that were made elsewhere, one for each output.
   *
   * @param sums of y, y^2, d, y d and t^2, in this order
   * @param count rows that they are of
   */
  void add(double[][] sums, long count) {
    double[][] own = {y, yy, d, yd, tt};
    for (int k = 0; k < own.length; k++) {
      add(sums[k], own[k]);
    }
    rows += count;
  }

  /**
   * Takes what another one knows of some outputs, in place of what is known of them here.
   *
   * @param other sums over the same rows
   */
  void replace(BaseSums other, int[] some) {
    for (int o : some) {
      y[o] = other.y[o];
      yy[o] = other.yy[o];
      d[o] = other.d[o];
      yd[o] = other.yd[o];
      tt[o] = other.tt[o];
    }
  }

  /** Adds what another one holds. */
  void add(BaseSums other) {
    add(other.y, y);
    add(other.yy, yy);
    add(other.d, d);
    add(other.yd, yd);
    add(other.tt, tt);
    rows += other.rows;
  }

  private static void add(double[] from, double[] to) {
    for (int o = 0; o < to.length; o++) {
      to[o] += from[o];
    }
  }

  /** The mean of the base's prediction. */
  double mean(int output) {
    return y[output] / rows;
  }

  /** The mean square of the base's prediction. */
  double meanSquare(int output) {
    return yy[output] / rows;
  }

  /** The variance of the base's prediction. */
  double variance(int output) {
    return Math.max(0, meanSquare(output) - mean(output) * mean(output));
  }

  /** The covariance of the base's prediction with what it leaves. */
  double covariance(int output) {
    return yd[output] / rows - mean(output) * d[output] / rows;
  }

  /** The mean product of the base's prediction with what it leaves. */
  double meanProduct(int output) {
    return yd[output] / rows;
  }

  /** The mean square of an output's target. */
  double meanSquareTarget(int output) {
    return tt[output] / rows;
  }

  /** The mean square of what the base leaves of an output's target. */
  double meanSquareLeft(int output) {
    return Math.max(0, tt[output] - yy[output] - 2 * yd[output]) / rows;
  }

  /** The sum over outputs of the targets' mean squares. */
  double targetSquares() {
    double sum = 0;
    for (double square : tt) {
      sum += square / rows;
    }
    return sum;
  }
}
