package io.github.pleas.budget;

/** What keeping pairs separate is worth: predicted from their similarity, or measured. */
public interface Gains {
  /**
   * For each group the gain of each count, from 0 on; more separate pairs never gain less.
   *
   * @param counts for each group, pairs that stay separate
   * @param units of each group
   */
  double[][] gains(int[][] counts, int[] units);

  /**
   * The residual that is expected of an allocation: the more it gains, the less.
   *
   * @param separate the pairs that each group keeps separate
   * @param units of each group
   */
  double residual(int[] separate, int[] units);
}
