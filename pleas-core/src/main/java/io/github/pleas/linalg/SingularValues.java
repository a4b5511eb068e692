package io.github.pleas.linalg;

import static org.bytedeco.openblas.global.openblas.LAPACKE_dsyev;
import static org.bytedeco.openblas.global.openblas.LAPACK_ROW_MAJOR;

import io.github.pleas.PleasException;

/**
 * Singular values of the product of two matrices with a short inner axis, without forming it: with
 * X [d, m] and Y [d, n], those of X'Y are the roots of the eigenvalues of C Y Y' C', where C'C = X
 * X'. All of this is [d, d]. In double, by LAPACK's dsyev; those below 1e-8 ||X|| ||Y|| are
 * rounding.
 */
public final class SingularValues {
  private SingularValues() {}

  /**
   * The singular values of X'Y.
   *
   * @param x [d, m], row-major
   * @param y [d, n], row-major
   * @param d at least 1
   * @return d numbers, descending; more than min(m, n) of them are zero
   * @throws IllegalArgumentException if an array is not of d rows
   * @throws PleasException if a number is not finite
   */
  public static double[] ofProduct(double[] x, double[] y, int d) {
    requireRows(x, d);
    requireRows(y, d);
    double[] root = gram(x, d);
    double[] squares = eigen(root, d, true);
    // Row k of C is the k-th eigenvector times the root of its eigenvalue.
    double[] c = new double[d * d];
    for (int k = 0; k < d; k++) {
      double length = Math.sqrt(Math.max(0, squares[k]));
      for (int i = 0; i < d; i++) {
        c[k * d + i] = length * root[i * d + k];
      }
    }
    double[] half = Blas.multiply(c, d, d, gram(y, d), d);
    double[] all = new double[d * d];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < d; j++) {
        for (int k = 0; k < d; k++) {
          all[i * d + j] += half[i * d + k] * c[j * d + k];
        }
      }
    }
    return roots(eigen(all, d, false));
  }

  /**
   * The singular values of X itself.
   *
   * @param x [d, m], row-major
   * @return d numbers, descending
   */
  public static double[] of(double[] x, int d) {
    requireRows(x, d);
    return roots(eigen(gram(x, d), d, false));
  }

  private static void requireRows(double[] matrix, int d) {
    if (d < 1 || matrix.length % d != 0) {
      throw new IllegalArgumentException(matrix.length + " numbers are not " + d + " rows");
    }
    for (double number : matrix) {
      if (!Double.isFinite(number)) {
        throw new PleasException("singular values: expected finite numbers, found " + number);
      }
    }
  }

  /** X X', [d, d]. */
  private static double[] gram(double[] x, int d) {
    int columns = x.length / d;
    double[] gram = new double[d * d];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = 0;
        for (int k = 0; k < columns; k++) {
          sum += x[i * columns + k] * x[j * columns + k];
        }
        gram[i * d + j] = sum;
        gram[j * d + i] = sum;
      }
    }
    return gram;
  }

  /** The eigenvalues of a symmetric matrix, ascending; it holds their vectors then, in columns. */
  private static double[] eigen(double[] matrix, int d, boolean vectors) {
    double[] values = new double[d];
    byte job = (byte) (vectors ? 'V' : 'N');
    int info = LAPACKE_dsyev(LAPACK_ROW_MAJOR, job, (byte) 'U', d, matrix, d, values);
    if (info != 0) {
      throw new PleasException(
          "eigenvalues of a matrix [%d, %d]: LAPACK's dsyev says %d; are its numbers finite?"
              .formatted(d, d, info));
    }
    return values;
  }

  private static double[] roots(double[] ascending) {
    double[] roots = new double[ascending.length];
    for (int k = 0; k < roots.length; k++) {
      roots[k] = Math.sqrt(Math.max(0, ascending[roots.length - 1 - k]));
    }
    return roots;
  }
}
