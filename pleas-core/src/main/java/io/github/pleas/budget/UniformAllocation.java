package io.github.pleas.budget;

import io.github.pleas.symmetry.UnitGroup;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * The same separate fraction for every group that can be separated: 0 merges everything, 1 nothing.
 * Within a limit: the largest fraction that fits, each group rounded down to a count that it
 * allows; then those that lose most by rounding are rounded up where that still fits.
 */
public final class UniformAllocation implements Allocation {
  /**
   * The same separate fraction for all groups, whatever it costs.
   *
   * @param groups the unit groups
   * @param separable for each group whether it can be separated at all; one that cannot merges
   *     fully
   * @param fraction r, from 0 to 1; a group of n units keeps round(r n) pairs separate
   */
  public static int[] allocate(List<UnitGroup> groups, boolean[] separable, double fraction) {
    int[][] counts = new int[groups.size()][];
    int[] units = new int[groups.size()];
    for (UnitGroup group : groups) {
      int g = group.index();
      units[g] = group.size();
      counts[g] = separable[g] ? UnitCounts.all(group.size()) : UnitCounts.fixed(0);
    }
    return nearest(counts, units, fraction);
  }

  /**
   * The same separate fraction for all groups, whatever it costs.
   *
   * @param counts for each group the counts allowed, ascending
   * @param units of each group
   * @param fraction r, from 0 to 1; a group of n units keeps the count nearest to r n, where two
   *     are as near the larger
   */
  public static int[] nearest(int[][] counts, int[] units, double fraction) {
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new IllegalArgumentException("separate fraction: expected 0 to 1, found " + fraction);
    }
    int[] separate = new int[counts.length];
    for (int g = 0; g < separate.length; g++) {
      double wanted = fraction * units[g];
      separate[g] = counts[g][0];
      for (int count : counts[g]) {
        if (Math.abs(count - wanted) <= Math.abs(separate[g] - wanted)) {
          separate[g] = count;
        }
      }
    }
    return separate;
  }

  /**
   * The fraction of the largest count that each group allows; a group with but one keeps it. Takes
   * time O(N log N) for N counts of all groups together.
   */
  @Override
  public int[] allocate(BudgetProblem problem) {
    double[] steps = steps(problem);
    int low = 0;
    int high = steps.length - 1;
    // The smallest counts fit, and the cost does not fall from one step to the next.
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (problem.cost().at(rounded(problem, steps[middle])) <= problem.limit()) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    int[] separate = rounded(problem, steps[low]);
    double fraction = low + 1 < steps.length ? steps[low + 1] : steps[low];
    IntStream.range(0, separate.length)
        .boxed()
        .sorted(Comparator.comparingDouble(g -> separate[g] - fraction * problem.most(g)))
        .forEach(g -> raise(problem, separate, g));
    return separate;
  }

  /** The fractions at which a group takes its next count, ascending, from 0 on. */
  private static double[] steps(BudgetProblem problem) {
    TreeSet<Double> steps = new TreeSet<>();
    steps.add(0.0);
    for (int g = 0; g < problem.groups(); g++) {
      for (int count : problem.counts()[g]) {
        if (count > 0) {
          steps.add((double) count / problem.most(g));
        }
      }
    }
    return steps.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** For each group the largest count of at most a fraction, or the smallest there is. */
  private static int[] rounded(BudgetProblem problem, double fraction) {
    int[] separate = new int[problem.groups()];
    for (int g = 0; g < separate.length; g++) {
      int[] counts = problem.counts()[g];
      // Compared as in the steps, so that a step's own group takes its count.
      int k = counts.length - 1;
      int low = 0;
      while (low < k) {
        int middle = (low + k + 1) >>> 1;
        if ((double) counts[middle] / problem.most(g) <= fraction) {
          low = middle;
        } else {
          k = middle - 1;
        }
      }
      separate[g] = counts[low];
    }
    return separate;
  }

  /** Gives a group its next count, if that fits. */
  private static void raise(BudgetProblem problem, int[] separate, int group) {
    int[] counts = problem.counts()[group];
    int next = Arrays.binarySearch(counts, separate[group]) + 1;
    if (next < counts.length) {
      int before = separate[group];
      separate[group] = counts[next];
      if (problem.cost().at(separate) > problem.limit()) {
        separate[group] = before;
      }
    }
  }
}
