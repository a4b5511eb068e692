package io.github.pleas.matching;

import io.github.pleas.symmetry.Permutations;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.util.Arrays;
import java.util.List;

/**
 * Pairs up the units of each group so that the sum of similarities is the largest possible; blocks
 * of units as wholes.
 */
public final class Matcher {
  private Matcher() {}

  /**
   * The best matching of each group on its own, or with those whose units stand in its units.
   *
   * @param similarities for each group a matrix [units of A, units of B], row-major
   */
  public static Matching match(Symmetry symmetry, double[][] similarities) {
    int[][] orders = new int[similarities.length][];
    NestedAssignment assignment = new NestedAssignment(symmetry, similarities);
    for (UnitGroup group : symmetry.groups()) {
      orders[group.index()] = new int[group.size()];
    }
    for (UnitGroup group : symmetry.groups()) {
      if (group.blocks().isEmpty()) {
        assignment.solve(group, orders);
      }
    }
    return new Matching(new Permutations(orders), ofBlocks(symmetry, scores(orders, similarities)));
  }

  /**
   * The scores of pairs of blocks made those of what stands in them: how alike two attention heads
   * are is how alike their units are, for these are what layers read. For each kind of units the
   * mean, and of these the mean.
   *
   * @param scores for each group the similarity of each unit of A with its partner; changed
   */
  static double[][] ofBlocks(Symmetry symmetry, double[][] scores) {
    // What stands in blocks comes behind these.
    for (int g = scores.length - 1; g >= 0; g--) {
      List<UnitGroup> inside = symmetry.inside(symmetry.groups().get(g));
      for (int block = 0; block < scores[g].length && !inside.isEmpty(); block++) {
        double sum = 0;
        for (UnitGroup units : inside) {
          int each = units.size() / scores[g].length;
          int first = block * each;
          sum += Arrays.stream(scores[units.index()], first, first + each).sum() / each;
        }
        scores[g][block] = sum / inside.size();
      }
    }
    return scores;
  }

  /** The similarity of each unit of A with its partner. */
  static double[][] scores(int[][] orders, double[][] similarities) {
    double[][] scores = new double[orders.length][];
    for (int g = 0; g < orders.length; g++) {
      int n = orders[g].length;
      scores[g] = new double[n];
      for (int i = 0; i < n; i++) {
        scores[g][i] = similarities[g][i * n + orders[g][i]];
      }
    }
    return scores;
  }
}
