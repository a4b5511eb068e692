package io.github.pleas.budget;

import java.util.stream.DoubleStream;

/**
 * What keeping pairs separate is worth, predicted from the similarity of the pairs. With d_g = 1 -
 * the mean similarity of group g's pairs, the residual of its features is predicted as
 *
 * <p>e_g(r) = d_g (exp(-4 r / d_g) - exp(-4 / d_g))
 *
 * <p>when the share r of its pairs stays separate: about d_g when all are merged, 0 when none are,
 * and the sooner near to it the better the pairs match. A group weighs c_g, the share of the cost
 * that keeping it separate adds, for what the network spends most on is worth most, times 0.3 for
 * the first group to 1.7 for the last: what merging loses early the layers behind make up for,
 * which are fitted on it; what it loses late stays lost. Where cost is linear and groups weigh the
 * same, the best allocation gives each a fraction in proportion to its d_g. The 4 keeps it near to
 * that where cost is not linear: in blocks, a group whose neighbours are separate is separated at
 * little cost, so that with a curve that bends less whole stages of the network would be all or
 * nothing.
 *
 * <p>Of units that are blocks, attention heads, the residual is e_g(r) = 4 d_g (1 - r): each pair
 * kept separate gains as much as the one before. A merged head attends by products of mixed queries
 * and mixed keys, so that even the best pair is far from both of its originals, and the last pairs
 * gained as much as the first where it was measured.
 *
 * <p>The form is a choice, not a theorem: {@code docs/results.md} compares it with other
 * allocations.
 */
public final class PredictedGains implements Gains {
  /** Pairs that match as well as this cannot be told from those that match exactly. */
  private static final double LEAST = 1e-3;

  /** How much faster than in proportion the first pairs kept separate help. */
  private static final double BEND = 4;

  /** By how much the last group weighs more than one in the middle, and the first less. */
  private static final double DEPTH = 0.7;

  private final double[] residual;
  private final boolean[] blocks;
  private final double[] weight;

  /**
   * The prediction for some groups.
   *
   * @param scores for each group, in the order of the graph, the similarity of each pair, from -1
   *     to 1
   * @param separable for each group whether it can be kept separate; one that cannot weighs nothing
   * @param blocks for each group whether its units are blocks of others
   * @param cost what the merged network costs
   */
  public PredictedGains(
      double[][] scores, boolean[] separable, boolean[] blocks, QuadraticCost cost) {
    int n = scores.length;
    this.blocks = blocks.clone();
    this.residual = new double[n];
    this.weight = new double[n];
    int[] separate = new int[n];
    long merged = cost.at(separate);
    for (int g = 0; g < n; g++) {
      residual[g] = Math.max(LEAST, 1 - DoubleStream.of(scores[g]).average().orElse(1));
      separate[g] = separable[g] ? scores[g].length : 0;
      weight[g] = Math.max(0, cost.at(separate) - merged) * depth(g);
      separate[g] = 0;
    }
    double sum = DoubleStream.of(weight).sum();
    for (int g = 0; g < n && sum > 0; g++) {
      weight[g] /= sum;
    }
  }

  /** The weight of a group for its depth, groups being in the order of the graph. */
  private double depth(int group) {
    int last = residual.length - 1;
    return last == 0 ? 1 : 1 + DEPTH * (2.0 * group / last - 1);
  }

  /** For each group the gain of each count: by how much the weighted residual falls. */
  @Override
  public double[][] gains(int[][] counts, int[] units) {
    double[][] gains = new double[counts.length][];
    for (int g = 0; g < gains.length; g++) {
      gains[g] = new double[counts[g].length];
      for (int k = 0; k < gains[g].length; k++) {
        double r = (double) counts[g][k] / units[g];
        gains[g][k] = weight[g] * (residual(g, 0) - residual(g, r));
      }
    }
    return gains;
  }

  /** The predicted residual of a group's features, relative, when the share r stays separate. */
  public double residual(int group, double r) {
    double d = residual[group];
    if (blocks[group]) {
      return BEND * d * (1 - r);
    }
    return d * (Math.exp(-BEND * r / d) - Math.exp(-BEND / d));
  }

  /** The predicted residual of all groups, weighted. */
  @Override
  public double residual(int[] separate, int[] units) {
    double sum = 0;
    for (int g = 0; g < separate.length; g++) {
      sum += weight[g] * residual(g, (double) separate[g] / units[g]);
    }
    return sum;
  }
}
