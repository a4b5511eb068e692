package io.github.pleas.fit;

import io.github.pleas.linalg.Blas;
import io.github.pleas.linalg.Cholesky;
import io.github.pleas.linalg.Moments;
import io.github.pleas.runtime.Workers;
import java.util.Arrays;
import java.util.List;

/**
 * A layer's problem as its moments, divided by the rows: G = X'X / R and H = X'D / R.
 *
 * @param gram G, [unknowns, unknowns]
 * @param cross H, [unknowns, outputs]
 * @param leftSquares mean of d^2 for each output
 */
record MomentProblem(
    double[] gram,
    double[] cross,
    double[] leftSquares,
    double[] base,
    BaseSums sums,
    int unknowns,
    int outputs,
    boolean bias,
    long rows)
    implements LayerProblem {

  /** Gathers the moments of all rows, as {@link LayerProblem#of} says. */
  static MomentProblem of(List<LayerRows> parts, double[] base, boolean bias, Workers workers) {
    int outputs = parts.get(0).outputs();
    RowMoments found = RowMoments.ofAll(parts, base, bias, workers);
    int unknowns = parts.get(0).columns() + (bias ? 1 : 0);
    return of(found.moments(), found.base(), found.sums(), unknowns, outputs, bias);
  }

  /** The problem of moments of all rows, which are taken for it. */
  static MomentProblem of(
      Moments moments, double[] base, BaseSums sums, int unknowns, int outputs, boolean bias) {
    return new MomentProblem(
        moments.meanGram(),
        moments.meanCross(),
        moments.meanTargetSquares(),
        base,
        sums,
        unknowns,
        outputs,
        bias,
        moments.rows());
  }

  @Override
  public double[] diagonal() {
    double[] diagonal = new double[unknowns];
    for (int p = 0; p < unknowns; p++) {
      diagonal[p] = gram[p * unknowns + p];
    }
    return diagonal;
  }

  @Override
  public double solve(List<Sight> sights, double lambda, double[] w, Workers workers) {
    double[] ridge = new double[unknowns];
    Arrays.fill(ridge, 0, shrunk(), lambda);
    int most = sights.stream().mapToInt(sight -> sight.columns().length).max().orElse(0);
    double error = 0;
    try (Cholesky factor = Cholesky.ofSelections(gram, ridge, most, workers)) {
      for (Sight sight : sights) {
        factor.select(sight.columns());
        error += solve(sight, factor, ridge, w, workers);
      }
    }
    return error;
  }

  /**
   * Solves for some outputs. What the change C = W - W0 takes off the square error of the base is
   * C'G C - 2 C'H, and G C = H + λ (g W0 - C).
   *
   * @param factor of G + λ I for the columns that they see
   */
  private double solve(Sight sight, Cholesky factor, double[] ridge, double[] w, Workers workers) {
    int[] columns = sight.columns();
    int[] which = sight.outputs();
    int n = columns.length;
    int m = which.length;
    double[] h = new double[n * m];
    double[] pull = new double[n * m];
    workers.forEach(
        n,
        p -> {
          for (int k = 0; k < m; k++) {
            int at = columns[p] * outputs + which[k];
            pull[p * m + k] = ridge[columns[p]] * sight.growth()[k] * base[at];
            h[p * m + k] = cross[at] + pull[p * m + k];
          }
        });
    double[] change = factor.solve(h, m);
    double[] errors = new double[n];
    workers.forEach(
        n,
        p -> {
          for (int k = 0; k < m; k++) {
            int at = columns[p] * outputs + which[k];
            double d = change[p * m + k];
            w[at] = base[at] + d;
            errors[p] += d * (pull[p * m + k] - ridge[columns[p]] * d - cross[at]);
          }
        });
    return Arrays.stream(which).mapToDouble(output -> leftSquares[output]).sum()
        + Arrays.stream(errors).sum();
  }

  @Override
  public double residual(double[] w, Workers workers) {
    double[] change = new double[w.length];
    for (int i = 0; i < w.length; i++) {
      change[i] = w[i] - base[i];
    }
    double[] product = Blas.multiply(gram, unknowns, unknowns, change, outputs, workers);
    double error = Arrays.stream(leftSquares).sum();
    for (int i = 0; i < w.length; i++) {
      error += change[i] * (product[i] - 2 * cross[i]);
    }
    return relative(error);
  }

  @Override
  public void close() {
    // Nothing but arrays.
  }
}
