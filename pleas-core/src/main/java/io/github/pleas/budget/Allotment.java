package io.github.pleas.budget;

/**
 * An allocation that changes step by step, with its gain, its cost and the cost of each change. A
 * change takes time linear in the group's products.
 */
final class Allotment {
  private final Choices choices;
  private final QuadraticCost cost;
  private final int[] at;
  private final long[] separate;

  /** For each group what one more separate pair costs, but for the group's own quadratic term. */
  private final long[] slope;

  private long total;
  private double gain;

  /** The allocation of the counts at some places among the choices. */
  Allotment(Choices choices, QuadraticCost cost, int[] places) {
    this.choices = choices;
    this.cost = cost;
    this.at = places.clone();
    this.separate = new long[at.length];
    this.slope = new long[at.length];
    int[] counts = choices.at(places);
    for (int g = 0; g < at.length; g++) {
      separate[g] = counts[g];
      slope[g] = cost.linear(g);
      for (int h : cost.partners(g)) {
        slope[g] += cost.product(g, h) * counts[h];
      }
    }
    total = cost.at(counts);
    gain = sum();
  }

  private double sum() {
    double sum = 0;
    for (int g = 0; g < at.length; g++) {
      sum += choices.gains()[g][at[g]];
    }
    return sum;
  }

  /** The place of a group's count. */
  int at(int group) {
    return at[group];
  }

  int[] places() {
    return at.clone();
  }

  long cost() {
    return total;
  }

  double gain() {
    return gain;
  }

  /** By how much the gain changes when a group takes another count. */
  double gainOf(int group, int place) {
    return choices.gains()[group][place] - choices.gains()[group][at[group]];
  }

  /** By how much the cost changes when a group takes another count. */
  long costOf(int group, int place) {
    return costOf(group, place, 0);
  }

  /** The same after another group has changed so that each pair of this one costs more by that. */
  long costOf(int group, int place, long extra) {
    long to = choices.counts()[group][place];
    long from = separate[group];
    return (to - from) * (slope[group] + extra + cost.product(group, group) * (to + from));
  }

  /** What each pair of a group will cost more when another group takes another count. */
  long extra(int group, int other, int place) {
    return cost.product(group, other) * (choices.counts()[other][place] - separate[other]);
  }

  /** Gives a group another count. */
  void set(int group, int place) {
    if (place == at[group]) {
      return;
    }
    total += costOf(group, place);
    gain += gainOf(group, place);
    long to = choices.counts()[group][place];
    for (int h : cost.partners(group)) {
      slope[h] += cost.product(group, h) * (to - separate[group]);
    }
    at[group] = place;
    separate[group] = to;
  }

  /** Goes back to an allocation. */
  void restore(int[] places) {
    for (int g = 0; g < at.length; g++) {
      set(g, places[g]);
    }
    // Summed anew, so that the rounding errors of many changes do not add up.
    gain = sum();
  }
}
