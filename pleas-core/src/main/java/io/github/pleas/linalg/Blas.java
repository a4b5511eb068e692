package io.github.pleas.linalg;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.blas_set_num_threads;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;

/** Matrix products by OpenBLAS, on row-major arrays. */
public final class Blas {
  private Blas() {}

  /**
   * A product A B in double.
   *
   * @param a [rows, inner]
   * @param b [inner, columns]
   * @return [rows, columns]
   * @throws IllegalArgumentException if an array's length is not that of its shape
   */
  public static double[] multiply(double[] a, int rows, int inner, double[] b, int columns) {
    Sizes.require("left factor", a.length, rows, inner);
    Sizes.require("right factor", b.length, inner, columns);
    double[] product = new double[Sizes.elements("product", rows, columns)];
    if (product.length == 0 || inner == 0) {
      return product;
    }
    try (DoublePointer x = new DoublePointer(a);
        DoublePointer y = new DoublePointer(b);
        DoublePointer z = new DoublePointer((long) product.length)) {
      cblas_dgemm(
          CblasRowMajor,
          CblasNoTrans,
          CblasNoTrans,
          rows,
          columns,
          inner,
          1,
          x,
          inner,
          y,
          columns,
          0,
          z,
          columns);
      z.get(product);
    }
    return product;
  }

  /**
   * A product A B' in single precision.
   *
   * @param a [rows, inner]
   * @param b [columns, inner]
   * @return [rows, columns]
   * @throws IllegalArgumentException if an array's length is not that of its shape
   */
  public static float[] multiplyTransposedRight(
      float[] a, int rows, int inner, float[] b, int columns) {
    Sizes.require("left factor", a.length, rows, inner);
    Sizes.require("right factor", b.length, columns, inner);
    float[] product = new float[Sizes.elements("product", rows, columns)];
    if (product.length == 0 || inner == 0) {
      return product;
    }
    try (FloatPointer x = new FloatPointer(a);
        FloatPointer y = new FloatPointer(b);
        FloatPointer z = new FloatPointer((long) product.length)) {
      cblas_sgemm(
          CblasRowMajor,
          CblasNoTrans,
          CblasTrans,
          rows,
          columns,
          inner,
          1f,
          x,
          inner,
          y,
          inner,
          0f,
          z,
          columns);
      z.get(product);
    }
    return product;
  }

  /**
   * Sets how many threads OpenBLAS takes for one call. This is a setting of the native library, for
   * the whole process: set it once, before the work. Calls from several Java threads at once are
   * safe but queue for the library's one pool of threads, so the callers here fill panels in
   * parallel, and call BLAS from one thread in between.
   *
   * @param threads at least 1
   */
  public static void useThreads(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: expected at least 1, found " + threads);
    }
    blas_set_num_threads(threads);
  }
}
