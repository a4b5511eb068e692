package io.github.pleas.matching;

import io.github.pleas.symmetry.Permutations;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
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
    return new Matching(new Permutations(orders), scores);
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
