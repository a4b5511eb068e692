package io.github.pleas.fit;

import io.github.pleas.linalg.Cholesky;
import io.github.pleas.linalg.DoubleRows;
import io.github.pleas.runtime.Workers;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * A layer's problem as its rows, for layers that have fewer rows than unknowns, such as the first
 * linear layer of a VGG: 25,088 unknowns, one row an image. Of the ridge's solution
 *
 * <p>W = W0 (1 + g) + X' (XX' + λ R I)^-1 (D - g X W0)
 *
 * <p>only the matrix [rows, rows] is factored, where the moments would be a matrix [unknowns,
 * unknowns]; the two are equal by the identity (X'X + c I)^-1 X' = X' (XX' + c I)^-1. A bias, which
 * is not shrunk, is solved for by taking the columns' means off first.
 */
final class RowProblem implements LayerProblem {
  private final DoubleRows x;
  private final double[] left;
  private final double[] predictions;
  private final double[] base;
  private final BaseSums sums;
  private final int outputs;
  private final boolean bias;
  private final double[] diagonal;

  /** The means of the shrunk columns of X, zero without a bias. */
  private final double[] means;

  /**
   * A problem.
   *
   * @param x [rows, unknowns]; taken over, and centred where there is a bias
   * @param left D, [rows, outputs]
   * @param predictions X W0, [rows, outputs]
   * @param base W0, [unknowns, outputs]
   * @param sums of the base's prediction
   */
  RowProblem(
      DoubleRows x,
      double[] left,
      double[] predictions,
      double[] base,
      BaseSums sums,
      boolean bias) {
    this.x = x;
    this.left = left;
    this.predictions = predictions;
    this.base = base;
    this.sums = sums;
    this.outputs = left.length / x.rows();
    this.bias = bias;
    this.diagonal = x.meanSquares();
    this.means = bias ? x.center() : new double[x.columns()];
  }

  /** Gathers all rows, as {@link LayerProblem#of} says. */
  static RowProblem of(List<LayerRows> parts, double[] base, boolean bias, Workers workers) {
    try (LayerPanels panels = new LayerPanels(parts, base, bias, LayerRows.count(parts), workers)) {
      int rows = Math.toIntExact(LayerRows.count(parts));
      int unknowns = parts.get(0).columns() + (bias ? 1 : 0);
      DoubleRows x = new DoubleRows(rows, unknowns);
      boolean done = false;
      try {
        RowProblem problem = read(panels, x, parts.get(0).outputs(), bias);
        done = true;
        return problem;
      } finally {
        if (!done) {
          x.close();
        }
      }
    }
  }

  private static RowProblem read(LayerPanels panels, DoubleRows x, int outputs, boolean bias) {
    double[] left = new double[Math.multiplyExact(x.rows(), outputs)];
    double[] predictions = new double[left.length];
    int[] next = {0};
    panels.read(
        panel -> {
          int count = panel.count();
          x.put(next[0], panel.x(), count);
          FloatBuffer ofLeft = panel.d().buffer();
          FloatBuffer ofPredictions = panel.y().buffer();
          for (int i = 0, at = next[0] * outputs; i < count * outputs; i++, at++) {
            left[at] = ofLeft.get(i);
            predictions[at] = ofPredictions.get(i);
          }
          next[0] += count;
        });
    return new RowProblem(x, left, predictions, panels.base(), panels.sums(), bias);
  }

  @Override
  public double[] base() {
    return base;
  }

  @Override
  public BaseSums sums() {
    return sums;
  }

  @Override
  public int unknowns() {
    return x.columns();
  }

  @Override
  public int outputs() {
    return outputs;
  }

  @Override
  public boolean bias() {
    return bias;
  }

  @Override
  public long rows() {
    return x.rows();
  }

  @Override
  public double[] diagonal() {
    return diagonal;
  }

  @Override
  public double solve(List<Sight> sights, double lambda, double[] w, Workers workers) {
    return sights.stream().mapToDouble(sight -> solve(sight, lambda, w, workers)).sum();
  }

  /**
   * Solves for some outputs. With Z = (XX' + λ R I)^-1 (D - g X W0), what is left of the rows is λ
   * R Z.
   */
  private double solve(Sight sight, double lambda, double[] w, Workers workers) {
    int[] which = sight.outputs();
    double[] growth = sight.growth();
    int rows = x.rows();
    int m = which.length;
    int[] shrunk =
        Arrays.stream(sight.columns()).filter(column -> column < shrunk()).sorted().toArray();
    double[] ofLeft = means(left, which);
    double[] ofPredictions = means(predictions, which);
    double[] wanted = new double[rows * m];
    for (int r = 0; r < rows; r++) {
      for (int k = 0; k < m; k++) {
        int at = r * outputs + which[k];
        wanted[r * m + k] = left[at] - ofLeft[k] - growth[k] * (predictions[at] - ofPredictions[k]);
      }
    }
    double[] ridge = new double[rows];
    Arrays.fill(ridge, lambda * rows);
    double[] z;
    try (Cholesky factor = Cholesky.factor(x.gram(shrunk, workers), ridge, workers)) {
      z = factor.solve(wanted, m);
    }
    x.transposedTimes(
        shrunk,
        z,
        m,
        workers,
        (column, values, offset) -> {
          for (int k = 0; k < m; k++) {
            int at = column * outputs + which[k];
            w[at] = base[at] + growth[k] * base[at] + values[offset + k];
          }
        });
    for (int k = 0; bias && k < m; k++) {
      int at = shrunk() * outputs + which[k];
      w[at] = base[at] + ofLeft[k];
      for (int column : shrunk) {
        int weight = column * outputs + which[k];
        w[at] -= means[column] * (w[weight] - base[weight]);
      }
    }
    double error = 0;
    for (double value : z) {
      error += lambda * value * lambda * value * rows;
    }
    return error;
  }

  /** The means of some columns, zero without a bias. */
  private double[] means(double[] values, int[] which) {
    double[] means = new double[which.length];
    for (int r = 0; bias && r < x.rows(); r++) {
      for (int k = 0; k < which.length; k++) {
        means[k] += values[r * outputs + which[k]] / x.rows();
      }
    }
    return means;
  }

  @Override
  public double residual(double[] w, Workers workers) {
    double[] change = new double[w.length];
    double[] shift = new double[outputs];
    for (int p = 0; p < unknowns(); p++) {
      for (int o = 0; o < outputs; o++) {
        int at = p * outputs + o;
        change[at] = w[at] - base[at];
        shift[o] += bias && p == shrunk() ? change[at] : means[p] * change[at];
      }
    }
    double[] moved = x.times(change, outputs, workers);
    double error = 0;
    for (int i = 0; i < moved.length; i++) {
      double d = left[i] - moved[i] - shift[i % outputs];
      error += d * d / x.rows();
    }
    return relative(error);
  }

  @Override
  public void close() {
    x.close();
  }
}
