package io.github.pleas.linalg;

import static org.bytedeco.openblas.global.openblas.*;

import org.bytedeco.javacpp.FloatPointer;

/** TEMP. */
public final class CrossMoments implements AutoCloseable {
  private final int a, b;
  private long n;
  private final double[] c, sx, sy, xx, yy;

  public CrossMoments(int a, int b) {
    this.a = a;
    this.b = b;
    c = new double[a * b];
    sx = new double[a];
    sy = new double[b];
    xx = new double[a];
    yy = new double[b];
  }

  public void add(FloatPanel x, FloatPanel y, int rows) {
    try (FloatPointer s = new FloatPointer((long) a * b)) {
      cblas_sgemm(
          CblasRowMajor, CblasTrans, CblasNoTrans, a, b, rows, 1f, x.p, a, y.p, b, 0f, s, b);
      float[] f = new float[a * b];
      s.get(f);
      for (int i = 0; i < f.length; i++) c[i] += f[i];
    }
    sums(x, a, rows, sx, xx);
    sums(y, b, rows, sy, yy);
    n += rows;
  }

  private static void sums(FloatPanel x, int w, int rows, double[] s, double[] q) {
    float[] f = new float[rows * w];
    x.p.get(f);
    for (int r = 0; r < rows; r++)
      for (int k = 0; k < w; k++) {
        double v = f[r * w + k];
        s[k] += v;
        q[k] += v * v;
      }
  }

  public double[] correlation() {
    double[] r = new double[a * b];
    for (int i = 0; i < a; i++)
      for (int j = 0; j < b; j++) {
        double vx = xx[i] / n - sx[i] / n * sx[i] / n, vy = yy[j] / n - sy[j] / n * sy[j] / n;
        double d = Math.sqrt(vx * vy);
        r[i * b + j] = d > 1e-12 ? (c[i * b + j] / n - sx[i] / n * sy[j] / n) / d : 0;
      }
    return r;
  }

  public double[] innerProducts() {
    return c.clone();
  }

  @Override
  public void close() {}
}
