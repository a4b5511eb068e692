package io.github.pleas.matching;

import java.util.List;

/**
 * What the units of two networks are zipped into: merged units that stand for any number of units
 * of either (Stoica et al., "ZipIt! Merging Models from Different Tasks without Training", 2024).
 *
 * @param groups for each unit group its merged units, those of A alone first, those of B alone last
 */
public record Zip(List<List<Unit>> groups) {
  /**
   * A merged unit.
   *
   * @param a the units of A that it stands for, ascending
   * @param b the units of B
   */
  public record Unit(int[] a, int[] b) {}

  public Zip {
    groups = groups.stream().map(List::copyOf).toList();
  }

  /** The merged units of a group. */
  public List<Unit> units(int group) {
    return groups.get(group);
  }
}
