package io.github.pleas.budget;

/**
 * An upper bound on the gain of all allocations in a box. Every product of the cost is replaced by
 * something separable below it, q x y &gt;= phi(x) + psi(y), and the limit by a price lambda &gt;=
 * 0 on the cost:
 *
 * <p>bound = lambda (limit - c) + sum over g of max over s of f_g(s) - lambda ((l_g + q_gg s) s +
 * sum over the group's products of phi(s)).
 *
 * <p>It holds for any price and any such potentials phi, psi; both are chosen to make it small.
 * With straight lines for the potentials this would be McCormick's relaxation; potentials of any
 * shape give the linear relaxation over the local polytope, which is exact for a given price where
 * the products form a tree or where none is positive (cost by blocks). The potentials are bettered
 * group by group: a group takes from its products all that they can give ({@link Conjugate}) and
 * hands what it has to those ahead, first up, then down the list (sequential reweighted message
 * passing: Kolmogorov, "A new look at reweighted message passing", 2015). A pass takes time linear
 * in the numbers of products and of their groups' choices.
 *
 * <p>The potentials are kept at some of the counts and straight in between, where a product is
 * still no less; so the bound holds for all counts, while only the last step looks at each.
 */
final class Relaxation {
  private final Choices fine;
  private final Choices knots;
  private final int[][] places;
  private final QuadraticCost cost;
  private final double free;
  private final Couplings couplings;
  private final double[][] own;
  private final double[][] lower;
  private final double[][] upper;
  private final double[][] costs;
  private final double[] dip;
  private final Conjugate conjugate = new Conjugate();
  private Box box;
  private double price;
  private int[] cheap;
  private int[] dear;
  private long work;

  /**
   * The relaxation of a problem.
   *
   * @param fine all counts
   * @param knots some of them, the first and last of each group included: where potentials are kept
   * @param price a guess of the price
   */
  Relaxation(Choices fine, Choices knots, QuadraticCost cost, long limit, double price) {
    this.fine = fine;
    this.knots = knots;
    this.cost = cost;
    this.free = (double) limit - cost.constant();
    this.couplings = Couplings.of(cost);
    this.price = price;
    int n = knots.groups();
    places = new int[n][];
    own = new double[n][];
    costs = new double[n][];
    dip = new double[n];
    for (int g = 0; g < n; g++) {
      int size = knots.size(g);
      places[g] = new int[size];
      own[g] = new double[size];
      costs[g] = new double[size];
      for (int k = 0; k < size; k++) {
        places[g][k] = fine.floor(g, knots.counts()[g][k]);
        own[g][k] = own(g, knots.counts()[g][k]);
        if (k > 0 && hasBetween(g, k - 1)) {
          double width = knots.counts()[g][k] - knots.counts()[g][k - 1];
          dip[g] = Math.max(dip[g], cost.product(g, g) * width * width / 4);
        }
      }
    }
    lower = new double[couplings.size()][];
    upper = new double[couplings.size()][];
    for (int e = 0; e < lower.length; e++) {
      lower[e] = new double[knots.size(couplings.low()[e])];
      upper[e] = new double[knots.size(couplings.high()[e])];
    }
    box = Box.all(knots);
    cheap = box.from();
    dear = box.to();
    for (int e = 0; e < lower.length; e++) {
      takeLow(e);
    }
  }

  private double own(int group, double s) {
    return (cost.linear(group) + cost.product(group, group) * s) * s;
  }

  /** Goes over to a part of the allocations, with the potentials as they are. */
  void restrict(Box part) {
    box = part;
  }

  /** Copies the potentials and the price of another one of the same problem. */
  void copy(Relaxation other) {
    for (int e = 0; e < lower.length; e++) {
      System.arraycopy(other.lower[e], 0, lower[e], 0, lower[e].length);
      System.arraycopy(other.upper[e], 0, upper[e], 0, upper[e].length);
      work += lower[e].length + upper[e].length;
    }
    price = other.price;
  }

  /** The price on the cost. */
  double price() {
    return price;
  }

