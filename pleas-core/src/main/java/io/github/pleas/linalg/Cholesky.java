package io.github.pleas.linalg;

import static org.bytedeco.openblas.global.openblas.*;

import org.bytedeco.javacpp.DoublePointer;

/** TEMP. */
public final class Cholesky implements AutoCloseable {
  private final DoublePointer l;
  private final int n;

  private Cholesky(DoublePointer l, int n) {
    this.l = l;
    this.n = n;
  }

  public static Cholesky factor(double[] s, int n) {
    DoublePointer p = new DoublePointer(s);
    int info = LAPACKE_dpotrf(LAPACK_COL_MAJOR, (byte) 'U', n, p, n);
    if (info != 0) throw new io.github.pleas.PleasException("not positive definite at " + info);
    return new Cholesky(p, n);
  }

  public double[] solve(double[] rhs, int m) {
    DoublePointer b = new DoublePointer(rhs);
    // col-major U with A = U'U; row-major rhs [n,m] is col-major [m,n] = B'; X' A = B'
    cblas_dtrsm(
        CblasColMajor, CblasRight, CblasUpper, CblasNoTrans, CblasNonUnit, m, n, 1.0, l, n, b, m);
    cblas_dtrsm(
        CblasColMajor, CblasRight, CblasUpper, CblasTrans, CblasNonUnit, m, n, 1.0, l, n, b, m);
    double[] x = new double[rhs.length];
    b.get(x);
    b.deallocate();
    return x;
  }

  @Override
  public void close() {
    l.deallocate();
  }
}
