package io.github.pleas.budget;

/**
 * From the input on, groups are merged as far as they may be, up to a cut; behind it they stay
 * separate as far as they may. The cut is the first that fits, and the group before it keeps as
 * many pairs separate as then still fit: the networks share their first stages (ZipIt: Stoica et
 * al., "ZipIt! Merging Models from Different Tasks without Training", ICLR 2024, partial zipping).
 */
public final class StageAllocation implements Allocation {
  /** The problem's groups must be in graph order. Takes time O(n (products + log K)). */
  @Override
  public int[] allocate(BudgetProblem problem) {
    int[] separate = new int[problem.groups()];
    for (int g = 0; g < separate.length; g++) {
      separate[g] = problem.most(g);
    }
    for (int g = 0; g < separate.length && problem.cost().at(separate) > problem.limit(); g++) {
      separate[g] = problem.least(g);
      if (problem.cost().at(separate) <= problem.limit()) {
        separate[g] = largest(problem, separate, g);
      }
    }
    return separate;
  }

  /** The largest count of a group that fits where the smallest does. */
  private static int largest(BudgetProblem problem, int[] separate, int group) {
    int[] counts = problem.counts()[group];
    int[] tried = separate.clone();
    int low = 0;
    int high = counts.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      tried[group] = counts[middle];
      if (problem.cost().at(tried) <= problem.limit()) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return counts[low];
  }
}