  /** Places of the allocation that is best at the price, or a little above it. */
  int[] cheap() {
    return cheap;
  }

  /** Places of the allocation that is best at the price, or a little below it. */
  int[] dear() {
    return dear;
  }

  /** A multiply and add each, about, since it was made. */
  long work() {
    return work;
  }

  /** A pass over all groups and then the best price. Returns the bound on allocations of knots. */
  double tighten() {
    int n = knots.groups();
    for (int g = 0; g < n; g++) {
      for (int e : couplings.down()[g]) {
        takeHigh(e);
      }
      handOn(g, couplings.up()[g], lower);
    }
    for (int g = n - 1; g >= 0; g--) {
      for (int e : couplings.up()[g]) {
        takeLow(e);
      }
      handOn(g, couplings.down()[g], upper);
    }
    return findPrice();
  }

  private void takeHigh(int e) {
    int g = couplings.low()[e];
    int h = couplings.high()[e];
    take(e, g, lower[e], h, upper[e]);
  }

  private void takeLow(int e) {
    int g = couplings.low()[e];
    int h = couplings.high()[e];
    take(e, h, upper[e], g, lower[e]);
  }

  private void take(int e, int giver, double[] phi, int taker, double[] psi) {
    conjugate.into(
        couplings.factor()[e],
        knots.counts()[giver],
        phi,
        box.from()[giver],
        box.to()[giver],
        knots.counts()[taker],
        psi,
        box.from()[taker],
        box.to()[taker]);
    work += box.to()[giver] - box.from()[giver] + box.to()[taker] - box.from()[taker] + 2;
  }

  /** What the count of a group costs, but for what its products keep for the others. */
  private void sum(int group) {
    double[] sum = costs[group];
    int from = box.from()[group];
    int to = box.to()[group];
    System.arraycopy(own[group], from, sum, from, to - from + 1);
    for (int e : couplings.up()[group]) {
      add(sum, lower[e], from, to);
    }
    for (int e : couplings.down()[group]) {
      add(sum, upper[e], from, to);
    }
  }

  private static void add(double[] sum, double[] more, int from, int to) {
    for (int k = from; k <= to; k++) {
      sum[k] += more[k];
    }
  }

  /** Gives what a group has, less gains, to some products in equal parts. */
  private void handOn(int group, int[] to, double[][] potentials) {
    if (to.length == 0) {
      return;
    }
    sum(group);
    int first = box.from()[group];
    int last = box.to()[group];
    double[] rest = costs[group];
    double least = Double.POSITIVE_INFINITY;
    for (int k = first; k <= last; k++) {
      rest[k] -= knots.gains()[group][k] / price;
      least = Math.min(least, rest[k]);
    }
    double share = 1.0 / Math.max(couplings.up()[group].length, couplings.down()[group].length);
    for (int e : to) {
      double[] phi = potentials[e];
      for (int k = first; k <= last; k++) {
        phi[k] -= share * (rest[k] - least);
      }
    }
    work += (long) (last - first + 1) * (couplings.up()[group].length + 2L * to.length + 1);
  }

