package io.github.pleas.symmetry;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * An order of units for each group. {@code of(g)[i] = j}: place i takes unit j.
 *
 * <p>Immutable; the arrays that it hands out are copies.
 */
public final class Permutations {
  private final int[][] orders;

  /**
   * Permutations from arrays.
   *
   * @param orders for each group a permutation of 0..n-1
   * @throws IllegalArgumentException if one of them is not a permutation
   */
  public Permutations(int[][] orders) {
    this.orders = new int[orders.length][];
    for (int g = 0; g < orders.length; g++) {
      this.orders[g] = orders[g].clone();
      boolean[] seen = new boolean[orders[g].length];
      for (int unit : orders[g]) {
        if (unit < 0 || unit >= seen.length || seen[unit]) {
          throw new IllegalArgumentException("group " + g + ": not a permutation");
        }
        seen[unit] = true;
      }
    }
  }

  /** Every unit in its own place. */
  public static Permutations identity(Symmetry symmetry) {
    int[][] orders = new int[symmetry.groups().size()][];
    for (UnitGroup group : symmetry.groups()) {
      orders[group.index()] = new int[group.size()];
      for (int u = 0; u < group.size(); u++) {
        orders[group.index()][u] = u;
      }
    }
    return new Permutations(orders);
  }

  /**
   * Every group in random order, blocks as wholes and units within them; the same seed gives the
   * same orders.
   */
  public static Permutations random(Symmetry symmetry, long seed) {
    Random random = new Random(seed);
    int[][] orders = new int[symmetry.groups().size()][];
    for (UnitGroup group : symmetry.groups()) {
      int[] blocks = group.blocks().isPresent() ? orders[group.blocks().getAsInt()] : new int[1];
      int perBlock = group.size() / blocks.length;
      int[] order = new int[group.size()];
      for (int block = 0; block < blocks.length; block++) {
        List<Integer> inside = new ArrayList<>();
        for (int u = 0; u < perBlock; u++) {
          inside.add(blocks[block] * perBlock + u);
        }
        Collections.shuffle(inside, random);
        for (int u = 0; u < perBlock; u++) {
          order[block * perBlock + u] = inside.get(u);
        }
      }
      orders[group.index()] = order;
    }
    return new Permutations(orders);
  }

  public int groups() {
    return orders.length;
  }

  /** The order of one group. */
  public int[] of(int group) {
    return orders[group].clone();
  }

  /** These permutations with one group's order replaced. */
  public Permutations with(int group, int[] order) {
    int[][] changed = orders.clone();
    changed[group] = order;
    return new Permutations(changed);
  }
}
