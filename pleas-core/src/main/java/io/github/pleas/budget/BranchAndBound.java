package io.github.pleas.budget;

import java.nio.IntBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Splits all allocations into boxes and bounds each, the most promising first, until no box can
 * hold an allocation that is better than the best one found by more than the gap, or until the work
 * is done. A box is split in the group whose count differs most, by gain, between the allocation
 * that is best at the price and those just below it: there the relaxation mixes what an allocation
 * cannot. From either a {@link LocalSearch} sets out, as long as searching has not taken more work
 * than bounding.
 */
final class BranchAndBound {
  /** Passes over the potentials in each box, which start from those of the whole. */
  private static final int PASSES = 3;

  /** A start that is so much worse than the best allocation gets no search by exchanges. */
  private static final double HOPELESS = 0.01;

  /** Steps that a box takes at least: what is kept of it. */
  private static final int OVERHEAD = 1000;

  private record Open(Box box, double bound, long number) implements Comparable<Open> {
    @Override
    public int compareTo(Open other) {
      int byBound = Double.compare(other.bound, bound);
      return byBound != 0 ? byBound : Long.compare(number, other.number);
    }
  }

  private final Choices choices;
  private final QuadraticCost cost;
  private final long limit;
  private final double gap;
  private final Relaxation whole;
  private final Relaxation part;
  private final PriorityQueue<Open> open = new PriorityQueue<>();
  private final Set<IntBuffer> starts = new HashSet<>();
  private int[] best;
  private double gain;

  /** The largest bound of the boxes that are done with. */
  private double done = Double.NEGATIVE_INFINITY;

  private long effort;
  private long searching;
  private long spent;
  private long opened;

  /**
   * A search.
   *
   * @param choices where boxes are split, and what is searched
   * @param whole the relaxation of the whole, made tight
   * @param part another of the same problem, to work with
   * @param gap by how much, relative, the bound may be above the gain
   * @param start places of an allocation within the limit
   */
  BranchAndBound(
      Choices choices,
      QuadraticCost cost,
      long limit,
      Relaxation whole,
      Relaxation part,
      double gap,
      int[] start) {
    this.choices = choices;
    this.cost = cost;
    this.limit = limit;
    this.whole = whole;
    this.part = part;
    this.gap = gap;
    this.best = start.clone();
    this.gain = new Allotment(choices, cost, start).gain();
  }

  /** Searches, and returns a bound on all allocations. */
  double run(long steps) {
    effort = steps;
    long before = part.work();
    add(Box.all(choices), Double.POSITIVE_INFINITY);
    while (!open.isEmpty() && part.work() - before + searching + spent < effort) {
      Open next = open.remove();
      if (isPruned(next.bound)) {
        open.clear();
        done = Math.max(done, next.bound);
      } else {
        visit(next);
      }
    }
    double bound = Math.max(gain, done);
    return open.isEmpty() ? bound : Math.max(bound, open.peek().bound);
  }

  /** Places of the best allocation found. */
  int[] best() {
    return best.clone();
  }

  private boolean isPruned(double bound) {
    return bound <= gain * (1 + gap);
  }

  private void add(Box box, double bound) {
    open.add(new Open(box, bound, opened++));
  }

  private void visit(Open node) {
    spent += OVERHEAD + cost.groups() + cost.terms();
    Box box = node.box;
    Allotment largest = new Allotment(choices, cost, box.to());
    if (largest.cost() <= limit) {
      take(largest);
      return;
    }
    if (new Allotment(choices, cost, box.from()).cost() > limit) {
      return;
    }
    part.copy(whole);
    part.restrict(box);
    double estimate = part.findPrice();
    for (int pass = 0; pass < PASSES && !isPruned(estimate); pass++) {
      estimate = part.tighten();
    }
    if (estimate == Double.NEGATIVE_INFINITY) {
      return;
    }
    double bound = Math.min(node.bound, part.bound());
    int[] cheap = part.cheap();
    int[] dear = part.dear();
    search(cheap);
    search(dear);
    if (isPruned(bound) || !split(box, bound, cheap, dear)) {
      done = Math.max(done, bound);
    }
  }

  private void search(int[] places) {
    if (searching > part.work() || !starts.add(IntBuffer.wrap(places))) {
      return;
    }
    LocalSearch search = new LocalSearch(choices, cost, limit, places).swap();
    if (search.allotment().gain() > (1 - HOPELESS) * gain) {
      search.improve(search.work() + effort / 8);
    }
    searching += search.work();
    take(search.allotment());
  }

  private void take(Allotment found) {
    if (found.gain() > gain) {
      gain = found.gain();
      best = found.places();
    }
  }

  private boolean split(Box box, double bound, int[] cheap, int[] dear) {
    int group = -1;
    int cut = -1;
    double most = 0;
    for (int g = 0; g < cheap.length; g++) {
      int low = Math.min(cheap[g], dear[g]);
      int high = Math.max(cheap[g], dear[g]);
      double jump = choices.gains()[g][high] - choices.gains()[g][low];
      int middle = (low + high - 1) / 2;
      if (jump > most && splits(box, g, middle)) {
        most = jump;
        group = g;
        cut = middle;
      }
    }
    if (group < 0) {
      // The relaxation mixes nothing: it only holds products for smaller than they are.
      for (int g : List.of(part.loosest(cheap), widest(box))) {
        int before = g < 0 ? -1 : Math.min(cheap[g], box.to()[g] - 1);
        if (group < 0 && g >= 0 && splits(box, g, before)) {
          group = g;
          cut = before;
        }
      }
    }
    if (group < 0) {
      return false;
    }
    int from = box.from()[group];
    int to = box.to()[group];
    boolean between = part.hasBetween(group, cut);
    if (!between || cut > from) {
      add(box.with(group, from, cut), bound);
    }
    if (between) {
      add(box.with(group, cut, cut + 1), bound);
    }
    if (!between || cut + 1 < to) {
      add(box.with(group, cut + 1, to), bound);
    }
    return true;
  }

  private static int widest(Box box) {
    int found = 0;
    for (int g = 1; g < box.from().length; g++) {
      if (box.to()[g] - box.from()[g] > box.to()[found] - box.from()[found]) {
        found = g;
      }
    }
    return found;
  }

  /** Whether a cut behind a place makes smaller boxes of one. */
  private boolean splits(Box box, int group, int place) {
    int from = box.from()[group];
    int to = box.to()[group];
    return from <= place
        && place < to
        && (!part.hasBetween(group, place) || place > from || place + 1 < to);
  }
}
