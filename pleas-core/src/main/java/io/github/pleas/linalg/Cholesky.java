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
import java.nio.DoubleBuffer;
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
  /** Rows that one thread copies at once. */
  private static final int BAND = 64;

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
    DoublePointer copy = new DoublePointer((long) n * n);
    boolean done = false;
    try {
      int bands = (n + BAND - 1) / BAND;
      forEach(workers, bands, band -> copyBand(matrix, diagonal, band, copy));
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

  private static void forEach(Optional<Workers> workers, int turns, IntConsumer task) {
    workers.ifPresentOrElse(
        threads -> threads.forEach(turns, task), () -> IntStream.range(0, turns).forEach(task));
  }

  /** Copies the upper triangle's part of a band of rows, which is all that is read of them. */
  private static void copyBand(double[] matrix, double[] diagonal, int band, DoublePointer copy) {
    int n = diagonal.length;
    int first = band * BAND;
    int end = Math.min(n, first + BAND);
    // A view of the same memory: not to be closed, which would free the whole.
    DoubleBuffer rows =
        copy.getPointer((long) first * n).limit((long) (end - first) * n).asBuffer();
    for (int i = first; i < end; i++) {
      int at = (i - first) * n + i;
      rows.put(at, matrix, i * n + i, n - i);
      rows.put(at, matrix[i * n + i] + diagonal[i]);
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
    try (DoublePointer x = new DoublePointer((long) n * m)) {
      // Views of the same memory: not to be closed, which would free the whole.
      forEachBand((at, count) -> x.getPointer((long) at * m).put(rightSides, at * m, count * m));
      if (workers.isPresent()) {
        new BlockedSolve(factor, n, x, m, workers.get()).solve();
      } else {
        solve(x, m);
      }
      forEachBand((at, count) -> x.getPointer((long) at * m).get(solution, at * m, count * m));
    }
    return solution;
  }

  /** Some of the rows of a right side or solution, of which one thread takes care. */
  @FunctionalInterface
  private interface Band {
    void rows(int first, int count);
  }

  private void forEachBand(Band band) {
    forEach(
        workers,
        (n + BAND - 1) / BAND,
        k -> band.rows(k * BAND, Math.min(n, (k + 1) * BAND) - k * BAND));
  }

  /**
   * By columns, x is B' [m, n] and the factor L = U': X' L L' = B', so two solves from the right.
   */
  private void solve(DoublePointer x, int m) {
    for (int transposition : new int[] {CblasTrans, CblasNoTrans}) {
      cblas_dtrsm(
          CblasColMajor,
          CblasRight,
          CblasLower,
          transposition,
          CblasNonUnit,
          m,
          n,
          1.0,
          factor,
          n,
          x,
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
