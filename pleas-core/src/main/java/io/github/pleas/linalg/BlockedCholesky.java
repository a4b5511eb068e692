package io.github.pleas.linalg;

import static org.bytedeco.openblas.global.openblas.CblasColMajor;
import static org.bytedeco.openblas.global.openblas.CblasLower;
import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasNonUnit;
import static org.bytedeco.openblas.global.openblas.CblasRight;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dpotrf_work;
import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas.cblas_dsyrk;
import static org.bytedeco.openblas.global.openblas.cblas_dtrsm;

import io.github.pleas.runtime.Workers;
import org.bytedeco.javacpp.DoublePointer;

/**
 * The factor S = L L' in place, for several threads: by blocks of columns, each of which is
 * factored, solved for the rows below, and taken off the rest of the matrix, tile by tile (the
 * right-looking variant; Golub and Van Loan, "Matrix Computations", section 4.2). The tiles are the
 * same for any number of threads, and so is the result.
 */
final class BlockedCholesky {
  private static final int BLOCK = 256;

  private final DoublePointer matrix;
  private final int stride;
  private final int n;
  private final Workers workers;

  /**
   * A factorisation.
   *
   * @param matrix [n, n] in the order of columns, {@code stride} from one to the next; its lower
   *     triangle is replaced
   */
  BlockedCholesky(DoublePointer matrix, int stride, int n, Workers workers) {
    this.matrix = matrix;
    this.stride = stride;
    this.n = n;
    this.workers = workers;
  }

  /**
   * Factors.
   *
   * @param leading the first rows and columns, which are factored already; those below and to the
   *     right of them are not
   * @return 0, or the order of the first leading minor that is not positive
   */
  int factor(int leading) {
    int width;
    for (int start = 0; start < n; start += width) {
      boolean done = start < leading;
      width = Math.min(BLOCK, (done ? leading : n) - start);
      int info = done ? 0 : factor(start, width);
      if (info != 0) {
        return start + info;
      }
      proceed(start, width, done ? leading : start + width);
    }
    return 0;
  }

  private int factor(int start, int width) {
    return LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, (byte) 'L', width, at(start, start), stride);
  }

  /**
   * Solves rows for a block of columns, and takes them off all columns after it.
   *
   * @param below the first of the rows
   */
  private void proceed(int column, int width, int below) {
    int after = column + width;
    int tiles = (n - below + BLOCK - 1) / BLOCK;
    workers.forEach(tiles, i -> solve(below + i * BLOCK, column, width));
    // Columns of rows that are factored already, but for these.
    int left = (below - after + BLOCK - 1) / BLOCK;
    workers.forEach(
        tiles * left,
        k -> {
          int j = after + k % left * BLOCK;
          takeOff(below + k / left * BLOCK, j, Math.min(BLOCK, below - j), column, width);
        });
    workers.forEach(
        tiles * (tiles + 1) / 2,
        k -> {
          int i = rowOf(k);
          int j = below + (k - i * (i + 1) / 2) * BLOCK;
          takeOff(below + i * BLOCK, j, Math.min(BLOCK, n - j), column, width);
        });
  }

  /** The row of the k-th tile of a triangle that is counted row by row. */
  private static int rowOf(int k) {
    int row = (int) ((Math.sqrt(8.0 * k + 1) - 1) / 2);
    return row * (row + 1) / 2 > k ? row - 1 : (row + 1) * (row + 2) / 2 <= k ? row + 1 : row;
  }

  /** A[row.., column] = A[row.., column] L' ^ -1 with L the block on the diagonal. */
  private void solve(int row, int column, int width) {
    cblas_dtrsm(
        CblasColMajor,
        CblasRight,
        CblasLower,
        CblasTrans,
        CblasNonUnit,
        Math.min(BLOCK, n - row),
        width,
        1,
        at(column, column),
        stride,
        at(row, column),
        stride);
  }

  /** A[i.., j..] -= A[i.., column] A[j.., column]'. */
  private void takeOff(int i, int j, int columns, int column, int width) {
    int rows = Math.min(BLOCK, n - i);
    if (i == j) {
      cblas_dsyrk(
          CblasColMajor,
          CblasLower,
          CblasNoTrans,
          rows,
          width,
          -1,
          at(i, column),
          stride,
          1,
          at(i, i),
          stride);
      return;
    }
    cblas_dgemm(
        CblasColMajor,
        CblasNoTrans,
        CblasTrans,
        rows,
        columns,
        width,
        -1,
        at(i, column),
        stride,
        at(j, column),
        stride,
        1,
        at(i, j),
        stride);
  }

  /** A view of the same memory: not to be closed, which would free the whole. */
  private DoublePointer at(int row, int column) {
    return matrix.getPointer((long) column * stride + row);
  }
}
