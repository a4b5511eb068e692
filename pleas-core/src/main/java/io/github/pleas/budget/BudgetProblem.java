package io.github.pleas.budget;

import java.util.Arrays;

/**
 * How many pairs should each group keep separate? Maximise sum over g of f_g(s_g) subject to C(s)
 * &lt;= limit, every s_g one of the counts allowed for its group. The gains f_g are what keeping
 * pairs separate is worth: predicted, or measured; of any shape. The cost does not fall when a
 * group keeps more pairs separate.
 *
 * @param counts for each group, in graph order, the counts allowed, ascending
 * @param gains f_g: for each group the gain of each of its counts, from 0 on
 * @param cost C
 * @param limit the most that the merged network may cost
 */
public record BudgetProblem(int[][] counts, double[][] gains, QuadraticCost cost, long limit) {
  /**
   * Checks the numbers.
   *
   * @throws ImpossibleBudgetException if not even the smallest counts fit
   * @throws IllegalArgumentException if counts are not ascending, gains are not finite or negative,
   *     or the cost falls somewhere
   */
  public BudgetProblem {
    if (counts.length != cost.groups() || gains.length != cost.groups()) {
      throw new IllegalArgumentException(
          "counts of %d groups, gains of %d, the cost of %d"
              .formatted(counts.length, gains.length, cost.groups()));
    }
    counts = Arrays.stream(counts).map(int[]::clone).toArray(int[][]::new);
    gains = Arrays.stream(gains).map(double[]::clone).toArray(double[][]::new);
    for (int g = 0; g < counts.length; g++) {
      check(g, counts[g], gains[g]);
    }
    for (int g = 0; g < counts.length; g++) {
      checkCost(g, counts, cost);
    }
    long smallest = cost.at(least(counts));
    if (smallest > limit) {
      throw new ImpossibleBudgetException(smallest, limit);
    }
  }

  private static void check(int group, int[] counts, double[] gains) {
    if (counts.length == 0 || counts.length != gains.length) {
      throw new IllegalArgumentException(
          "group %d has %d counts, %d gains".formatted(group, counts.length, gains.length));
    }
    for (int k = 0; k < counts.length; k++) {
      if (counts[k] <= (k == 0 ? -1 : counts[k - 1])) {
        throw new IllegalArgumentException(
            "counts of group %d: expected ascending from 0, found %d at index %d"
                .formatted(group, counts[k], k));
      }
      if (!(gains[k] >= 0 && gains[k] < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "gains of group %d: expected finite from 0, found %s at index %d"
                .formatted(group, gains[k], k));
      }
    }
  }

  /**
   * The least that one more pair of a group adds to the cost, whatever the others keep separate.
   */
  private static void checkCost(int group, int[][] counts, QuadraticCost cost) {
    int[] own = counts[group];
    int last = own.length - 1;
    if (last == 0) {
      return;
    }
    long least = cost.linear(group);
    for (int h : cost.partners(group)) {
      int[] others = counts[h];
      long q = cost.product(group, h);
      least += Math.min(q * others[0], q * others[others.length - 1]);
    }
    long q = cost.product(group, group);
    least += Math.min(q * (own[0] + own[1]), q * (own[last] + own[last - 1]));
    if (least < 0) {
      throw new IllegalArgumentException(
          "the cost falls by %d where group %d keeps a pair more separate"
              .formatted(-least, group));
    }
  }

  /** The smallest counts allowed. */
  static int[] least(int[][] counts) {
    return Arrays.stream(counts).mapToInt(own -> own[0]).toArray();
  }

  /** The largest counts allowed. */
  static int[] most(int[][] counts) {
    return Arrays.stream(counts).mapToInt(own -> own[own.length - 1]).toArray();
  }

  /** How many groups there are. */
  public int groups() {
    return counts.length;
  }

  /** The smallest count allowed for a group: as many as possible are merged. */
  public int least(int group) {
    return counts[group][0];
  }

  /** The largest count allowed for a group: as many as possible stay separate. */
  public int most(int group) {
    return counts[group][counts[group].length - 1];
  }

  /** The place of a count among those allowed for a group, or a negative number. */
  int index(int group, int separate) {
    return Arrays.binarySearch(counts[group], separate);
  }

  /**
   * The gain of an allocation.
   *
   * @param separate the pairs that each group keeps separate
   * @throws IllegalArgumentException if a count is not allowed
   */
  public double gain(int[] separate) {
    double gain = 0;
    for (int g = 0; g < counts.length; g++) {
      int at = index(g, separate[g]);
      if (at < 0) {
        throw new IllegalArgumentException(
            "group %d may not keep %d pairs separate".formatted(g, separate[g]));
      }
      gain += gains[g][at];
    }
    return gain;
  }

  /** Whether every count of an allocation is allowed and their cost is within the limit. */
  public boolean allows(int[] separate) {
    if (separate.length != groups()) {
      return false;
    }
    for (int g = 0; g < counts.length; g++) {
      if (index(g, separate[g]) < 0) {
        return false;
      }
    }
    return cost.at(separate) <= limit;
  }

  /**
   * The same with another limit.
   *
   * @throws ImpossibleBudgetException if not even the smallest counts fit
   */
  public BudgetProblem withLimit(long other) {
    return new BudgetProblem(counts, gains, cost, other);
  }
}
