package io.github.pleas.budget;

import java.util.Arrays;
import java.util.List;

/**
 * What a merged network costs when group g keeps s_g pairs separate: C(s) = c + sum over g of (l_g
 * + q_gg s_g) s_g + sum over g &lt; h of q_gh s_g s_h, in whole numbers. Immutable.
 */
public final class QuadraticCost {
  private final long constant;
  private final long[] linear;
  private final long[][] products;
  private final int[][] partners;

  private QuadraticCost(long constant, long[] linear, long[][] products) {
    this.constant = constant;
    this.linear = linear;
    this.products = products;
    this.partners = new int[linear.length][];
    for (int g = 0; g < linear.length; g++) {
      int[] found = new int[linear.length];
      int count = 0;
      for (int h = 0; h < linear.length; h++) {
        if (h != g && products[g][h] != 0) {
          found[count++] = h;
        }
      }
      partners[g] = Arrays.copyOf(found, count);
    }
  }

  /** How many groups it is a function of. */
  public int groups() {
    return linear.length;
  }

  /** The cost with everything merged. */
  public long constant() {
    return constant;
  }

  /** l_g: the cost of one separate pair of a group, all others merged, but for {@code q_gg}. */
  public long linear(int group) {
    return linear[group];
  }

  /** q_gh: what a separate pair of one group adds to the cost of one of the other. Symmetric. */
  public long product(int group, int other) {
    return products[group][other];
  }

  /**
   * The other groups on which the cost of a group's pairs depends, ascending. Not to be changed.
   */
  int[] partners(int group) {
    return partners[group];
  }

  /** How many pairs of groups share a term. */
  public int terms() {
    return Arrays.stream(partners).mapToInt(p -> p.length).sum() / 2;
  }

  /**
   * The cost of an allocation.
   *
   * @param separate s, the pairs that each group keeps separate
   */
  public long at(int[] separate) {
    if (separate.length != groups()) {
      throw new IllegalArgumentException(
          "expected a number for each of %d groups, found %d".formatted(groups(), separate.length));
    }
    long cost = constant;
    for (int g = 0; g < separate.length; g++) {
      long each = linear[g] + products[g][g] * separate[g];
      for (int h : partners[g]) {
        if (h < g) {
          each += products[g][h] * separate[h];
        }
      }
      cost += each * separate[g];
    }
    return cost;
  }

  /** Adds up the costs of layers. */
  static final class Builder {
    private long constant;
    private final long[] linear;
    private final long[][] products;

    Builder(int groups) {
      linear = new long[groups];
      products = new long[groups][groups];
    }

    /** Adds a number. */
    Builder add(long cost) {
      constant = Math.addExact(constant, cost);
      return this;
    }

    /** Adds a length. */
    Builder add(AxisLength length) {
      add(length.merged());
      for (int k = 0; k < length.groups().length; k++) {
        add(length.groups()[k], length.perUnit()[k]);
      }
      return this;
    }

    /** Adds factor (I0 + sum i_g s_g) (O0 + sum o_g s_g): every element of one meets all others. */
    Builder addProduct(long factor, AxisLength in, AxisLength out) {
      AxisLength scaled = in.times(factor);
      add(Math.multiplyExact(scaled.merged(), out.merged()));
      for (int k = 0; k < scaled.groups().length; k++) {
        add(scaled.groups()[k], Math.multiplyExact(scaled.perUnit()[k], out.merged()));
      }
      for (int k = 0; k < out.groups().length; k++) {
        add(out.groups()[k], Math.multiplyExact(scaled.merged(), out.perUnit()[k]));
      }
      return addSeparate(scaled, out);
    }

    /**
     * Adds numerator / denominator times lengths that move.
     *
     * @throws IllegalArgumentException if there are more than two: the cost would not be quadratic
     */
    Builder addShare(long numerator, List<AxisLength> moving, long denominator) {
      if (moving.size() > 2) {
        throw new IllegalArgumentException(
            "expected two lengths that move at most, found " + moving.size());
      }
      if (moving.isEmpty()) {
        return add(numerator / denominator);
      }
      AxisLength first = moving.get(0).share(numerator, denominator);
      return addProduct(1, first, moving.size() < 2 ? AxisLength.constant(1) : moving.get(1));
    }

    /** Adds factor (sum i_g s_g) (sum o_g s_g): as many as A-only elements meet of A. */
    Builder addSeparateProduct(long factor, AxisLength in, AxisLength out) {
      return addSeparate(in.times(factor), out);
    }

    private Builder addSeparate(AxisLength in, AxisLength out) {
      for (int k = 0; k < in.groups().length; k++) {
        for (int m = 0; m < out.groups().length; m++) {
          int g = in.groups()[k];
          int h = out.groups()[m];
          long product = Math.multiplyExact(in.perUnit()[k], out.perUnit()[m]);
          products[g][h] = Math.addExact(products[g][h], product);
          if (g != h) {
            products[h][g] = products[g][h];
          }
        }
      }
      return this;
    }

    private void add(int group, long each) {
      linear[group] = Math.addExact(linear[group], each);
    }

    QuadraticCost build() {
      long[][] copy = Arrays.stream(products).map(long[]::clone).toArray(long[][]::new);
      return new QuadraticCost(constant, linear.clone(), copy);
    }
  }
}
