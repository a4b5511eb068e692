package io.github.pleas.budget;

import java.util.Arrays;

/**
 * For each group the counts that a search considers, ascending, and their gains, ascending too: a
 * count that gains no more than a smaller one is never of use, as it costs no less.
 *
 * @param counts for each group
 * @param gains for each group, one for each count
 */
record Choices(int[][] counts, double[][] gains) {
  /** All counts of a problem that can be of use. */
  static Choices of(BudgetProblem problem) {
    boolean[][] kept = new boolean[problem.groups()][];
    for (int g = 0; g < kept.length; g++) {
      double[] worth = problem.gains()[g];
      kept[g] = new boolean[worth.length];
      double best = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < worth.length; k++) {
        kept[g][k] = worth[k] > best;
        best = Math.max(best, worth[k]);
      }
    }
    return new Choices(problem.counts(), problem.gains()).only(kept);
  }

  int groups() {
    return counts.length;
  }

  int size(int group) {
    return counts[group].length;
  }

  int last(int group) {
    return counts[group].length - 1;
  }

  /** The place of the largest count that is no larger than a number; the first if all are. */
  int floor(int group, int count) {
    int at = Arrays.binarySearch(counts[group], count);
    return at >= 0 ? at : Math.max(0, -at - 2);
  }

  /** The places of the largest counts that are no larger than an allocation's. */
  int[] floor(int[] separate) {
    int[] places = new int[separate.length];
    for (int g = 0; g < places.length; g++) {
      places[g] = floor(g, separate[g]);
    }
    return places;
  }

  /** The counts at some places. */
  int[] at(int[] places) {
    int[] separate = new int[places.length];
    for (int g = 0; g < places.length; g++) {
      separate[g] = counts[g][places[g]];
    }
    return separate;
  }

  /**
   * At most so many counts for each group that has more: those between which its gain is nearest to
   * straight lines. Of the count that is farthest from the line between its neighbours so far, the
   * next one (Douglas and Peucker), where all are as near, that in the middle of the widest gap.
   */
  Choices sampled(int points) {
    boolean[][] kept = new boolean[groups()][];
    for (int g = 0; g < kept.length; g++) {
      kept[g] = new boolean[size(g)];
      if (size(g) <= points) {
        Arrays.fill(kept[g], true);
        continue;
      }
      kept[g][0] = true;
      kept[g][last(g)] = true;
      for (int count = 2; count < points; count++) {
        kept[g][farthest(g, kept[g])] = true;
      }
    }
    return only(kept);
  }

  private int farthest(int group, boolean[] kept) {
    int[] x = counts[group];
    double[] y = gains[group];
    // A hundredth of the gain for a gap as wide as all counts: enough to tell equals apart.
    double width = 0.01 * (y[last(group)] - y[0]) / ((double) x[last(group)] - x[0]);
    int found = -1;
    double largest = -1;
    int left = 0;
    for (int right = 1; right < kept.length; right++) {
      if (!kept[right]) {
        continue;
      }
      double slope = (y[right] - y[left]) / (x[right] - x[left]);
      for (int k = left + 1; k < right; k++) {
        double line = Math.abs(y[k] - y[left] - slope * (x[k] - x[left]));
        double distance = line + width * Math.min(x[k] - x[left], x[right] - x[k]);
        if (distance > largest) {
          largest = distance;
          found = k;
        }
      }
      left = right;
    }
    return found;
  }

  /** A sample of these, and those at 0, 1, 2, 4, 8... places from an allocation. */
  Choices around(int[] separate, Choices sample) {
    boolean[][] kept = new boolean[groups()][];
    for (int g = 0; g < kept.length; g++) {
      kept[g] = new boolean[size(g)];
      for (int count : sample.counts[g]) {
        kept[g][floor(g, count)] = true;
      }
      int at = floor(g, separate[g]);
      kept[g][at] = true;
      for (int step = 1; step < size(g); step *= 2) {
        kept[g][Math.max(0, at - step)] = true;
        kept[g][Math.min(last(g), at + step)] = true;
      }
    }
    return only(kept);
  }

  private Choices only(boolean[][] kept) {
    int[][] fewer = new int[groups()][];
    double[][] worth = new double[groups()][];
    for (int g = 0; g < fewer.length; g++) {
      int[] own = new int[size(g)];
      double[] gain = new double[size(g)];
      int size = 0;
      for (int k = 0; k < own.length; k++) {
        if (kept[g][k]) {
          own[size] = counts[g][k];
          gain[size++] = gains[g][k];
        }
      }
      fewer[g] = Arrays.copyOf(own, size);
      worth[g] = Arrays.copyOf(gain, size);
    }
    return new Choices(fewer, worth);
  }
}
