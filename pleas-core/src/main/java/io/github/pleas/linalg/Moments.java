package io.github.pleas.linalg;

import static org.bytedeco.openblas.global.openblas.*;

import org.bytedeco.javacpp.FloatPointer;

/** TEMP. */
public final class Moments implements AutoCloseable {
  private final int p, o;
  private long rows;
  private final double[] g, h, s;
  private final FloatPointer sg, sh;

  public Moments(int unknowns, int targets) {
    p = unknowns;
    o = targets;
    g = new double[p * p];
    h = new double[p * o];
    s = new double[o];
    sg = new FloatPointer((long) p * p);
    sh = new FloatPointer((long) p * o);
  }

  public void add(FloatPanel x, FloatPanel t, int n) {
    cblas_ssyrk(CblasRowMajor, CblasUpper, CblasTrans, p, n, 1f, x.p, p, 0f, sg, p);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, p, o, n, 1f, x.p, p, t.p, o, 0f, sh, o);
    float[] row = new float[p];
    for (int i = 0; i < p; i++) {
      sg.position((long) i * p + i).get(row, i, p - i);
      for (int j = i; j < p; j++) g[i * p + j] += row[j];
    }
    sg.position(0);
    float[] all = new float[p * o];
    sh.get(all);
    for (int i = 0; i < all.length; i++) h[i] += all[i];
    float[] tt = new float[n * o];
    t.p.get(tt);
    for (int r = 0; r < n; r++)
      for (int k = 0; k < o; k++) s[k] += (double) tt[r * o + k] * tt[r * o + k];
    rows += n;
  }

  public long rows() {
    return rows;
  }

  public double[] gram() {
    double[] f = g.clone();
    for (int i = 0; i < p; i++) for (int j = 0; j < i; j++) f[i * p + j] = f[j * p + i];
    return f;
  }

  public double[] cross() {
    return h.clone();
  }

  public double[] targetSquares() {
    return s.clone();
  }

  @Override
  public void close() {
    sg.deallocate();
    sh.deallocate();
  }
}
