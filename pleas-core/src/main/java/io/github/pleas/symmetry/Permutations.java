package io.github.pleas.symmetry;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

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
   * same orders. Two units or more never all stay in their places.
   */
  public static Permutations random(Symmetry symmetry, long seed) {
    return random(symmetry, seed, group -> true);
  }

  /**
   * As {@link #random(Symmetry, long)}, of some groups only; units whose group does not move go
   * where their block goes.
   */
  static Permutations random(Symmetry symmetry, long seed, IntPredicate moving) {
    Random random = new Random(seed);
    int[][] orders = new int[symmetry.groups().size()][];
    for (UnitGroup group : symmetry.groups()) {
      int[] blocks = group.blocks().isPresent() ? orders[group.blocks().getAsInt()] : new int[1];
      int perBlock = group.size() / blocks.length;
      int[] order = new int[group.size()];
      for (int block = 0; block < blocks.length; block++) {
        // Drawn for groups that stay too: a group moves alike whatever others do.
        List<Integer> inside = shuffled(perBlock, random);
        for (int u = 0; u < perBlock; u++) {
          int unit = moving.test(group.index()) ? inside.get(u) : u;
          order[block * perBlock + u] = blocks[block] * perBlock + unit;
        }
      }
      orders[group.index()] = order;
    }
    return new Permutations(orders);
  }

  private static List<Integer> shuffled(int count, Random random) {
    List<Integer> inOrder = IntStream.range(0, count).boxed().toList();
    List<Integer> units = new ArrayList<>(inOrder);
    Collections.shuffle(units, random);
    if (units.equals(inOrder)) {
      Collections.rotate(units, 1);
    }
    return units;
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
