package io.github.pleas.linalg;

import static org.bytedeco.openblas.global.openblas.LAPACKE_dgesdd;
import static org.bytedeco.openblas.global.openblas.LAPACK_ROW_MAJOR;

import io.github.pleas.PleasException;
import java.util.Arrays;

/**
 * The orthogonal Procrustes problem: of all orthogonal Q the one that brings the rows of Y closest
 * to those of X, min |Y Q - X|^2. With the singular value decomposition Y'X = U S V' it is Q = U V'
 * (Schönemann: "A generalized solution of the orthogonal Procrustes problem", 1966). In double, by
 * LAPACK's dgesdd. Directions in which Y'X is zero go to any that are left.
 */
public final class OrthogonalProcrustes {
  private OrthogonalProcrustes() {}

  /**
   * The best orthogonal matrix.
   *
   * @param products Y'X, [n, n], row-major
   * @param n at least 1
   * @return Q, [n, n]
   * @throws IllegalArgumentException if there are not n^2 numbers
   * @throws PleasException if a number is not finite
   */
  public static double[] solve(double[] products, int n) {
    Sizes.require("Y'X", products.length, n, n);
    for (double number : products) {
      if (!Double.isFinite(number)) {
        throw new PleasException("Procrustes: expected finite numbers, found " + number);
      }
    }
    double[] left = new double[n * n];
    double[] right = new double[n * n];
    int info =
        LAPACKE_dgesdd(
            LAPACK_ROW_MAJOR,
            (byte) 'A',
            n,
            n,
            products.clone(),
            n,
            new double[n],
            left,
            n,
            right,
            n);
    if (info != 0) {
      throw new PleasException(
          "singular values of a matrix [%d, %d]: LAPACK's dgesdd says %d".formatted(n, n, info));
    }
    return Blas.multiply(left, n, n, right, n);
  }

  /**
   * The best of those orthogonal matrices that leave the mean of a row's numbers as it is, Q 1 = 1,
   * for rows whose numbers have the mean zero: what a LayerNormalization writes. Then 1 is a
   * singular vector of Y'X on both sides; a product of its own size for it keeps it to itself.
   *
   * @param products Y'X, [n, n], row-major
   */
  public static double[] solveCentred(double[] products, int n) {
    Sizes.require("Y'X", products.length, n, n);
    double size = Math.sqrt(Arrays.stream(products).map(p -> p * p).sum());
    double[] centred = centred(products, n);
    for (int e = 0; e < centred.length; e++) {
      centred[e] += (size > 0 ? size : 1) / n;
    }
    return solve(centred, n);
  }

  /** Without the means of all rows and columns, which are rounding. */
  private static double[] centred(double[] matrix, int n) {
    double[] rows = new double[n];
    double[] columns = new double[n];
    double all = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        rows[i] += matrix[i * n + j] / n;
        columns[j] += matrix[i * n + j] / n;
        all += matrix[i * n + j] / n / n;
      }
    }
    double[] centred = new double[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        centred[i * n + j] = matrix[i * n + j] - rows[i] - columns[j] + all;
      }
    }
    return centred;
  }
}
