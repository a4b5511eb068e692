package io.github.pleas.bench;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;

import io.github.pleas.linalg.Blas;
import io.github.pleas.runtime.Workers;
import java.util.function.Supplier;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * What the machine's matrix products reach at best, in multiply-accumulates a second: a product of
 * large square matrices on each thread at once, the best of a few runs.
 *
 * @param single in single precision
 * @param twice in double precision
 */
record Peak(double single, double twice) {
  private static final int SIZE = 1024;
  private static final int RUNS = 8;

  /** A product that is ready to run, and its memory. */
  private interface Product extends AutoCloseable {
    void run();

    @Override
    void close();
  }

  static Peak measure(int threads) {
    Blas.useCallingThread();
    return new Peak(rate(threads, Peak::singleProduct), rate(threads, Peak::doubleProduct));
  }

  private static double rate(int threads, Supplier<Product> kind) {
    Product[] products = new Product[threads];
    for (int k = 0; k < threads; k++) {
      products[k] = kind.get();
    }
    double best = Double.POSITIVE_INFINITY;
    try (Workers workers = new Workers(threads)) {
      for (int run = 0; run < RUNS; run++) {
        long start = System.nanoTime();
        workers.forEach(threads, k -> products[k].run());
        best = Math.min(best, (System.nanoTime() - start) / 1e9);
      }
    } finally {
      for (Product product : products) {
        product.close();
      }
    }
    return (double) threads * SIZE * SIZE * SIZE / best;
  }

  private static Product singleProduct() {
    FloatPointer a = new FloatPointer((long) SIZE * SIZE);
    FloatPointer b = new FloatPointer((long) SIZE * SIZE);
    FloatPointer c = new FloatPointer((long) SIZE * SIZE);
    a.zero();
    b.zero();
    return new Product() {
      @Override
      public void run() {
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

      @Override
      public void close() {
        a.close();
        b.close();
        c.close();
      }
    };
  }

  private static Product doubleProduct() {
    DoublePointer a = new DoublePointer((long) SIZE * SIZE);
    DoublePointer b = new DoublePointer((long) SIZE * SIZE);
    DoublePointer c = new DoublePointer((long) SIZE * SIZE);
    a.zero();
    b.zero();
    return new Product() {
      @Override
      public void run() {
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

      @Override
      public void close() {
        a.close();
        b.close();
        c.close();
      }
    };
  }
}
