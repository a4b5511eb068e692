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
    return ChannelSums.of(parts, taps, workers).problem();
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
