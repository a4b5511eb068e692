package io.github.pleas.fit;

import io.github.pleas.linalg.Cholesky;
import io.github.pleas.runtime.Workers;
import java.util.Arrays;
import java.util.List;

/**
 * The problems of a layer that acts on each channel alone (depthwise convolution,
 * BatchNormalization that stands alone): for each channel G = X'X / R and H = X't / R over its taps
 * and a last column of ones, in double.
 *
 * @param gram for each channel [unknowns, unknowns]
 * @param cross for each channel [unknowns]
 * @param targetSquares for each channel the mean of t^2
 * @param taps unknowns without the bias
 * @param rows R
 */
record ChannelProblem(
    double[][] gram, double[][] cross, double[] targetSquares, int taps, long rows) {

  /** The problems over all rows, from one source or several. */
  static ChannelProblem of(List<LayerRows> parts, int taps, Workers workers) {
    int channels = parts.get(0).outputs();
    int unknowns = taps + 1;
    double[][] gram = new double[channels][unknowns * unknowns];
    double[][] cross = new double[channels][unknowns];
    double[] squares = new double[channels];
    long count = 0;
    for (LayerRows rows : parts) {
      count += add(rows, taps, gram, cross, squares, workers);
    }
    double factor = 1.0 / count;
    for (int c = 0; c < channels; c++) {
      for (int p = 0; p < unknowns; p++) {
        cross[c][p] *= factor;
        for (int q = 0; q <= p; q++) {
          gram[c][p * unknowns + q] *= factor;
          gram[c][q * unknowns + p] = gram[c][p * unknowns + q];
        }
      }
      squares[c] *= factor;
    }
    return new ChannelProblem(gram, cross, squares, taps, count);
  }

  /** Adds the rows of one source, and gives their number. */
  private static long add(
      LayerRows rows,
      int taps,
      double[][] gram,
      double[][] cross,
      double[] squares,
      Workers workers) {
    int channels = squares.length;
    int unknowns = taps + 1;
    List<LayerRows.ImageRows> places = rows.places(workers.count(), channels * taps);
    long count = 0;
    for (int chunk = 0; chunk < rows.chunkCount(); chunk++) {
      int[] used = rows.used(chunk);
      double[][][] g = new double[used.length][][];
      double[][][] h = new double[used.length][][];
      double[][] s = new double[used.length][];
      int[] given = new int[used.length];
      try (LayerRows.Batch batch = rows.open(chunk)) {
        workers.forEach(
            used.length,
            (worker, k) -> {
              g[k] = new double[channels][unknowns * unknowns];
              h[k] = new double[channels][unknowns];
              s[k] = new double[channels];
              LayerRows.ImageRows place = places.get(worker);
              batch.read(used[k], place);
              given[k] = place.count;
              accumulate(place, taps, g[k], h[k], s[k]);
            });
      }
      // In the images' order, so that the threads' order does not show in the last digit.
      for (int k = 0; k < used.length; k++) {
        for (int c = 0; c < channels; c++) {
          add(gram[c], g[k][c]);
          add(cross[c], h[k][c]);
        }
        add(squares, s[k]);
        count += given[k];
      }
    }
    return count;
  }

  private static void accumulate(
      LayerRows.ImageRows rows, int taps, double[][] g, double[][] h, double[] squares) {
    int channels = squares.length;
    int unknowns = taps + 1;
    float[] xs = rows.x;
    float[] ts = rows.t;
    double[] x = new double[unknowns];
    x[taps] = 1;
    for (int row = 0, from = 0; row < rows.count * channels; row += channels) {
      for (int c = 0; c < channels; c++, from += taps) {
        for (int k = 0; k < taps; k++) {
          x[k] = xs[from + k];
        }
        double t = ts[row + c];
        squares[c] += t * t;
        for (int p = 0; p < unknowns; p++) {
          h[c][p] += x[p] * t;
          for (int q = 0; q <= p; q++) {
            g[c][p * unknowns + q] += x[p] * x[q];
          }
        }
      }
    }
  }

  private static void add(double[] to, double[] from) {
    for (int i = 0; i < to.length; i++) {
      to[i] += from[i];
    }
  }

  /**
   * The solution of each channel, shrunk to a scaled centre.
   *
   * @param centre [channels, taps], before scaling
   * @param ridge relative to the mean of G's diagonal over the taps
   * @return [channels, taps + 1], the bias last
   */
  double[] solve(double[] centre, double ridge) {
    int unknowns = taps + 1;
    double[] solution = new double[gram.length * unknowns];
    for (int c = 0; c < gram.length; c++) {
      double[] g = gram[c].clone();
      double[] h = cross[c].clone();
      double diagonal = 0;
      for (int p = 0; p < taps; p++) {
        diagonal += g[p * unknowns + p] / taps;
      }
      double[] w0 = Arrays.copyOf(Arrays.copyOfRange(centre, c * taps, (c + 1) * taps), unknowns);
      double[] gw0 = times(gram[c], w0);
      double variance = dot(w0, gw0) - gw0[taps] * gw0[taps];
      double covariance = dot(w0, h) - gw0[taps] * h[taps];
      // A prediction that does not vary says nothing about its scale.
      double factor = variance > 1e-10 * dot(w0, w0) * diagonal ? covariance / variance : 1;
      for (int p = 0; p < unknowns; p++) {
        w0[p] *= factor;
        h[p] -= factor * gw0[p];
      }
      for (int p = 0; p < taps; p++) {
        // A channel that is zero on all images has nothing to solve: any positive ridge gives zero.
        g[p * unknowns + p] += diagonal > 0 ? ridge * diagonal : 1;
      }
      try (Cholesky cholesky = Cholesky.factor(g, unknowns)) {
        double[] difference = cholesky.solve(h, 1);
        for (int p = 0; p < unknowns; p++) {
          solution[c * unknowns + p] = w0[p] + difference[p];
        }
      }
    }
    return solution;
  }

  /** |X w - t| / |t| over all channels. */
  double residual(double[] solution) {
    int unknowns = taps + 1;
    double error = 0;
    double total = 0;
    for (int c = 0; c < gram.length; c++) {
      double[] w = Arrays.copyOfRange(solution, c * unknowns, (c + 1) * unknowns);
      error += dot(w, times(gram[c], w)) - 2 * dot(w, cross[c]) + targetSquares[c];
      total += targetSquares[c];
    }
    return total == 0 ? 0 : Math.sqrt(Math.max(0, error) / total);
  }

  static double[] times(double[] matrix, double[] vector) {
    int n = vector.length;
    double[] product = new double[n];
    for (int p = 0; p < n; p++) {
      for (int q = 0; q < n; q++) {
        product[p] += matrix[p * n + q] * vector[q];
      }
    }
    return product;
  }

  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
