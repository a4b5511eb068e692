package io.github.pleas.budget;

import io.github.pleas.symmetry.UnitGroup;
import java.util.List;

/**
 * The same separate fraction for every group that can be separated: 0 merges everything, 1 nothing.
 */
public final class UniformAllocation {
  private UniformAllocation() {}

  /**
   * Pairs that stay separate in each group.
   *
   * @param groups the unit groups
   * @param separable for each group whether it can be separated at all; one that cannot merges
   *     fully
   * @param fraction r, from 0 to 1; a group of n units keeps round(r n) pairs separate
   */
  public static int[] allocate(List<UnitGroup> groups, boolean[] separable, double fraction) {
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new IllegalArgumentException("separate fraction: expected 0 to 1, found " + fraction);
    }
    int[] separate = new int[groups.size()];
    for (UnitGroup group : groups) {
      int g = group.index();
      separate[g] = separable[g] ? (int) Math.round(fraction * group.size()) : 0;
    }
    return separate;
  }
}
