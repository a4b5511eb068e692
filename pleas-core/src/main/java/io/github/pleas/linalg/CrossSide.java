package io.github.pleas.linalg;

import java.nio.FloatBuffer;

/**
 * One network's units in {@link CrossMoments}: their sums about the shift, and the rows less the
 * shift, in bands of columns that are one thread's each.
 */
final class CrossSide {
  /** The most columns that one thread works on at once. */
  private static final int EDGE = 512;

  /** A deviation below this share of the root mean square is rounding of single precision. */
  private static final double CONSTANT = 1e-6;

  final int columns;
  final float[] shift;
  final double[] sum;
  final double[] squares;

  CrossSide(int columns) {
    this.columns = columns;
    this.shift = new float[columns];
    this.sum = new double[columns];
    this.squares = new double[columns];
  }

  int bands() {
    return (columns + EDGE - 1) / EDGE;
  }

  /** The first column of a band: they are of equal width, to one. */
  int start(int band) {
    return (int) ((long) columns * band / bands());
  }

  void require(String what, float[] values, int count) {
    if (count < 0 || values.length < (long) count * columns) {
      throw new IllegalArgumentException(
          "%s: expected [%d, %d], found %d numbers".formatted(what, count, columns, values.length));
    }
  }

  void chooseShift(float[] values, int count) {
    double[] mean = new double[columns];
    for (int row = 0, at = 0; row < count; row++) {
      for (int k = 0; k < columns; k++) {
        mean[k] += values[at++];
      }
    }
    for (int k = 0; k < columns; k++) {
      shift[k] = (float) (mean[k] / count);
    }
  }

  void add(int band, float[] values, int from, int count, FloatBuffer shifted) {
    int first = start(band);
    int end = start(band + 1);
    float[] line = new float[end - first];
    for (int row = 0; row < count; row++) {
      int at = (from + row) * columns;
      for (int k = first; k < end; k++) {
        float value = values[at + k] - shift[k];
        line[k - first] = value;
        sum[k] += value;
        squares[k] += (double) value * value;
      }
      shifted.put(row * columns + first, line);
    }
  }

  /** The deviation of a unit, or 0 where it is constant to rounding. */
  double deviation(int k, long rows) {
    double mean = sum[k] / rows;
    double variance = squares[k] / rows - mean * mean;
    double total = shift[k] + mean;
    return variance > CONSTANT * CONSTANT * (variance + total * total) ? Math.sqrt(variance) : 0;
  }
}
