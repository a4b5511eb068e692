package io.github.pleas.linalg;

import static org.bytedeco.openblas.global.openblas.CblasColMajor;
import static org.bytedeco.openblas.global.openblas.CblasLower;
import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasNonUnit;
import static org.bytedeco.openblas.global.openblas.CblasRight;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas.cblas_dtrsm;

import io.github.pleas.runtime.Workers;
import java.util.function.IntConsumer;
import java.util.function.IntUnaryOperator;
import org.bytedeco.javacpp.DoublePointer;

/**
 * Solves X' L L' = B' in place, for several threads: block by block of columns forwards with L',
 * then backwards with L, each solved for by the triangle on the diagonal and taken off the columns
 * that are left, tile by tile. The tiles are the same for any number of threads, and so is the
 * result.
 */
final class BlockedSolve {
  private static final int BLOCK = 256;

  /** Right sides that one thread solves for at once. */
  private static final int SIDES = 64;

  /** L [n, n] in the order of columns. */
  private final DoublePointer factor;

  /** From a column of L to the next. */
  private final int stride;

  private final int n;

  /** B', then X', [m, n] in the order of columns. */
  private final DoublePointer x;

  private final int m;
  private final Workers workers;

  BlockedSolve(DoublePointer factor, int stride, int n, DoublePointer x, int m, Workers workers) {
    this.factor = factor;
    this.stride = stride;
    this.n = n;
    this.x = x;
    this.m = m;
    this.workers = workers;
  }

  void solve() {
    int blocks = (n + BLOCK - 1) / BLOCK;
    for (int k = 0; k < blocks; k++) {
      int block = k;
      triangle(block, CblasTrans);
      tiles(blocks - block - 1, j -> block + 1 + j, block, CblasTrans);
    }
    for (int k = blocks - 1; k >= 0; k--) {
      triangle(k, CblasNoTrans);
      tiles(k, j -> j, k, CblasNoTrans);
    }
  }

  private int width(int block) {
    return Math.min(BLOCK, n - block * BLOCK);
  }

  /** A block's columns, by the triangle on the diagonal. */
  private void triangle(int block, int transposition) {
    forEach(
        SIDES,
        (first, count) ->
            cblas_dtrsm(
                CblasColMajor,
                CblasRight,
                CblasLower,
                transposition,
                CblasNonUnit,
                count,
                width(block),
                1,
                factor(block, block),
                stride,
                side(first, block),
                m));
  }

  /** Some of the right sides. */
  @FunctionalInterface
  private interface Sides {
    void take(int first, int count);
  }

  private void forEach(int sides, Sides task) {
    workers.forEach(
        (m + sides - 1) / sides, k -> task.take(k * sides, Math.min(sides, m - k * sides)));
  }

  /** Takes what a block was solved to off other blocks. */
  private void tiles(int count, IntUnaryOperator other, int block, int how) {
    int bands = (m + BLOCK - 1) / BLOCK;
    IntConsumer tile =
        k -> {
          int first = k % bands * BLOCK;
          int j = other.applyAsInt(k / bands);
          // The factor's part below the diagonal: L[j, block] forwards, L[block, j] backwards.
          DoublePointer l = how == CblasTrans ? factor(j, block) : factor(block, j);
          cblas_dgemm(
              CblasColMajor,
              CblasNoTrans,
              how,
              Math.min(BLOCK, m - first),
              width(j),
              width(block),
              -1,
              side(first, block),
              m,
              l,
              stride,
              1,
              side(first, j),
              m);
        };
    workers.forEach(count * bands, tile);
  }

  /** Views of the same memory: not to be closed, which would free the whole. */
  private DoublePointer factor(int row, int column) {
    return factor.getPointer((long) column * BLOCK * stride + (long) row * BLOCK);
  }

  private DoublePointer side(int first, int block) {
    return x.getPointer((long) block * BLOCK * m + first);
  }
}
