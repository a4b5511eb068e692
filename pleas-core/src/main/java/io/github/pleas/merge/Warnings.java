package io.github.pleas.merge;

import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.LayerFit;
import io.github.pleas.matching.Calibration;
import io.github.pleas.network.Network;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.util.ArrayList;
import java.util.List;

/** What went well enough to go on, but not well enough to keep quiet about. */
final class Warnings {
  /** Below this many rows for each unknown the ridge decides more than the data. */
  private static final double FEW_ROWS = 1;

  private final Network network;
  private final Symmetry symmetry;
  private final boolean[] separable;
  private final MergeOptions options;

  Warnings(Network network, Symmetry symmetry, boolean[] separable, MergeOptions options) {
    this.network = network;
    this.symmetry = symmetry;
    this.separable = separable;
    this.options = options;
  }

  List<String> of(Calibration images, List<LayerFit> fits) {
    List<String> warnings = new ArrayList<>();
    if (options.fit().method() != FitMethod.NONE) {
      long few = fits.stream().filter(f -> f.availableRows() < FEW_ROWS * f.unknowns()).count();
      if (few > 0) {
        warnings.add(
            "%d of %d layers have fewer samples than unknowns on %d images; they are shrunk towards the originals' weights. More images would help"
                .formatted(few, fits.size(), images.size()));
      }
    }
    if (options.separateFraction() > 0) {
      for (UnitGroup group : symmetry.groups()) {
        if (!separable[group.index()]) {
          warnings.add(
              "group '%s' is merged fully: %s"
                  .formatted(
                      group.name(),
                      group.whyRigid().orElse("its units do not stand in whole rows")));
        }
      }
    }
    if (!symmetry.unknownOperators().isEmpty()) {
      warnings.add(
          "units do not move through %s in %s"
              .formatted(String.join(", ", symmetry.unknownOperators()), network.source()));
    }
    return warnings;
  }
}
