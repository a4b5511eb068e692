package io.github.pleas.bench.budget;

import io.github.pleas.budget.BudgetProblem;
import io.github.pleas.budget.CostModel;
import io.github.pleas.budget.QuadraticCost;
import io.github.pleas.network.Network;
import io.github.pleas.symmetry.OperatorRules;
import io.github.pleas.symmetry.Separability;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.SymmetryAnalysis;
import io.github.pleas.symmetry.UnitGroup;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * The budget problem of a network merged with its like, one head for both: the cost is the true
 * one, the similarities of the pairs are drawn from a seed.
 *
 * @param name the network's
 * @param macs multiply-accumulates of one original
 * @param cost of the merged network
 * @param gains for each group what keeping 0, 1, 2... pairs separate is worth, the worst-matched
 *     first; of a group that cannot be separated only the first
 */
record BudgetCase(String name, long macs, QuadraticCost cost, List<double[]> gains) {
  /**
   * The case of a network.
   *
   * @param blocks whether layers are laid out in blocks, or dense
   */
  static BudgetCase of(Network network, String name, boolean blocks, long seed) {
    Symmetry symmetry = new SymmetryAnalysis(OperatorRules.standard()).analyse(network);
    Separability separability = Separability.of(network, symmetry);
    boolean[] separable = separability.separable();
    CostModel model =
        new CostModel(network, network, separability, false, Optional.empty(), layer -> blocks);
    Random random = new Random(seed);
    List<double[]> gains =
        symmetry.groups().stream()
            .map(group -> separable[group.index()] ? gains(group, random) : new double[1])
            .toList();
    return new BudgetCase(name, network.macs(), model.macs(), gains);
  }

  /** Of a pair of similarity r, 1 - r; each group of another weight. */
  private static double[] gains(UnitGroup group, Random random) {
    int n = group.size();
    double mean = 0.2 + 0.6 * random.nextDouble();
    double weight = Math.exp(random.nextGaussian()) / n;
    double[] losses = new double[n];
    for (int k = 0; k < n; k++) {
      losses[k] = Math.max(0.01, 1 - mean + 0.2 * random.nextGaussian());
    }
    Arrays.sort(losses);
    double[] gains = new double[n + 1];
    for (int k = 0; k < n; k++) {
      gains[k + 1] = gains[k] + weight * losses[n - 1 - k];
    }
    return Arrays.stream(gains).map(gain -> Math.rint(1e6 * gain)).toArray();
  }

  /** How many groups can be kept separate. */
  long separable() {
    return gains.stream().filter(own -> own.length > 1).count();
  }

  /**
   * The problem.
   *
   * @param budget what the merged network may cost, relative to one original
   * @param levels at most so many counts for each group, evenly spread
   */
  BudgetProblem problem(double budget, int levels) {
    int[][] counts = new int[gains.size()][];
    double[][] worth = new double[counts.length][];
    for (int g = 0; g < counts.length; g++) {
      double[] own = gains.get(g);
      int units = own.length - 1;
      int last = Math.min(levels - 1, units);
      counts[g] = new int[last + 1];
      worth[g] = new double[last + 1];
      for (int k = 0; k <= last; k++) {
        counts[g][k] = last == 0 ? 0 : (int) Math.round((double) k * units / last);
        worth[g][k] = own[counts[g][k]];
      }
    }
    return new BudgetProblem(counts, worth, cost, (long) (budget * macs));
  }
}
