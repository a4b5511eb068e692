package io.github.pleas.budget;

/**
 * The best separable part of a product: given phi(y), the largest psi(x) with psi(x) + phi(y) &lt;=
 * q x y for all x and y, which is psi(x) = min over y of q x y - phi(y). It is the concave
 * conjugate of phi at q x: only the upper convex hull of the points (y, phi(y)) counts, and as x
 * grows its minimum moves along the hull one way. So it takes time linear in the numbers of x and
 * y. Keeps a buffer: for one thread.
 */
final class Conjugate {
  private int[] hull = new int[0];

  /**
   * Writes psi.
   *
   * @param q the factor
   * @param y ascending
   * @param phi for each y
   * @param fromY first of the y to use
   * @param toY last of them
   * @param x ascending
   * @param psi for each x, written
   * @param fromX first of the x to write for
   * @param toX last of them
   */
  void into(
      double q,
      int[] y,
      double[] phi,
      int fromY,
      int toY,
      int[] x,
      double[] psi,
      int fromX,
      int toX) {
    int size = hull(y, phi, fromY, toY);
    boolean down = q > 0;
    int p = down ? size - 1 : 0;
    int end = down ? 0 : size - 1;
    int step = down ? -1 : 1;
    for (int k = fromX; k <= toX; k++) {
      double slope = q * x[k];
      double least = slope * y[hull[p]] - phi[hull[p]];
      while (p != end) {
        double next = slope * y[hull[p + step]] - phi[hull[p + step]];
        if (next > least) {
          break;
        }
        least = next;
        p += step;
      }
      psi[k] = least;
    }
  }

  /** Finds the upper hull of points, left to right; returns how many it has. */
  private int hull(int[] y, double[] phi, int from, int to) {
    if (hull.length < y.length) {
      hull = new int[y.length];
    }
    int size = 0;
    for (int k = from; k <= to; k++) {
      while (size > 1) {
        int a = hull[size - 2];
        int b = hull[size - 1];
        if ((phi[b] - phi[a]) * (y[k] - y[b]) > (phi[k] - phi[b]) * (y[b] - y[a])) {
          break;
        }
        size--;
      }
      hull[size++] = k;
    }
    return size;
  }
}
