package io.github.pleas.fit;

import io.github.pleas.layout.MergedLayer;
import io.github.pleas.matching.Calibration;
import io.github.pleas.onnx.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What layers are solved from, of images in parts: the sums of all parts. */
final class SummedSources implements LayerSources {
  private final FitContext context;
  private final PartSums parts;
  private int next;

  /**
   * Sources of parts that are at the networks' inputs.
   *
   * @param context its images are only counted
   */
  SummedSources(FitContext context, PartSums parts) {
    this.context = context;
    this.parts = parts;
  }

  @Override
  public List<? extends LayerSolver.Source> trunk(MergedLayer layer, TargetPlan.Target target) {
    boolean both =
        context.options().method() == FitMethod.PUBLISHED
            && context.options().published().targets() != PublishedOptions.Targets.AVERAGED;
    return sources(rows(layer) * (both ? 2 : 1));
  }

  @Override
  public LayerSolver.Source head(MergedLayer head, List<MergedLayer> heads) {
    return sources(rows(head)).get(0);
  }

  /** Rows that all images give to a layer, as many from each: images have no tokens. */
  private long rows(MergedLayer layer) {
    Calibration images = context.images();
    HeadFit fit = HeadTargets.fit(layer, context.options().heads());
    long used =
        IntStream.range(0, images.size())
            .filter(image -> !layer.isHead() || HeadTargets.uses(layer, images, fit, image))
            .count();
    return used * context.recorder().recording(layer).sample().perImage();
  }

  private List<Summed> sources(long rows) {
    StepSums sums = parts.sums(new FitStep(next++, rows));
    List<Summed> sources = new ArrayList<>();
    for (LayerSums group : sums.groups()) {
      sources.add(new Summed(context, group, sums));
    }
    return sources;
  }

  /**
   * The sums of a layer or of one of its groups.
   *
   * @param own the sums
   * @param step of the whole layer
   */
  private record Summed(FitContext context, LayerSums own, StepSums step)
      implements LayerSolver.Source {
    @Override
    public LayerProblem problem(double[] base, boolean bias) {
      return own instanceof RowSums rows
          ? rows.problem(base, bias)
          : ((MomentSums) own).problem(base, bias, context.workers());
    }

    @Override
    public ChannelProblem channels(int taps) {
      return ((ChannelSums) own).problem();
    }

    @Override
    public ChannelStatistics statistics() {
      return step.statistics().statistics();
    }

    @Override
    public List<LayerRows> rows() {
      throw new IllegalStateException("the rows of images in parts are not here");
    }

    @Override
    public List<LayerRows> domains() {
      throw new IllegalStateException("the rows of images in parts are not here");
    }
  }

  @Override
  public void expectTrunk(MergedLayer next, TargetPlan.Target target) {
    // Each part goes its own way.
  }

  @Override
  public void expectHead(MergedLayer next, List<MergedLayer> heads) {
    // The same.
  }

  @Override
  public void passTrunk(TargetPlan.Target target) {
    throw new IllegalStateException("images in parts have no journal");
  }

  @Override
  public void passHead(MergedLayer head, List<MergedLayer> heads) {
    throw new IllegalStateException("images in parts have no journal");
  }

  @Override
  public void solved(MergedLayer layer, Map<String, Tensor> constants) {
    parts.fitted(constants);
  }

  /** What the network gives is where the images are. */
  @Override
  public void finish(List<MergedLayer> heads, OutputObserver observer) {}

  @Override
  public void close() {
    // The parts are others'.
  }
}
