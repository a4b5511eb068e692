package io.github.pleas.matching;

import io.github.pleas.linalg.Assignment;
import io.github.pleas.symmetry.QueryHeads;

/** The order of B's query heads that goes best with A's, of how alike any two of them are. */
final class QueryHeadOrder {
  private QueryHeadOrder() {}

  /**
   * An order of B's query heads, within their shared heads, in which the r-th of a shared head is
   * the best partner of the r-th of A's that this one goes with. Shared heads are paired by the
   * best pairing of their query heads.
   *
   * @param similarity of query heads of A with those of B, [query heads, query heads] row-major
   */
  static int[] of(QueryHeads heads, double[] similarity) {
    int n = heads.count();
    int shared = heads.group().size();
    double[] values = new double[shared * shared];
    int[][] inside = new int[shared * shared][];
    for (int pair = 0; pair < inside.length; pair++) {
      double[] own = part(similarity, n, heads.each(), pair / shared, pair % shared);
      inside[pair] = Assignment.maximize(own, heads.each());
      for (int r = 0; r < heads.each(); r++) {
        values[pair] += own[r * heads.each() + inside[pair][r]];
      }
    }
    int[] partners = Assignment.maximize(values, shared);
    int[] order = new int[n];
    for (int i = 0; i < shared; i++) {
      int j = partners[i];
      for (int r = 0; r < heads.each(); r++) {
        order[j * heads.each() + r] = j * heads.each() + inside[i * shared + j][r];
      }
    }
    return order;
  }

  /** The similarities of the query heads of two shared heads. */
  private static double[] part(double[] all, int n, int each, int i, int j) {
    double[] part = new double[each * each];
    for (int e = 0; e < part.length; e++) {
      part[e] = all[(i * each + e / each) * n + j * each + e % each];
    }
    return part;
  }
}
