package io.github.pleas.linalg;

import java.util.Arrays;

/** TEMP. */
public final class Assignment {
  private Assignment() {}

  public static int[] maximize(double[] s, int n) {
    double[] u = new double[n + 1], v = new double[n + 1];
    int[] p = new int[n + 1], way = new int[n + 1];
    for (int i = 1; i <= n; i++) {
      p[0] = i;
      int j0 = 0;
      double[] minv = new double[n + 1];
      Arrays.fill(minv, Double.POSITIVE_INFINITY);
      boolean[] used = new boolean[n + 1];
      do {
        used[j0] = true;
        int i0 = p[j0], j1 = 0;
        double delta = Double.POSITIVE_INFINITY;
        for (int j = 1; j <= n; j++)
          if (!used[j]) {
            double cur = -s[(i0 - 1) * n + j - 1] - u[i0] - v[j];
            if (cur < minv[j]) {
              minv[j] = cur;
              way[j] = j0;
            }
            if (minv[j] < delta) {
              delta = minv[j];
              j1 = j;
            }
          }
        for (int j = 0; j <= n; j++)
          if (used[j]) {
            u[p[j]] += delta;
            v[j] -= delta;
          } else minv[j] -= delta;
        j0 = j1;
      } while (p[j0] != 0);
      do {
        int j1 = way[j0];
        p[j0] = p[j1];
        j0 = j1;
      } while (j0 != 0);
    }
    int[] r = new int[n];
    for (int j = 1; j <= n; j++) r[p[j] - 1] = j - 1;
    return r;
  }
}
