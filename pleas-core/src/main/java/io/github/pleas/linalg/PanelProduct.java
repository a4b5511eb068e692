package io.github.pleas.linalg;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;

import io.github.pleas.runtime.Workers;
import org.bytedeco.javacpp.FloatPointer;

/** Products of panels in single precision. */
public final class PanelProduct {
  /** Rows that one thread computes at once. */
  private static final int BAND = 256;

  private PanelProduct() {}

  /**
   * Y = X W. It does not depend on the number of threads.
   *
   * @param x [at least rows, p]
   * @param rows rows of X to use
   * @param w [p, o]
   * @param y [at least rows, o], overwritten
   * @param workers threads that multiply, each a band of rows
   * @throws IllegalArgumentException if the sizes do not fit
   */
  public static void multiply(FloatPanel x, int rows, FloatPanel w, FloatPanel y, Workers workers) {
    int inner = x.columns();
    int columns = w.columns();
    FloatPointer a = x.pointer("X", inner, rows);
    FloatPointer b = w.pointer("W", columns, inner);
    FloatPointer c = y.pointer("Y", columns, rows);
    if (w.rows() != inner) {
      throw new IllegalArgumentException(
          "W: expected [%d, %d], found [%d, %d]".formatted(inner, columns, w.rows(), columns));
    }
    workers.forEach(
        (rows + BAND - 1) / BAND,
        k ->
            cblas_sgemm(
                CblasRowMajor,
                CblasNoTrans,
                CblasNoTrans,
                Math.min(BAND, rows - k * BAND),
                columns,
                inner,
                1f,
                a.getPointer((long) k * BAND * inner),
                inner,
                b,
                columns,
                0f,
                c.getPointer((long) k * BAND * columns),
                columns));
  }
}
