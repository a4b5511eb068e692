package io.github.pleas.fit;

import io.github.pleas.layout.MergedLayer;
import io.github.pleas.network.Layer;
import io.github.pleas.onnx.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A fit on a part of the images: runs the networks on from step to step, and gives what its images
 * add to each layer's problem. What the layers then are, it is told.
 */
public final class PartFit implements AutoCloseable {
  private final FitContext context;
  private final FitSteps steps;
  private final Map<String, Tensor> constants;
  private final RowSources sources;
  private int next;

  /**
   * A fit before its first step.
   *
   * @param context its images are those of the part
   * @param plan the targets of the trunk's layers, as they were recorded
   */
  public PartFit(FitContext context, List<TargetPlan.Target> plan) {
    this.context = context;
    this.steps = FitSteps.of(context.merged(), plan);
    this.constants = new LinkedHashMap<>(context.merged().graph().initializers());
    this.sources = new RowSources(context, constants, false);
  }

  /** The step that comes next, from 0. */
  public int next() {
    return next;
  }

  /**
   * Takes the step that comes next.
   *
   * @throws IllegalArgumentException if it is another one
   */
  public StepSums sums(FitStep step) {
    if (step.index() != next) {
      throw new IllegalArgumentException(
          "step %d was asked for where %d comes next".formatted(step.index(), next));
    }
    MergedLayer layer = steps.layer(next);
    List<? extends LayerSolver.Source> rows = advance();
    List<MergedLayer> groups =
        layer.layer().kind() == Layer.Kind.GROUPED ? layer.groups() : List.of(layer);
    List<LayerSums> sums = new ArrayList<>();
    for (int g = 0; g < groups.size(); g++) {
      sums.add(sums(groups.get(g), rows.get(g).rows(), step.rows()));
    }
    boolean repaired = context.options().method() == FitMethod.NONE && !layer.isHead();
    Optional<UnitSums> statistics =
        repaired
            ? Optional.of(UnitSums.of(context.recorder(), layer, context.chunks()))
            : Optional.empty();
    return StepSums.of(sums, statistics, context.store().peak());
  }

  private List<? extends LayerSolver.Source> advance() {
    int step = next++;
    MergedLayer layer = steps.layer(step);
    return steps.isHead(step)
        ? List.of(sources.head(layer, steps.heads()))
        : sources.trunk(layer, steps.targets().get(step));
  }

  private LayerSums sums(MergedLayer layer, List<LayerRows> rows, long all) {
    if (layer.layer().kind().isPerChannel()) {
      return ChannelSums.of(rows, layer.layer().window().taps(), context.workers());
    }
    boolean bias = layer.layer().bias().isPresent();
    double[] base = Centre.dense(layer, context.a(), context.b(), context.workers());
    return LayerProblem.hasFewRows(all, rows.get(0).columns() + (bias ? 1 : 0))
        ? RowSums.of(rows, base, bias, all, context.images().first(), context.workers())
        : MomentSums.of(rows, base, bias, all, context.workers());
  }

  /** Goes past the step that comes next, whose sums are known, by the same way. */
  public void skip() {
    advance();
  }

  /** Takes what a step gave. */
  public void take(Map<String, Tensor> fitted) {
    constants.putAll(fitted);
  }

  @Override
  public void close() {
    sources.close();
  }
}
