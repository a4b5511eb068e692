package io.github.pleas.linalg;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;

import org.bytedeco.javacpp.FloatPointer;

/** Products of panels in single precision. */
public final class PanelProduct {
  private PanelProduct() {}

  /**
   * Some rows of Y = X W, on the calling thread.
   *
   * @param x [rows, p]
   * @param first the first row to multiply
   * @param count how many
   * @param w [p, o]
   * @param y [rows, o], in which the same rows are overwritten
   * @throws IllegalArgumentException if the sizes do not fit
   */
  public static void multiply(FloatPanel x, int first, int count, FloatPanel w, FloatPanel y) {
    int inner = x.columns();
    int columns = w.columns();
    FloatPointer a = x.pointer("X", inner, first + count);
    FloatPointer b = w.pointer("W", columns, inner);
    FloatPointer c = y.pointer("Y", columns, first + count);
    if (w.rows() != inner) {
      throw new IllegalArgumentException(
          "W: expected [%d, %d], found [%d, %d]".formatted(inner, columns, w.rows(), columns));
    }
    cblas_sgemm(
        CblasRowMajor,
        CblasNoTrans,
        CblasNoTrans,
        count,
        columns,
        inner,
        1f,
        a.getPointer((long) first * inner),
        inner,
        b,
        columns,
        0f,
        c.getPointer((long) first * columns),
        columns);
  }

  /**
   * Some rows of G = X'Y, on the calling thread.
   *
   * @param x [at least count, p]
   * @param count how many rows of X and Y
   * @param first the first column of X, and so row of G, to compute
   * @param columns how many
   * @param y [at least count, o]
   * @param g [p, o], in which these rows are overwritten
   * @throws IllegalArgumentException if the sizes do not fit
   */
  public static void multiplyTransposed(
      FloatPanel x, int count, int first, int columns, FloatPanel y, FloatPanel g) {
    int inner = x.columns();
    int outputs = y.columns();
    FloatPointer a = x.pointer("X", inner, count);
    FloatPointer b = y.pointer("Y", outputs, count);
    FloatPointer c = g.pointer("G", outputs, inner);
    if (first < 0 || columns < 0 || first + columns > inner) {
      throw new IllegalArgumentException(
          "columns %d to %d of %d".formatted(first, first + columns, inner));
    }
    cblas_sgemm(
        CblasRowMajor,
        CblasTrans,
        CblasNoTrans,
        columns,
        outputs,
        count,
        1f,
        a.getPointer(first),
        inner,
        b,
        outputs,
        0f,
        c.getPointer((long) first * outputs),
        outputs);
  }
}
