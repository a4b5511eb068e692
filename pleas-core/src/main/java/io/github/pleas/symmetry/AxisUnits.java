package io.github.pleas.symmetry;

/**
 * Whose units the elements of an axis are.
 *
 * @param group for each element the index of its unit group, or -1 where the element does not move
 * @param unit for each element the index of its unit in the group; undefined where it does not move
 * @param part for each element which part of its unit it is: a block is one with what stands in it
 *     as the only one of its kind, such as a feature that its angle tells from the others of a head
 */
public record AxisUnits(int[] group, int[] unit, int[] part) {
  public int length() {
    return group.length;
  }

  /** Whether any element moves. */
  public boolean moves() {
    for (int g : group) {
      if (g >= 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * The element that each place takes when units are reordered: where a unit stands in several
   * elements, the n-th of them takes the n-th of the other's.
   *
   * @param permutations for each group, which unit each place takes
   */
  public int[] source(Permutations permutations) {
    int[][][] places = places(permutations.groups());
    int[] taken = new int[length()];
    int[][] used = new int[places.length][];
    for (int g = 0; g < places.length; g++) {
      used[g] = places[g] == null ? new int[0] : new int[places[g].length];
    }
    int[][] orders = new int[places.length][];
    for (int e = 0; e < taken.length; e++) {
      int g = group[e];
      if (g >= 0 && orders[g] == null) {
        orders[g] = permutations.of(g);
      }
      taken[e] = g < 0 ? e : places[g][orders[g][unit[e]]][used[g][unit[e]]++];
    }
    return taken;
  }

  /** For each group, for each unit, its elements on this axis in order. */
  private int[][][] places(int groups) {
    int[][] counts = new int[groups][];
    for (int e = 0; e < length(); e++) {
      if (group[e] >= 0) {
        if (counts[group[e]] == null) {
          counts[group[e]] = new int[1 + java.util.Arrays.stream(unit).max().orElse(0)];
        }
        counts[group[e]][unit[e]]++;
      }
    }
    int[][][] places = new int[groups][][];
    for (int g = 0; g < groups; g++) {
      if (counts[g] != null) {
        places[g] = new int[counts[g].length][];
        for (int u = 0; u < counts[g].length; u++) {
          places[g][u] = new int[counts[g][u]];
          counts[g][u] = 0;
        }
      }
    }
    for (int e = 0; e < length(); e++) {
      if (group[e] >= 0) {
        places[group[e]][unit[e]][counts[group[e]][unit[e]]++] = e;
      }
    }
    return places;
  }
}
