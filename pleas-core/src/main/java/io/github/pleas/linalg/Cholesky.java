package io.github.pleas.linalg;

import static org.bytedeco.openblas.global.openblas.CblasColMajor;
import static org.bytedeco.openblas.global.openblas.CblasLower;
import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasNonUnit;
import static org.bytedeco.openblas.global.openblas.CblasRight;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dpotrf_work;
import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;
import static org.bytedeco.openblas.global.openblas.cblas_dtrsm;

import io.github.pleas.PleasException;
import io.github.pleas.runtime.Workers;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.DoublePointer;

/**
 * The factor of a symmetric positive definite matrix, S = U'U with U upper triangular, for solving
 * S X = B. In double, by LAPACK's dpotrf and BLAS's dtrsm; O(n^3 / 3) to factor, O(2 n^2 m) to
 * solve for m right sides. Not for several threads at once.
 */
public final class Cholesky implements AutoCloseable {
  /** Right sides that one thread solves for at once. */
  private static final int SIDES = 128;

  /** U' in the order of columns, which is U in the order of rows. */
  private final DoublePointer factor;

  private final int n;
  private final Optional<Workers> workers;
  private boolean closed;

  private Cholesky(DoublePointer factor, int n, Optional<Workers> workers) {
    this.factor = factor;
    this.n = n;
    this.workers = workers;
  }

  /**
   * Factors a matrix on the calling thread, as {@link #factor(double[], int, Workers)} says; for
   * small ones.
   */
  public static Cholesky factor(double[] matrix, int n) {
    return factor(matrix, new double[n], Optional.empty());
  }

  /**
   * Factors a matrix. The factor and its solutions do not depend on the number of threads.
   *
   * @param matrix [n, n]; only its upper triangle is read, and it is left as it is
   * @param n at least 1, at most 46,340
   * @param workers threads that factor, and solve later
   * @throws IllegalArgumentException if the array has another length
   * @throws PleasException if the matrix is not positive definite, or not finite: which leading
   *     minor fails
   */
  public static Cholesky factor(double[] matrix, int n, Workers workers) {
    return factor(matrix, new double[n], Optional.of(workers));
  }

  /**
   * Factors the sum of a matrix and a diagonal, as {@link #factor(double[], int, Workers)} says.
   *
   * @param matrix [n, n]
   * @param diagonal [n]
   */
  public static Cholesky factor(double[] matrix, double[] diagonal, Workers workers) {
    return factor(matrix, diagonal, Optional.of(workers));
  }

  private static Cholesky factor(double[] matrix, double[] diagonal, Optional<Workers> workers) {
    int n = diagonal.length;
    Sizes.require("matrix to factor", matrix.length, n, n);
    if (n < 1) {
      throw new IllegalArgumentException("matrix to factor: expected at least [1, 1]");
    }
    DoublePointer copy = new DoublePointer(matrix);
    boolean done = false;
    try {
      for (int i = 0; i < n; i++) {
        long at = (long) i * n + i;
        copy.put(at, copy.get(at) + diagonal[i]);
      }
      int info =
          workers.isPresent()
              ? new BlockedCholesky(copy, n, workers.get()).factor()
              : LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, (byte) 'L', n, copy, n);
      if (info != 0 || !finiteDiagonal(copy, n)) {
        throw new PleasException(problem(matrix, diagonal, info));
      }
      done = true;
      return new Cholesky(copy, n, workers);
    } finally {
      if (!done) {
        copy.deallocate();
      }
    }
  }

  /**
   * OpenBLAS takes NaN for positive, so it must be looked for; every one in the matrix shows on the
   * factor's diagonal, which is quicker to read than the matrix.
   */
  private static boolean finiteDiagonal(DoublePointer factor, int n) {
    for (int i = 0; i < n; i++) {
      if (!Double.isFinite(factor.get((long) i * n + i))) {
        return false;
      }
    }
    return true;
  }

  private static String problem(double[] matrix, double[] diagonal, int info) {
    int n = diagonal.length;
    for (int i = 0; i < n; i++) {
      for (int j = i; j < n; j++) {
        if (!Double.isFinite(matrix[i * n + j])) {
          return "the matrix to factor, [%d, %d], holds %s at [%d, %d]: the activations or weights that it was made from are not finite, or overflow"
              .formatted(n, n, matrix[i * n + j], i, j);
        }
      }
    }
    return "the matrix to factor, [%d, %d], is not positive definite: its leading minor of order %d is not (diagonal entry %g). Its columns depend on each other, and the ridge is too small to tell them apart: use a larger ridge, or more images"
        .formatted(n, n, info, matrix[(info - 1) * n + info - 1] + diagonal[info - 1]);
  }

  /**
   * Solves S X = B.
   *
   * @param rightSides B, [n, m]
   * @param m how many right sides
   * @return X, [n, m]
   * @throws IllegalArgumentException if the array has another length
   * @throws IllegalStateException if closed
   */
  public double[] solve(double[] rightSides, int m) {
    if (closed) {
      throw new IllegalStateException("the factor is closed");
    }
    Sizes.require("right sides", rightSides.length, n, m);
    double[] solution = new double[rightSides.length];
    if (m == 0) {
      return solution;
    }
    int parts = (m + SIDES - 1) / SIDES;
    try (DoublePointer x = new DoublePointer(rightSides)) {
      IntConsumer part = k -> solve(x, m, k * SIDES, Math.min(SIDES, m - k * SIDES));
      workers.ifPresentOrElse(
          threads -> threads.forEach(parts, part), () -> IntStream.range(0, parts).forEach(part));
      x.get(solution);
    }
    return solution;
  }

  /**
   * Solves for some of the right sides. By columns, x is B' [m, n] and the factor L = U': X' L L' =
   * B', so two solves from the right.
   */
  private void solve(DoublePointer x, int m, int first, int count) {
    DoublePointer part = x.getPointer(first);
    for (int transposition : new int[] {CblasTrans, CblasNoTrans}) {
      cblas_dtrsm(
          CblasColMajor,
          CblasRight,
          CblasLower,
          transposition,
          CblasNonUnit,
          count,
          n,
          1.0,
          factor,
          n,
          part,
          m);
    }
  }

  /** Frees the factor; further calls do nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      factor.deallocate();
    }
  }
}
