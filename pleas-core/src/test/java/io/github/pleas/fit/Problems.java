package io.github.pleas.fit;

import io.github.pleas.linalg.DoubleRows;
import io.github.pleas.linalg.FloatPanel;
import java.nio.FloatBuffer;
import java.util.Random;
import java.util.stream.IntStream;

/** Least-squares problems of explicit rows, their moments computed in double. */
final class Problems {
  private Problems() {}

  static double[][] normal(int rows, int columns, long seed) {
    Random random = new Random(seed);
    double[][] matrix = new double[rows][columns];
    for (double[] row : matrix) {
      for (int c = 0; c < columns; c++) {
        row[c] = (float) random.nextGaussian();
      }
    }
    return matrix;
  }

  static double[] flat(double[][] matrix) {
    double[] flat = new double[matrix.length * matrix[0].length];
    for (int r = 0; r < matrix.length; r++) {
      System.arraycopy(matrix[r], 0, flat, r * matrix[0].length, matrix[0].length);
    }
    return flat;
  }

  /** X with a last column of ones. */
  static double[][] withOnes(double[][] x) {
    double[][] wide = new double[x.length][];
    for (int r = 0; r < x.length; r++) {
      wide[r] = java.util.Arrays.copyOf(x[r], x[r].length + 1);
      wide[r][x[r].length] = 1;
    }
    return wide;
  }

  static double[][] product(double[][] x, double[] w, int outputs) {
    double[][] y = new double[x.length][outputs];
    for (int r = 0; r < x.length; r++) {
      for (int p = 0; p < x[r].length; p++) {
        for (int o = 0; o < outputs; o++) {
          y[r][o] += x[r][p] * w[p * outputs + o];
        }
      }
    }
    return y;
  }

  /** The problem X W = T, X with its column of ones. */
  static LayerProblem of(double[][] x, double[][] t, double[] base) {
    return of(x, t, base, true);
  }

  /** The problem X W = T, the last column of X ones if there is a bias. */
  static LayerProblem of(double[][] x, double[][] t, double[] base, boolean bias) {
    int rows = x.length;
    int p = x[0].length;
    int o = t[0].length;
    double[][] y = product(x, base, o);
    double[] gram = new double[p * p];
    double[] cross = new double[p * o];
    double[] left = new double[o];
    FloatBuffer targets = FloatBuffer.allocate(rows * o);
    FloatBuffer predictions = FloatBuffer.allocate(rows * o);
    for (int r = 0; r < rows; r++) {
      for (int k = 0; k < o; k++) {
        double d = t[r][k] - y[r][k];
        left[k] += d * d / rows;
        targets.put((float) t[r][k]);
        predictions.put((float) y[r][k]);
        for (int i = 0; i < p; i++) {
          cross[i * o + k] += x[r][i] * d / rows;
        }
      }
      for (int i = 0; i < p; i++) {
        for (int j = 0; j < p; j++) {
          gram[i * p + j] += x[r][i] * x[r][j] / rows;
        }
      }
    }
    BaseSums sums = new BaseSums(o);
    sums.add(targets, predictions, IntStream.range(0, o).toArray(), 0, rows);
    return new MomentProblem(gram, cross, left, base, sums, p, o, bias, rows);
  }

  /** The same problem as its rows. */
  static RowProblem rows(double[][] x, double[][] t, double[] base, boolean bias) {
    int o = t[0].length;
    double[][] y = product(x, base, o);
    double[] left = new double[x.length * o];
    FloatBuffer targets = FloatBuffer.allocate(left.length);
    FloatBuffer predictions = FloatBuffer.allocate(left.length);
    try (FloatPanel panel = new FloatPanel(x.length, x[0].length)) {
      for (int r = 0; r < x.length; r++) {
        for (int p = 0; p < x[r].length; p++) {
          panel.put(r, p, new float[] {(float) x[r][p]}, 0, 1);
        }
        for (int k = 0; k < o; k++) {
          left[r * o + k] = t[r][k] - y[r][k];
          targets.put((float) t[r][k]);
          predictions.put((float) y[r][k]);
        }
      }
      DoubleRows rows = new DoubleRows(x.length, x[0].length);
      rows.put(0, panel, x.length);
      BaseSums sums = new BaseSums(o);
      sums.add(targets, predictions, IntStream.range(0, o).toArray(), 0, x.length);
      return new RowProblem(rows, left, flat(y), base, sums, bias);
    }
  }
}
