package io.github.pleas.fit;

import io.github.pleas.runtime.Workers;
import java.util.List;

/**
 * A dense layer's least-squares problem: rows X, [rows, unknowns], and D = T - X W0, which is what
 * the base W0, made of the originals' weights, leaves of the targets T. X has a last column of ones
 * where the layer has a bias. Held as moments, or as the rows themselves where these are few.
 *
 * <p>Taking the base off each row, rather than X'X W0 off X'T, keeps the answer where the base is
 * the answer already: products in single precision are wrong by 1e-7 of T, which a small ridge
 * makes large in directions that no row has.
 */
sealed interface LayerProblem extends AutoCloseable permits MomentProblem, RowProblem {
  /**
   * Gathers all rows: the rows themselves where they are at most half as many as the unknowns,
   * their moments elsewhere.
   *
   * @param parts the rows, from one source or several
   * @param base W0, [unknowns, outputs], the bias in the last row
   */
  static LayerProblem of(List<LayerRows> parts, double[] base, boolean bias, Workers workers) {
    int unknowns = parts.get(0).columns() + (bias ? 1 : 0);
    return hasFewRows(LayerRows.count(parts), unknowns)
        ? RowProblem.of(parts, base, bias, workers)
        : MomentProblem.of(parts, base, bias, workers);
  }

  /** Whether a problem is held as its rows. */
  static boolean hasFewRows(long rows, int unknowns) {
    return 2 * rows <= unknowns;
  }

  /** W0, [unknowns, outputs], rounded to single precision. */
  double[] base();

  /** Sums of the base's prediction. */
  BaseSums sums();

  /** Columns of X, the ones included. */
  int unknowns();

  /** Columns of T. */
  int outputs();

  /** Whether the last column of X is the ones. */
  boolean bias();

  long rows();

  /** The mean square of each column of X, [unknowns]. */
  double[] diagonal();

  /**
   * Outputs that see the same columns.
   *
   * @param columns the unknowns to solve for, in any order; W0 is zero for these outputs elsewhere
   * @param outputs which
   * @param growth g, one for each of the outputs
   */
  record Sight(int[] columns, int[] outputs, double[] growth) {}

  /**
   * Solves for outputs over the columns that they see, (G + λ I)(W - W0) = H + λ g W0 with G = X'X
   * / R and H = X'D / R, the bias not shrunk.
   *
   * @param sights the outputs, at least one set; solved for in this order, quickest where each
   *     begins with the same columns as the one before
   * @param lambda λ
   * @param w where to write their weights, [unknowns, outputs]
   * @return the mean square of what is left, summed over the outputs
   */
  double solve(List<Sight> sights, double lambda, double[] w, Workers workers);

  /** |X W - T| / |T| of any weights W, [unknowns, outputs]. */
  double residual(double[] w, Workers workers);

  /** Unknowns that are shrunk: all but the bias. */
  default int shrunk() {
    return bias() ? unknowns() - 1 : unknowns();
  }

  /** The mean of G's diagonal over the shrunk unknowns. */
  default double meanDiagonal() {
    double[] diagonal = diagonal();
    double sum = 0;
    for (int p = 0; p < shrunk(); p++) {
      sum += diagonal[p];
    }
    return sum / Math.max(1, shrunk());
  }

  /** The root of a mean square error, summed over outputs, relative to the targets'. */
  default double relative(double error) {
    double total = sums().targetSquares();
    return total == 0 ? 0 : Math.sqrt(Math.max(0, error) / total);
  }

  /** Frees what it holds. */
  @Override
  void close();
}
