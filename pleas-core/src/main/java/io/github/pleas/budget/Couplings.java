package io.github.pleas.budget;

/**
 * The pairs of groups that share a term of the cost, numbered: q_e s_low(e) s_high(e), low(e) &lt;
 * high(e).
 *
 * @param low the group with the lower number
 * @param high the other
 * @param factor q_e
 * @param up for each group the pairs of which it is the lower
 * @param down for each group the pairs of which it is the higher
 */
record Couplings(int[] low, int[] high, double[] factor, int[][] up, int[][] down) {
  static Couplings of(QuadraticCost cost) {
    int n = cost.groups();
    int[] low = new int[cost.terms()];
    int[] high = new int[low.length];
    double[] factor = new double[low.length];
    int[][] up = new int[n][];
    int[][] down = new int[n][];
    for (int g = 0; g < n; g++) {
      int below = 0;
      for (int h : cost.partners(g)) {
        below += h < g ? 1 : 0;
      }
      down[g] = new int[below];
      up[g] = new int[cost.partners(g).length - below];
    }
    int[] filled = new int[n];
    int e = 0;
    for (int g = 0; g < n; g++) {
      int k = 0;
      for (int h : cost.partners(g)) {
        if (h > g) {
          low[e] = g;
          high[e] = h;
          factor[e] = cost.product(g, h);
          up[g][k++] = e;
          down[h][filled[h]++] = e++;
        }
      }
    }
    return new Couplings(low, high, factor, up, down);
  }

  int size() {
    return low.length;
  }
}
