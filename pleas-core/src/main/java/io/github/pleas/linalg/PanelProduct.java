package io.github.pleas.linalg;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;

import org.bytedeco.javacpp.FloatPointer;

/** Products of panels in single precision. */
public final class PanelProduct {
  private PanelProduct() {}

  /**
   * Y = X W.
   *
   * @param x [at least rows, p]
   * @param rows rows of X to use
   * @param w [p, o]
   * @param y [at least rows, o], overwritten
   * @throws IllegalArgumentException if the sizes do not fit
   */
  public static void multiply(FloatPanel x, int rows, FloatPanel w, FloatPanel y) {
    int inner = x.columns();
    int columns = w.columns();
    if (w.rows() != inner || y.columns() != columns || rows > Math.min(x.rows(), y.rows())) {
      throw new IllegalArgumentException(
          "%d rows of [%d, %d] times [%d, %d] into [%d, %d]"
              .formatted(rows, x.rows(), inner, w.rows(), columns, y.rows(), y.columns()));
    }
    try (FloatPointer a = new FloatPointer(x.buffer().duplicate().clear());
        FloatPointer b = new FloatPointer(w.buffer().duplicate().clear());
        FloatPointer c = new FloatPointer(y.buffer().duplicate().clear())) {
      cblas_sgemm(
          CblasRowMajor,
          CblasNoTrans,
          CblasNoTrans,
          rows,
          columns,
          inner,
          1f,
          a,
          inner,
          b,
          columns,
          0f,
          c,
          columns);
    }
  }
}
