package io.github.pleas.fit;

import io.github.pleas.layout.MergedAxis;
import io.github.pleas.linalg.Blas;
import io.github.pleas.linalg.Cholesky;
import io.github.pleas.runtime.Workers;
import java.util.ArrayList;
import java.util.List;

/**
 * Solves (G + λ I) W = H + λ W0 for a dense layer, the bias not shrunk. Written for the difference
 * to the centre, (G + λ I)(W - W0) = H - G W0, so that where the centre is the answer already it
 * comes back to rounding.
 *
 * <p>A-only outputs do not see B-only inputs, nor B-only outputs A-only inputs: each set of outputs
 * is solved over the inputs that it sees.
 */
final class RidgeSolver {
  /** How the centre is scaled before the solve. */
  enum Scaling {
    /** For each output the factor that fits the targets best, in closed form. */
    FITTED,
    /** The mean where two originals' weights were added, as they are elsewhere. */
    MEAN,
    /** Not at all. */
    NONE
  }

  private final LayerProblem problem;
  private final MergedAxis in;
  private final MergedAxis out;
  private final int taps;
  private final Workers workers;

  RidgeSolver(LayerProblem problem, MergedAxis in, MergedAxis out, int taps, Workers workers) {
    this.problem = problem;
    this.in = in;
    this.out = out;
    this.taps = taps;
    this.workers = workers;
  }

  /**
   * The solution.
   *
   * @param centre W0 before scaling, [columns without the ones, outputs]
   * @param scaling how it is scaled
   * @param ridge λ, relative to the mean of G's diagonal
   * @return W, [unknowns, outputs], the bias in the last row
   */
  double[] solve(double[] centre, Scaling scaling, double ridge) {
    double[] w = new double[problem.unknowns() * problem.outputs()];
    double lambda = ridge * problem.meanDiagonal();
    for (int side = 0; side < 3; side++) {
      int[] outputs = outputs(side);
      if (outputs.length > 0) {
        solve(columns(side), outputs, centre, scaling, lambda, w);
      }
    }
    return w;
  }

  /** Side 0: merged outputs, and all outputs where no input is separate; 1: A-only; 2: B-only. */
  private int[] outputs(int side) {
    boolean split = in.hasSeparate();
    List<Integer> found = new ArrayList<>();
    for (int o = 0; o < out.length(); o++) {
      int own = !split || out.isMerged(o) ? 0 : out.isOnlyA(o) ? 1 : 2;
      if (own == side) {
        found.add(o);
      }
    }
    return found.stream().mapToInt(Integer::intValue).toArray();
  }

  private int[] columns(int side) {
    List<Integer> found = new ArrayList<>();
    for (int e = 0; e < in.length(); e++) {
      if (side == 1 && in.isOnlyB(e) || side == 2 && in.isOnlyA(e)) {
        continue;
      }
      for (int tap = 0; tap < taps; tap++) {
        found.add(e * taps + tap);
      }
    }
    if (problem.bias()) {
      found.add(problem.unknowns() - 1);
    }
    return found.stream().mapToInt(Integer::intValue).toArray();
  }

  private void solve(
      int[] columns, int[] outputs, double[] centre, Scaling scaling, double lambda, double[] w) {
    int n = columns.length;
    int m = outputs.length;
    double[] g = new double[n * n];
    for (int p = 0; p < n; p++) {
      int row = columns[p] * problem.unknowns();
      for (int q = 0; q < n; q++) {
        g[p * n + q] = problem.gram()[row + columns[q]];
      }
    }
    double[] h = new double[n * m];
    double[] w0 = new double[n * m];
    for (int p = 0; p < n; p++) {
      boolean ones = columns[p] == problem.shrunk();
      for (int k = 0; k < m; k++) {
        h[p * m + k] = problem.cross()[columns[p] * problem.outputs() + outputs[k]];
        w0[p * m + k] = ones ? 0 : centre[columns[p] * problem.outputs() + outputs[k]];
      }
    }
    double[] gw0 = Blas.multiply(g, n, n, w0, m, workers);
    for (int k = 0; k < m; k++) {
      double factor =
          switch (scaling) {
            case NONE -> 1;
            case MEAN -> out.isMerged(outputs[k]) ? 0.5 : 1;
            case FITTED -> bestFactor(g, h, w0, gw0, n, m, k);
          };
      for (int p = 0; p < n; p++) {
        w0[p * m + k] *= factor;
        h[p * m + k] -= factor * gw0[p * m + k];
      }
    }
    int shrunk = problem.bias() ? n - 1 : n;
    for (int p = 0; p < shrunk; p++) {
      g[p * n + p] += lambda;
    }
    double[] difference;
    try (Cholesky factor = Cholesky.factor(g, n, workers)) {
      difference = factor.solve(h, m);
    }
    for (int p = 0; p < n; p++) {
      for (int k = 0; k < m; k++) {
        w[columns[p] * problem.outputs() + outputs[k]] = w0[p * m + k] + difference[p * m + k];
      }
    }
  }

  /**
   * The s that minimises |s X w0 + c - t| over s and, where there is a bias, c: the covariance of X
   * w0 and t over the variance of X w0.
   */
  private double bestFactor(
      double[] g, double[] h, double[] w0, double[] gw0, int n, int m, int k) {
    double withTarget = 0;
    double withItself = 0;
    for (int p = 0; p < n; p++) {
      withTarget += w0[p * m + k] * h[p * m + k];
      withItself += w0[p * m + k] * gw0[p * m + k];
    }
    if (problem.bias()) {
      double mean = gw0[(n - 1) * m + k];
      withTarget -= mean * h[(n - 1) * m + k];
      withItself -= mean * mean;
    }
    double scale = 0;
    for (int p = 0; p < n; p++) {
      scale += w0[p * m + k] * w0[p * m + k] * g[p * n + p];
    }
    // A prediction that does not vary says nothing about its scale.
    return withItself > 1e-10 * scale ? withTarget / withItself : 0;
  }
}
