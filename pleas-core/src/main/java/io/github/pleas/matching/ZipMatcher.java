package io.github.pleas.matching;

import io.github.pleas.InvalidInputException;
import io.github.pleas.symmetry.Permutations;
import io.github.pleas.symmetry.Separability;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Zips the units of all groups, by correlations within and between the networks: for each group
 * [2n, 2n], A's n units first, as {@link UnitComparison#within} has them.
 */
public final class ZipMatcher implements UnitMatcher {
  private final Symmetry symmetry;
  private final ZipOptions options;
  private final List<List<Zip.Unit>> zipped;
  private final double[][] scores;

  /** A matcher that has zipped nothing yet. */
  public ZipMatcher(Symmetry symmetry, ZipOptions options) {
    this.symmetry = symmetry;
    this.options = options;
    this.zipped = new ArrayList<>(Collections.nCopies(symmetry.groups().size(), List.of()));
    this.scores = new double[zipped.size()][];
  }

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

  @Override
  public void match(UnitGroup group, Function<UnitGroup, double[]> similarity) {
    double[] values = similarity.apply(group);
    List<Zip.Unit> units = Zipper.zip(group.size(), values, options);
    zipped.set(group.index(), units);
    scores[group.index()] = scores(group.size(), values, units);
  }

  @Override
  public Matching matching() {
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
