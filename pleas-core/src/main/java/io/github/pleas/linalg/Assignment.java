package io.github.pleas.linalg;

/**
 * Linear assignment: the one-to-one pairing of rows and columns of a square matrix with the largest
 * sum. Exact, in O(n^3) at worst, by shortest augmenting paths.
 *
 * @see AugmentingPaths
 */
public final class Assignment {
  private Assignment() {}

  /**
   * The best pairing.
   *
   * @param similarity [n, n], row-major, finite
   * @param n rows and columns, at most 46,340
   * @return for each row its column; where several pairings are equally good, one of them, and
   *     always the same
   * @throws IllegalArgumentException if the array has another length, or an entry is NaN or
   *     infinite: which one
   */
  public static int[] maximize(double[] similarity, int n) {
    Sizes.require("similarity", similarity.length, n, n);
    for (int i = 0; i < similarity.length; i++) {
      if (!Double.isFinite(similarity[i])) {
        throw new IllegalArgumentException(
            "similarity [%d, %d] is %s, expected a finite number"
                .formatted(i / n, i % n, similarity[i]));
      }
    }
    return new AugmentingPaths(similarity, n).solve();
  }
}
