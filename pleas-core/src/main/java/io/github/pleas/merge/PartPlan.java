package io.github.pleas.merge;

import io.github.pleas.matching.Matching;
import io.github.pleas.symmetry.Permutations;
import java.io.Serializable;

/** The merged network that all parts of a merge fit: pairs of units, and how many stay separate. */
public final class PartPlan implements Serializable {
  private static final long serialVersionUID = 1;

  private final int[][] orders;
  private final double[][] scores;
  private final int[] separate;

  /**
   * A plan.
   *
   * @param matching pairs of units
   * @param separate for each unit group how many pairs stay separate
   * @throws IllegalArgumentException if the units are not in pairs
   */
  PartPlan(Matching matching, int[] separate) {
    if (matching.zip().isPresent()) {
      throw new IllegalArgumentException("units that are not in pairs");
    }
    this.scores = matching.scores().clone();
    this.orders = new int[scores.length][];
    for (int g = 0; g < orders.length; g++) {
      orders[g] = matching.permutations().of(g);
    }
    this.separate = separate.clone();
  }

  Matching matching() {
    return new Matching(new Permutations(orders), scores);
  }

  int[] separate() {
    return separate.clone();
  }
}
