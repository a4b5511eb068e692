package io.github.pleas.matching;

import io.github.pleas.symmetry.Permutations;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.util.Optional;

/**
 * For each unit group, the pairs of units.
 *
 * @param permutations {@code of(g)[i] = j}: unit i of A corresponds to unit j of B
 * @param scores for each group and unit of A, how similar the pair is; larger is better, at most 1,
 *     comparable over all groups
 * @param zip what is merged where the merged units are no pairs
 */
public record Matching(Permutations permutations, double[][] scores, Optional<Zip> zip) {
  /** Units in pairs. */
  public Matching(Permutations permutations, double[][] scores) {
    this(permutations, scores, Optional.empty());
  }

  /** Unit i with unit i, before anything is known of how similar they are. */
  public static Matching unmatched(Symmetry symmetry) {
    double[][] scores = new double[symmetry.groups().size()][];
    for (UnitGroup group : symmetry.groups()) {
      scores[group.index()] = new double[group.size()];
    }
    return new Matching(Permutations.identity(symmetry), scores);
  }
}
