package io.github.pleas.linalg;

import static org.bytedeco.openblas.global.openblas.*;

import org.bytedeco.javacpp.*;

/** TEMP. */
public final class Blas {
  private Blas() {}

  public static double[] multiply(double[] a, int rows, int inner, double[] b, int columns) {
    try (DoublePointer x = new DoublePointer(a);
        DoublePointer y = new DoublePointer(b);
        DoublePointer z = new DoublePointer((long) rows * columns)) {
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
      double[] r = new double[rows * columns];
      z.get(r);
      return r;
    }
  }

  public static float[] multiplyTransposedRight(
      float[] a, int rows, int inner, float[] b, int columns) {
    try (FloatPointer x = new FloatPointer(a);
        FloatPointer y = new FloatPointer(b);
        FloatPointer z = new FloatPointer((long) rows * columns)) {
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
      float[] r = new float[rows * columns];
      z.get(r);
      return r;
    }
  }

  public static void useThreads(int t) {
    blas_set_num_threads(t);
  }
}
