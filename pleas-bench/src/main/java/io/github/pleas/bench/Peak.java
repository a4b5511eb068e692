package io.github.pleas.bench;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * What the machine's matrix products reach at best, in multiply-accumulates a second: the product
 * of two large square matrices, the best of a few runs.
 *
 * @param single in single precision
 * @param twice in double precision
 */
record Peak(double single, double twice) {
  private static final int SIZE = 1536;
  private static final int RUNS = 5;

  static Peak measure() {
    long elements = (long) SIZE * SIZE;
    double macs = (double) SIZE * SIZE * SIZE;
    try (FloatPointer a = filled(new FloatPointer(elements));
        FloatPointer b = filled(new FloatPointer(elements));
        FloatPointer c = new FloatPointer(elements);
        DoublePointer x = filled(new DoublePointer(elements));
        DoublePointer y = filled(new DoublePointer(elements));
        DoublePointer z = new DoublePointer(elements)) {
      return new Peak(macs / best(() -> multiply(a, b, c)), macs / best(() -> multiply(x, y, z)));
    }
  }

  private static void multiply(FloatPointer a, FloatPointer b, FloatPointer c) {
    cblas_sgemm(
        CblasRowMajor,
        CblasNoTrans,
        CblasNoTrans,
        SIZE,
        SIZE,
        SIZE,
        1f,
        a,
        SIZE,
        b,
        SIZE,
        0f,
        c,
        SIZE);
  }

  private static void multiply(DoublePointer a, DoublePointer b, DoublePointer c) {
    cblas_dgemm(
        CblasRowMajor,
        CblasNoTrans,
        CblasNoTrans,
        SIZE,
        SIZE,
        SIZE,
        1,
        a,
        SIZE,
        b,
        SIZE,
        0,
        c,
        SIZE);
  }

  private static FloatPointer filled(FloatPointer pointer) {
    for (long i = 0; i < pointer.capacity(); i++) {
      pointer.put(i, i % 7);
    }
    return pointer;
  }

  private static DoublePointer filled(DoublePointer pointer) {
    for (long i = 0; i < pointer.capacity(); i++) {
      pointer.put(i, i % 7);
    }
    return pointer;
  }

  /** Seconds of the fastest of a few runs. */
  private static double best(Runnable task) {
    double best = Double.POSITIVE_INFINITY;
    for (int run = 0; run < RUNS; run++) {
      long start = System.nanoTime();
      task.run();
      best = Math.min(best, (System.nanoTime() - start) / 1e9);
    }
    return best;
  }
}
