package io.github.pleas.matching;

import static java.util.Objects.requireNonNull;

import io.github.pleas.linalg.Assignment;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The best pairing of the units of a group and of all that stands in them. Units in blocks are
 * paired in two levels: how well two blocks go together is their own similarity and that of what
 * stands in them, each kind of it paired in the best way; the blocks are paired by that. For h
 * blocks of d units this takes h^2 assignments of d units and one of h.
 */
final class NestedAssignment {
  private final Map<Integer, List<UnitGroup>> inside = new HashMap<>();
  private final double[][] similarities;

  /**
   * A solver.
   *
   * @param similarities for each group a matrix [units of A, units of B], row-major
   */
  NestedAssignment(Symmetry symmetry, double[][] similarities) {
    this.similarities = similarities;
    for (UnitGroup group : symmetry.groups()) {
      inside.put(group.index(), symmetry.inside(group));
    }
  }

  /**
   * Pairs the units of an outermost group, and of the groups inside it.
   *
   * @param orders for each group and unit of A the unit of B; those of these groups are filled in
   */
  void solve(UnitGroup group, int[][] orders) {
    solve(group, 0, 0, group.size(), orders);
  }

  /**
   * Pairs what stands in the units of an outermost group, where these are paired already.
   *
   * @param orders as {@link #solve}; that of the group is read
   */
  void solveInside(UnitGroup group, int[][] orders) {
    for (int u = 0; u < group.size(); u++) {
      for (UnitGroup child : inside(group)) {
        int[] own = orders[group.index()];
        solve(child, u, own[u], child.size() / group.size(), orders);
      }
    }
  }

  /** Pairs the units of block a of A with those of block b of B. */
  private void solve(UnitGroup group, int a, int b, int size, int[][] orders) {
    int[] best = Assignment.maximize(values(group, a, b, size), size);
    for (int u = 0; u < size; u++) {
      int first = a * size + u;
      int second = b * size + best[u];
      orders[group.index()][first] = second;
      for (UnitGroup child : inside(group)) {
        solve(child, first, second, child.size() / group.size(), orders);
      }
    }
  }

  /** What each pair of units in two blocks is worth, all that stands in them included. */
  private double[] values(UnitGroup group, int a, int b, int size) {
    double[] own = similarities[group.index()];
    if (size == group.size() && inside(group).isEmpty()) {
      return own;
    }
    double[] values = new double[size * size];
    for (int u = 0; u < size; u++) {
      for (int v = 0; v < size; v++) {
        int first = a * size + u;
        int second = b * size + v;
        double value = own[first * group.size() + second];
        for (UnitGroup child : inside(group)) {
          value += best(child, first, second, child.size() / group.size());
        }
        values[u * size + v] = value;
      }
    }
    return values;
  }

  private double best(UnitGroup group, int a, int b, int size) {
    double[] values = values(group, a, b, size);
    int[] order = Assignment.maximize(values, size);
    double sum = 0;
    for (int u = 0; u < size; u++) {
      sum += values[u * size + order[u]];
    }
    return sum;
  }

  private List<UnitGroup> inside(UnitGroup group) {
    return requireNonNull(inside.get(group.index()));
  }
}
