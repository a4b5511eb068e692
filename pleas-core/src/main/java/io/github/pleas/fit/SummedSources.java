package io.github.pleas.fit;

import io.github.pleas.layout.MergedLayer;
import io.github.pleas.matching.Calibration;
import io.github.pleas.network.Layer;
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
    return sources(layer, step(layer, true));
  }

  @Override
  public LayerSolver.Source head(MergedLayer head, List<MergedLayer> heads) {
    return sources(head, step(head, RowSources.isFittedAsTrunk(context.options(), head))).get(0);
  }

  /**
   * A layer's turn.
   *
   * @param trunk whether it is fitted as those of the trunk are
   */
  private FitStep step(MergedLayer layer, boolean trunk) {
    Calibration images = context.images();
    HeadFit fit = HeadTargets.fit(layer, context.options().heads());
    int[] used =
        IntStream.range(0, images.size())
            .filter(image -> !layer.isHead() || HeadTargets.uses(layer, images, fit, image))
            .toArray();
    // As many from each: images have no tokens.
    long rows = (long) used.length * context.recorder().recording(layer).sample().perImage();
    FitOptions options = context.options();
    int times =
        trunk && options.method() == FitMethod.PUBLISHED
            ? options.published().targets().times()
            : 1;
    int first = used.length == 0 ? 0 : used[0];
    return new FitStep(next++, times * rows, first, BaseTrial.none());
  }

  /** Whether it is less work to take the base off moments, as {@link RowMoments#ofAll} finds it. */
  private static boolean saves(MergedLayer layer, long rows) {
    Layer own = layer.layer();
    int outputs = layer.out().length() / own.groups();
    return !own.kind().isPerChannel()
        && BaseProducts.saves(rows, layer.unknowns(), outputs, own.bias().isPresent());
  }

  /** What the base leaves of a step's first rows. */
  private BaseTrial tried(FitStep step) {
    BaseTrial trial = parts.tryBase(step);
    if (!trial.isDone()) {
      throw new IllegalStateException(
          "no part has image %d of %d".formatted(step.first(), context.images().size()));
    }
    return trial;
  }

  private List<Summed> sources(MergedLayer layer, FitStep step) {
    StepSums sums = parts.sums(saves(layer, step.rows()) ? step.with(tried(step)) : step);
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
