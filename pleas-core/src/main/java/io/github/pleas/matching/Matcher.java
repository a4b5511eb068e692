package io.github.pleas.matching;

import io.github.pleas.symmetry.Permutations;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Pairs up the units of each group so that the sum of similarities [units of A, units of B] is the
 * largest possible; blocks of units as wholes.
 */
public final class Matcher implements UnitMatcher {
  private final Symmetry symmetry;
  private final int[][] orders;
  private final double[][] scores;

  /** A matcher that has matched nothing yet. */
  public Matcher(Symmetry symmetry) {
    this.symmetry = symmetry;
    this.orders = new int[symmetry.groups().size()][];
    this.scores = new double[orders.length][];
    for (UnitGroup group : symmetry.groups()) {
      orders[group.index()] = new int[group.size()];
    }
  }

  @Override
  public void match(UnitGroup outermost, Function<UnitGroup, double[]> similarity) {
    double[][] similarities = new double[orders.length][];
    for (UnitGroup group : symmetry.family(outermost)) {
      similarities[group.index()] = similarity.apply(group);
    }
    new NestedAssignment(symmetry, similarities).solve(outermost, orders);
    for (UnitGroup group : symmetry.family(outermost)) {
      int g = group.index();
      scores[g] = scores(orders[g], similarities[g]);
    }
  }

  @Override
  public Matching matching() {
    return new Matching(new Permutations(orders), ofBlocks(symmetry, scores));
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
  static double[] scores(int[] order, double[] similarity) {
    int n = order.length;
    double[] scores = new double[n];
    for (int i = 0; i < n; i++) {
      scores[i] = similarity[i * n + order[i]];
    }
    return scores;
  }
}
