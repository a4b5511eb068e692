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
import java.util.Arrays;
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

  private final double[] matrix;
  private final double[] diagonal;

  /** U' in the order of columns, which is U in the order of rows. */
  private final DoublePointer factor;

  /** Rows and columns that there is room for. */
  private final int stride;

  private final Optional<Workers> workers;

  /** The rows and columns of the matrix that are factored, in their order. */
  private int[] factored = {};

  private int n;
  private boolean closed;

  private Cholesky(double[] matrix, double[] diagonal, int most, Optional<Workers> workers) {
    int width = diagonal.length;
    Sizes.require("matrix to factor", matrix.length, width, width);
    if (most < 1 || most > width) {
      throw new IllegalArgumentException(
          "matrix to factor, [%d, %d]: expected room for 1 to %d of its rows, found %d"
              .formatted(width, width, width, most));
    }
    this.matrix = matrix;
    this.diagonal = diagonal;
    this.stride = most;
    this.workers = workers;
    this.factor = new DoublePointer((long) most * most);
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
    Cholesky made = new Cholesky(matrix, diagonal, n, workers);
    boolean done = false;
    try {
      made.select(IntStream.range(0, n).toArray());
      done = true;
      return made;
    } finally {
      if (!done) {
        made.close();
      }
    }
  }

  /**
   * Will factor some rows and columns of the sum of a matrix and a diagonal after others: see
   * {@link #select}.
   *
   * @param matrix [n, n]; symmetric, read by each selection, and left as it is
   * @param diagonal [n]
   * @param most how many rows and columns are selected at once, 1 to n
   * @param workers threads that factor and solve
   * @throws IllegalArgumentException if an array has another length, or {@code most} is none of
   *     these
   */
  public static Cholesky ofSelections(
      double[] matrix, double[] diagonal, int most, Workers workers) {
    return new Cholesky(matrix, diagonal, most, Optional.of(workers));
  }

  /**
   * Factors some rows and columns instead of those before. With what these began, too, is not
   * factored again: L of the first k depends on no others.
   *
   * @param which rows and the same columns, in any order; no more than there is room for
   * @throws PleasException as {@link #factor(double[], int, Workers)}; nothing is selected then
   * @throws IllegalArgumentException if they are too many
   * @throws IllegalStateException if closed
   */
  public void select(int[] which) {
    requireOpen();
    if (which.length > stride) {
      throw new IllegalArgumentException(
          "expected at most %d rows, found %d".formatted(stride, which.length));
    }
    int same = Arrays.mismatch(which, 0, which.length, factored, 0, factored.length);
    n = which.length;
    if (same < 0 || same == n) {
      return; // What is factored beyond stays for selections that begin with it.
    }
    factored = new int[0];
    int leading = workers.isPresent() ? same : 0; // LAPACK begins at the beginning
    int bands = (n + BAND - 1) / BAND;
    forEach(workers, bands, band -> copyBand(which, leading, band));
    int info =
        workers.isPresent()
            ? new BlockedCholesky(factor, stride, n, workers.get()).factor(leading)
            : LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, (byte) 'L', n, factor, stride);
    if (info != 0 || !finiteDiagonal()) {
      String problem = problem(which, info);
      n = 0;
      throw new PleasException(problem);
    }
    factored = which.clone();
  }

  private static void forEach(Optional<Workers> workers, int turns, IntConsumer task) {
    workers.ifPresentOrElse(
        threads -> threads.forEach(turns, task), () -> IntStream.range(0, turns).forEach(task));
  }

  /**
   * Copies the upper triangle's part of a band of rows, which is all that is read of them, but for
   * what is factored.
   */
  private void copyBand(int[] which, int leading, int band) {
    int first = band * BAND;
    int end = Math.min(n, first + BAND);
    // A view of the same memory: not to be closed, which would free the whole.
    DoubleBuffer rows =
        factor.getPointer((long) first * stride).limit((long) (end - first) * stride).asBuffer();
    for (int i = first; i < end; i++) {
      int row = which[i] * diagonal.length;
      int at = (i - first) * stride;
      int next;
      for (int j = Math.max(i, leading); j < n; j = next) {
        next = j + 1;
        while (next < n && which[next] == which[next - 1] + 1) {
          next++;
        }
        rows.put(at + j, matrix, row + which[j], next - j);
      }
      if (i >= leading) {
        rows.put(at + i, matrix[row + which[i]] + diagonal[which[i]]);
      }
    }
  }

  /**
   * OpenBLAS takes NaN for positive, so it must be looked for; every one in the matrix shows on the
   * factor's diagonal, which is quicker to read than the matrix.
   */
  private boolean finiteDiagonal() {
    for (int i = 0; i < n; i++) {
      if (!Double.isFinite(factor.get((long) i * stride + i))) {
        return false;
      }
    }
    return true;
  }

  private String problem(int[] which, int info) {
    int width = diagonal.length;
    for (int i = 0; i < n; i++) {
      for (int j = i; j < n; j++) {
        double value = matrix[which[i] * width + which[j]];
        if (!Double.isFinite(value)) {
          return "the matrix to factor, [%d, %d], holds %s at [%d, %d]: the activations or weights that it was made from are not finite, or overflow"
              .formatted(width, width, value, which[i], which[j]);
        }
      }
    }
    int last = which[info - 1];
    return "the matrix to factor, [%d, %d], is not positive definite: its leading minor of order %d is not (diagonal entry %g). Its columns depend on each other, and the ridge is too small to tell them apart: use a larger ridge, or more images"
        .formatted(n, n, info, matrix[last * width + last] + diagonal[last]);
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
    requireOpen();
    Sizes.require("right sides", rightSides.length, n, m);
    double[] solution = new double[rightSides.length];
    if (m == 0) {
      return solution;
    }
    try (DoublePointer x = new DoublePointer((long) n * m)) {
      // Views of the same memory: not to be closed, which would free the whole.
      forEachBand((at, count) -> x.getPointer((long) at * m).put(rightSides, at * m, count * m));
      if (workers.isPresent()) {
        new BlockedSolve(factor, stride, n, x, m, workers.get()).solve();
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
          stride,
          x,
          m);
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the factor is closed");
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
