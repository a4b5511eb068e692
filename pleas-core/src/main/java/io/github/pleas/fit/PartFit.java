package io.github.pleas.fit;

import io.github.pleas.layout.MergedLayer;
import io.github.pleas.onnx.Tensor;
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

  /** The layer of the step that comes next, once the networks were run on to it. */
  private Optional<ReachedLayer> reached = Optional.empty();

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
   * Runs on to the step that comes next, and tries the base on its first rows, if they are here.
   *
   * @throws IllegalArgumentException if it is another one
   */
  public BaseTrial tryBase(FitStep step) {
    return reach(step).tryBase(step);
  }

  /**
   * Takes the step that comes next.
   *
   * @throws IllegalArgumentException if it is another one
   */
  public StepSums sums(FitStep step) {
    StepSums sums = reach(step).sums(step);
    skip();
    return sums;
  }

  private ReachedLayer reach(FitStep step) {
    if (step.index() != next) {
      throw new IllegalArgumentException(
          "step %d was asked for where %d comes next".formatted(step.index(), next));
    }
    return reach();
  }

  /** Runs the networks on to the step that comes next, unless they are there. */
  private ReachedLayer reach() {
    if (reached.isEmpty()) {
      MergedLayer layer = steps.layer(next);
      List<? extends LayerSolver.Source> rows =
          steps.isHead(next)
              ? List.of(sources.head(layer, steps.heads()))
              : sources.trunk(layer, steps.targets().get(next));
      reached = Optional.of(new ReachedLayer(context, layer, rows));
    }
    return reached.get();
  }

  /** Goes past the step that comes next, whose sums are known, by the same way. */
  public void skip() {
    reach();
    reached = Optional.empty();
    next++;
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
