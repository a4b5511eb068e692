package io.github.pleas.matching;

import io.github.pleas.InvalidInputException;
import io.github.pleas.symmetry.Permutations;
import io.github.pleas.symmetry.Separability;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Zips the units of all groups, by correlations within and between the networks. */
public final class ZipMatcher {
  private ZipMatcher() {}

  /**
   * Refuses networks for whose units zipping is not defined; to be called before long work.
   *
   * @throws InvalidInputException if units do not stand in rows of whole groups, or in blocks
   */
  public static void requireDefined(Separability separability) {
    for (UnitGroup group : separability.symmetry().groups()) {
      if (!group.blocks().isEmpty() || !separability.isSeparable(group.index())) {
        throw new InvalidInputException(
            "zipping is not defined for the units of group '%s' (%s); choose another method"
                .formatted(
                    group.name(),
                    separability.whyNot(group.index()).orElse("they stand in blocks")));
      }
    }
  }

  /**
   * The zipped units.
   *
   * @param similarities for each group [2n, 2n], A's n units first, as {@link
   *     ActivationSimilarity#within} gives them
   */
  public static Matching match(Symmetry symmetry, double[][] similarities, ZipOptions options) {
    List<List<Zip.Unit>> zipped = new ArrayList<>();
    double[][] scores = new double[similarities.length][];
    for (UnitGroup group : symmetry.groups()) {
      double[] similarity = similarities[group.index()];
      List<Zip.Unit> units = Zipper.zip(group.size(), similarity, options);
      zipped.add(units);
      scores[group.index()] = scores(group.size(), similarity, units);
    }
    return new Matching(Permutations.identity(symmetry), scores, Optional.of(new Zip(zipped)));
  }

  /** For each unit of A its mean similarity to the units that it is merged with; 1 if alone. */
  private static double[] scores(int n, double[] similarity, List<Zip.Unit> units) {
    double[] scores = new double[n];
    for (Zip.Unit unit : units) {
      for (int own : unit.a()) {
        double sum = 0;
        for (int other : unit.a()) {
          sum += other == own ? 0 : similarity[own * 2 * n + other];
        }
        for (int other : unit.b()) {
          sum += similarity[own * 2 * n + n + other];
        }
        int others = unit.a().length + unit.b().length - 1;
        scores[own] = others == 0 ? 1 : sum / others;
      }
    }
    return scores;
  }
}
