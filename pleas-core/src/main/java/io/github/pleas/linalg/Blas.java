package io.github.pleas.linalg;

import static org.bytedeco.openblas.global.openblas.CblasLeft;
import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.CblasUpper;
import static org.bytedeco.openblas.global.openblas.blas_set_num_threads;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas.cblas_dsymm;
import static org.bytedeco.openblas.global.openblas.cblas_sasum;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;

import io.github.pleas.runtime.Workers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;

/** Matrix products by OpenBLAS, on row-major arrays. */
public final class Blas {
  /** Rows of a product that one thread computes at once. */
  private static final int BAND = 256;

  /** Columns of a product with a symmetric matrix that one thread computes at once. */
  private static final int SIDES = 128;

  private Blas() {}

  /** The version of the native library, with that of its packaging. */
  public static String version() {
    try {
      return Loader.getVersion("org.bytedeco", "openblas");
    } catch (IOException e) {
      throw new UncheckedIOException("the version of OpenBLAS cannot be read from its package", e);
    }
  }

  /**
   * A product A B in double, on the calling thread.
   *
   * @see #multiply(double[], int, int, double[], int, Workers)
   */
  public static double[] multiply(double[] a, int rows, int inner, double[] b, int columns) {
    return multiply(
        a, rows, inner, b, columns, (count, band) -> IntStream.range(0, count).forEach(band));
  }

  /**
   * A product A B in double. It does not depend on the number of threads.
   *
   * @param a [rows, inner]
   * @param b [inner, columns]
   * @param workers threads that multiply, each a band of rows
   * @return [rows, columns]
   * @throws IllegalArgumentException if an array's length is not that of its shape
   */
  public static double[] multiply(
      double[] a, int rows, int inner, double[] b, int columns, Workers workers) {
    return multiply(a, rows, inner, b, columns, workers::forEach);
  }

  private static double[] multiply(
      double[] a,
      int rows,
      int inner,
      double[] b,
      int columns,
      BiConsumer<Integer, IntConsumer> bands) {
    Sizes.require("left factor", a.length, rows, inner);
    Sizes.require("right factor", b.length, inner, columns);
    double[] product = new double[Sizes.elements("product", rows, columns)];
    if (product.length == 0 || inner == 0) {
      return product;
    }
    try (DoublePointer x = new DoublePointer(a);
        DoublePointer y = new DoublePointer(b);
        DoublePointer z = new DoublePointer((long) product.length)) {
      bands.accept(
          (rows + BAND - 1) / BAND,
          k ->
              cblas_dgemm(
                  CblasRowMajor,
                  CblasNoTrans,
                  CblasNoTrans,
                  Math.min(BAND, rows - k * BAND),
                  columns,
                  inner,
                  1,
                  x.getPointer((long) k * BAND * inner),
                  inner,
                  y,
                  columns,
                  0,
                  z.getPointer((long) k * BAND * columns),
                  columns));
      z.get(product);
    }
    return product;
  }

  /**
   * A product S B in double of a symmetric matrix. It does not depend on the number of threads.
   *
   * @param s [n, n], of which only the upper triangle is read
   * @param b [n, columns]
   * @param workers threads that multiply, each a band of columns
   * @return [n, columns]
   * @throws IllegalArgumentException if an array's length is not that of its shape
   */
  public static double[] multiplySymmetric(
      double[] s, int n, double[] b, int columns, Workers workers) {
    Sizes.require("symmetric factor", s.length, n, n);
    Sizes.require("right factor", b.length, n, columns);
    double[] product = new double[b.length];
    if (product.length == 0) {
      return product;
    }
    try (DoublePointer x = new DoublePointer(s);
        DoublePointer y = new DoublePointer(b);
        DoublePointer z = new DoublePointer((long) product.length)) {
      workers.forEach(
          (columns + SIDES - 1) / SIDES,
          k ->
              cblas_dsymm(
                  CblasRowMajor,
                  CblasLeft,
                  CblasUpper,
                  n,
                  Math.min(SIDES, columns - k * SIDES),
                  1,
                  x,
                  n,
                  y.getPointer((long) k * SIDES),
                  columns,
                  0,
                  z.getPointer((long) k * SIDES),
                  columns));
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
   * Whether all numbers are finite.
   *
   * @param values direct, native order; from its position to its limit
   */
  public static boolean isFinite(FloatBuffer values) {
    // The sum of absolute values is finite only if all are, and BLAS is quicker than a loop here.
    // It
    // may overflow where all are finite: then they are looked at one by one.
    // A slice, because JavaCPP takes a buffer's position for a number of bytes.
    FloatPointer first = new FloatPointer(values.slice());
    if (Float.isFinite(cblas_sasum(values.remaining(), first, 1))) {
      return true;
    }
    for (int i = values.position(); i < values.limit(); i++) {
      if (!Float.isFinite(values.get(i))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Lets each call of OpenBLAS run on the thread that makes it. This is a setting of the native
   * library, for the whole process: to be made once, before the work. The work is cut up for
   * several threads here, not there: OpenBLAS's own threads wait for each other many times in every
   * product, spinning, which costs most where other work runs beside it (ONNX Runtime, another
   * process), and its results depend on their number.
   */
  public static void useCallingThread() {
    blas_set_num_threads(1);
  }
}
