package io.github.pleas.linalg;

import java.util.Random;

/** Matrices for tests, and products of them written down as defined. */
final class Matrices {
  private Matrices() {}

  static double[] uniform(Random random, int rows, int columns) {
    return random.doubles((long) rows * columns).toArray();
  }

  static float[] normal(Random random, int rows, int columns, double mean, double deviation) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (mean + deviation * random.nextGaussian());
    }
    return values;
  }

  static FloatPanel panel(float[] values, int rows, int columns) {
    FloatPanel panel = new FloatPanel(rows, columns);
    panel.put(0, 0, values, 0, values.length);
    return panel;
  }

  /** A'B of [rows, n] and [rows, m]. */
  static double[] transposedTimes(float[] a, int n, float[] b, int m) {
    double[] product = new double[n * m];
    for (int row = 0; row < a.length / n; row++) {
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < m; j++) {
          product[i * m + j] += (double) a[row * n + i] * b[row * m + j];
        }
      }
    }
    return product;
  }

  /** A B of [rows, inner] and [inner, columns]. */
  static double[] times(double[] a, int rows, int inner, double[] b, int columns) {
    double[] product = new double[rows * columns];
    for (int i = 0; i < rows; i++) {
      for (int k = 0; k < inner; k++) {
        for (int j = 0; j < columns; j++) {
          product[i * columns + j] += a[i * inner + k] * b[k * columns + j];
        }
      }
    }
    return product;
  }

  static int[] shuffled(Random random, int n) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}
