package io.github.pleas.fit;

import io.github.pleas.layout.MergedLayer;
import io.github.pleas.matching.Calibration;
import io.github.pleas.network.Layer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A layer that a part of the images has been run on to.
 *
 * @param sources its rows, or those of each of its groups
 */
record ReachedLayer(
    FitContext context, MergedLayer layer, List<? extends LayerSolver.Source> sources) {
  /** Tries the base on the first rows of all, if they are of this part. */
  BaseTrial tryBase(FitStep step) {
    Calibration images = context.images();
    boolean here = step.first() >= images.first() && step.first() < images.first() + images.size();
    if (!here) {
      return BaseTrial.none();
    }
    List<MergedLayer> groups = groups();
    List<int[]> answered = new ArrayList<>();
    for (int g = 0; g < groups.size(); g++) {
      List<LayerRows> rows = sources.get(g).rows();
      answered.add(
          BaseProducts.answered(rows, base(groups.get(g)), step.rows(), context.workers()));
    }
    return BaseTrial.of(answered);
  }

  /** What the rows add to the layer's problem. */
  StepSums sums(FitStep step) {
    List<MergedLayer> groups = groups();
    List<LayerSums> sums = new ArrayList<>();
    for (int g = 0; g < groups.size(); g++) {
      sums.add(sums(groups.get(g), sources.get(g).rows(), step.rows(), step.trial().answered(g)));
    }
    boolean repaired = context.options().method() == FitMethod.NONE && !layer.isHead();
    Optional<UnitSums> statistics =
        repaired
            ? Optional.of(UnitSums.of(context.recorder(), layer, context.chunks()))
            : Optional.empty();
    return StepSums.of(sums, statistics, context.store().peak());
  }

  private LayerSums sums(
      MergedLayer group, List<LayerRows> rows, long all, Optional<int[]> answered) {
    if (group.layer().kind().isPerChannel()) {
      return ChannelSums.of(rows, group.layer().window().taps(), context.workers());
    }
    boolean bias = group.layer().bias().isPresent();
    double[] base = base(group);
    if (LayerProblem.hasFewRows(all, rows.get(0).columns() + (bias ? 1 : 0))) {
      return RowSums.of(rows, base, bias, all, context.images().first(), context.workers());
    }
    int[] ofRows = answered.orElseGet(() -> LayerPanels.Wanted.all(rows));
    return MomentSums.of(rows, base, bias, all, ofRows, context.workers());
  }

  private double[] base(MergedLayer group) {
    return Centre.dense(group, context.a(), context.b(), context.workers());
  }

  private List<MergedLayer> groups() {
    return layer.layer().kind() == Layer.Kind.GROUPED ? layer.groups() : List.of(layer);
  }
}