  /**
   * The price with the least bound: the bound is a convex function of it, a maximum of straight
   * lines, so where the lines of two prices on either side of the lowest point cross is the next
   * one to try (Kelley's cutting planes on a line). Returns that bound, on allocations of knots;
   * negative infinity, where no allocation at all is within the limit.
   */
  double findPrice() {
    int n = knots.groups();
    double dearest = 0;
    double least = 0;
    for (int g = 0; g < n; g++) {
      sum(g);
      double smallest = Double.POSITIVE_INFINITY;
      for (int k = box.from()[g]; k <= box.to()[g]; k++) {
        smallest = Math.min(smallest, costs[g][k]);
      }
      // Between two knots a convex cost is that much lower at most.
      least += smallest - dip[g];
      dearest += knots.gains()[g][box.to()[g]];
    }
    if (least > free) {
      cheap = box.from();
      dear = box.from();
      return Double.NEGATIVE_INFINITY;
    }
    double low = 0;
    int[] places = new int[n];
    Line left = line(0, places);
    if (left.slope >= 0) {
      cheap = places;
      dear = places;
      return dearest;
    }
    dear = places;
    double high = price;
    places = new int[n];
    Line right = line(high, places);
    for (int i = 0; right.slope < 0 && i < 1000; i++) {
      low = high;
      left = right;
      dear = places;
      high *= 2;
      places = new int[n];
      right = line(high, places);
    }
    cheap = places;
    for (int i = 0; i < 100 && right.slope > 0; i++) {
      double next =
          (right.value - left.value + left.slope * low - right.slope * high)
              / (left.slope - right.slope);
      double expected = left.value + left.slope * (next - low);
      if (!(next > low && next < high)) {
        break;
      }
      places = new int[n];
      Line line = line(next, places);
      boolean met = line.value <= expected + 1e-13 * Math.abs(expected);
      if (line.slope < 0) {
        low = next;
        left = line;
        dear = places;
      } else {
        high = next;
        right = line;
        cheap = places;
      }
      if (met) {
        break;
      }
    }
    price = right.value <= left.value || low == 0 ? high : low;
    return Math.min(left.value, right.value);
  }

  private record Line(double value, double slope) {}

  /** The bound at a price, how fast it rises, and the places of the allocation that attains it. */
  private Line line(double at, int[] places) {
    double bound = at * free;
    double slope = free;
    for (int g = 0; g < places.length; g++) {
      double best = Double.NEGATIVE_INFINITY;
      int place = 0;
      for (int k = box.from()[g]; k <= box.to()[g]; k++) {
        double worth = knots.gains()[g][k] - at * costs[g][k];
        if (worth > best) {
          best = worth;
          place = k;
        }
      }
      bound += best;
      slope -= costs[g][place];
      places[g] = place;
      work += box.to()[g] - box.from()[g] + 1;
    }
    return new Line(bound, slope);
  }

  /** The bound on all allocations in the box, knots or not. */
  double bound() {
    double bound = price * free;
    double most = 0;
    for (int g = 0; g < knots.groups(); g++) {
      sum(g);
      most += knots.gains()[g][box.to()[g]];
      double best = Double.NEGATIVE_INFINITY;
      for (int k = box.from()[g]; k < box.to()[g]; k++) {
        best = Math.max(best, best(g, k));
      }
      int last = box.to()[g];
      bound += Math.max(best, knots.gains()[g][last] - price * costs[g][last]);
    }
    return Math.min(bound, most);
  }

  /** The most that a count from one knot to before the next is worth. */
  private double best(int group, int knot) {
    int[] counts = knots.counts()[group];
    double slope =
        (costs[group][knot + 1] - own[group][knot + 1] - costs[group][knot] + own[group][knot])
            / (counts[knot + 1] - counts[knot]);
    double start = costs[group][knot] - own[group][knot];
    double best = Double.NEGATIVE_INFINITY;
    for (int k = places[group][knot]; k < places[group][knot + 1]; k++) {
      double s = fine.counts()[group][k];
      double potential = start + slope * (s - counts[knot]);
      best = Math.max(best, fine.gains()[group][k] - price * (own(group, s) + potential));
    }
    work += places[group][knot + 1] - places[group][knot];
    return best;
  }

  /** Whether there are counts between two neighbouring knots. */
  boolean hasBetween(int group, int knot) {
    return places[group][knot + 1] > places[group][knot] + 1;
  }

  /**
   * The group with the product that its potentials fall short of most at an allocation, or -1 where
   * they are exact.
   */
  int loosest(int[] at) {
    double most = 0;
    int found = -1;
    for (int e = 0; e < lower.length; e++) {
      int g = couplings.low()[e];
      int h = couplings.high()[e];
      double product = couplings.factor()[e] * knots.counts()[g][at[g]] * knots.counts()[h][at[h]];
      double slack = product - lower[e][at[g]] - upper[e][at[h]];
      if (slack > most) {
        most = slack;
        found = box.to()[g] - box.from()[g] >= box.to()[h] - box.from()[h] ? g : h;
      }
    }
    return found;
  }
}
