package io.github.pleas.budget;

/**
 * Betters an allocation by moves of a few groups until none helps: a group is raised and another
 * lowered as little as that needs; or a group takes another count and all others make up for it,
 * lowered where the least is lost for the cost saved, then raised where the most is gained for the
 * cost. Every move that is kept gains, and the cost stays within the limit.
 *
 * <p>With n groups of K choices each, trying all swaps takes time O(n^2 K log K), trying all
 * exchanges O(n^2 K) for each of the groups that make up for a change, with eight changes to try
 * for each group.
 */
final class LocalSearch {
  private static final int NONE = -1;

  /** Changes by which rounding errors of sums may pass for a gain. */
  private static final double TOLERANCE = 1e-12;

  private final Choices choices;
  private final long limit;
  private final Allotment now;
  private long work;

  /** A search that starts from an allocation, which need not be within the limit. */
  LocalSearch(Choices choices, QuadraticCost cost, long limit, int[] places) {
    this.choices = choices;
    this.limit = limit;
    this.now = new Allotment(choices, cost, places);
  }

  /** Where the search is. */
  Allotment allotment() {
    return now;
  }

  /** How many changes of one group have been looked at. */
  long work() {
    return work;
  }

  /** Swaps until none helps. The smallest counts must be within the limit. */
  LocalSearch swap() {
    repair(NONE);
    fill(NONE);
    while (swaps()) {
      // Each group again, as long as any has gained.
    }
    return this;
  }

  /** Swaps and exchanges until none helps, or until so much work has been done. */
  LocalSearch improve(long effort) {
    do {
      swap();
    } while (exchanges(effort));
    return this;
  }

  /** Lowers groups, but for one, until the cost is within the limit, if they can do that. */
  private boolean repair(int keep) {
    while (now.cost() > limit) {
      long excess = now.cost() - limit;
      double least = Double.POSITIVE_INFINITY;
      int group = NONE;
      int place = NONE;
      for (int g = 0; g < choices.groups(); g++) {
        long saved = 0;
        for (int k = now.at(g) - 1; g != keep && k >= 0 && saved < excess; k--) {
          work++;
          saved = -now.costOf(g, k);
          double loss = -now.gainOf(g, k) / Math.min(saved, excess);
          if (saved > 0 && loss < least) {
            least = loss;
            group = g;
            place = k;
          }
        }
      }
      if (group == NONE) {
        return false;
      }
      now.set(group, place);
    }
    return true;
  }

  /** Raises groups, but for one, while that stays within the limit. */
  private void fill(int keep) {
    int group = 0;
    while (group != NONE) {
      long slack = limit - now.cost();
      double most = 0;
      group = NONE;
      int place = NONE;
      for (int g = 0; g < choices.groups(); g++) {
        for (int k = now.at(g) + 1; g != keep && k < choices.size(g); k++) {
          work++;
          long more = now.costOf(g, k);
          if (more > slack) {
            break;
          }
          // What costs nothing comes first.
          double ratio = now.gainOf(g, k) / Math.max(more, 1e-9);
          if (ratio > most) {
            most = ratio;
            group = g;
            place = k;
          }
        }
      }
      if (group != NONE) {
        now.set(group, place);
      }
    }
  }

  /** The best swap of each group in turn, where it gains. */
  private boolean swaps() {
    boolean any = false;
    for (int raised = 0; raised < choices.groups(); raised++) {
      double most = TOLERANCE * now.gain();
      int place = NONE;
      int lowered = NONE;
      int lower = NONE;
      for (int k = now.at(raised) + 1; k < choices.size(raised); k++) {
        long excess = now.cost() + now.costOf(raised, k) - limit;
        double gain = now.gainOf(raised, k);
        for (int g = 0; g < choices.groups(); g++) {
          if (g == raised || now.at(g) == 0) {
            continue;
          }
          int fits = fits(g, excess, now.extra(g, raised, k));
          if (fits != NONE && gain + now.gainOf(g, fits) > most) {
            most = gain + now.gainOf(g, fits);
            place = k;
            lowered = g;
            lower = fits;
          }
        }
      }
      if (place != NONE) {
        now.set(raised, place);
        now.set(lowered, lower);
        fill(NONE);
        any = true;
      }
    }
    return any;
  }

  /** The largest count of a group, no larger than now, that saves the excess. */
  private int fits(int group, long excess, long extra) {
    work++;
    if (-now.costOf(group, 0, extra) < excess) {
      return NONE;
    }
    int low = 0;
    int high = now.at(group);
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (-now.costOf(group, middle, extra) >= excess) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** For each group the first exchange that gains. */
  private boolean exchanges(long effort) {
    boolean any = false;
    for (int g = 0; g < choices.groups() && work < effort; g++) {
      int at = now.at(g);
      int last = choices.last(g);
      int[] places = {at + 1, at - 1, at + 2, at - 2, at + 4, at - 4, 0, last};
      for (int k = 0; k < places.length && now.at(g) == at; k++) {
        boolean end = places[k] <= 0 || places[k] >= last;
        // The ends come last, and once.
        if (places[k] != at && end == k >= 6) {
          any |= exchange(g, places[k]);
        }
      }
    }
    return any;
  }

  private boolean exchange(int group, int place) {
    int[] start = now.places();
    double gain = now.gain();
    now.set(group, place);
    if (repair(group)) {
      fill(group);
      fill(NONE);
      if (now.gain() > gain + TOLERANCE * gain) {
        return true;
      }
    }
    now.restore(start);
    return false;
  }
}
