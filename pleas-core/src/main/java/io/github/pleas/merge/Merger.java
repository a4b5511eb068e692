package io.github.pleas.merge;

import io.github.pleas.budget.UniformAllocation;
import io.github.pleas.fit.FitContext;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.Fitter;
import io.github.pleas.fit.TargetPlan;
import io.github.pleas.fit.TargetRecorder;
import io.github.pleas.layout.ArchitectureBuilder;
import io.github.pleas.layout.MergedArchitecture;
import io.github.pleas.layout.MergedLayer;
import io.github.pleas.layout.MergedLayout;
import io.github.pleas.linalg.Blas;
import io.github.pleas.matching.ActivationSimilarity;
import io.github.pleas.matching.Batching;
import io.github.pleas.matching.Calibration;
import io.github.pleas.matching.Matcher;
import io.github.pleas.matching.Matching;
import io.github.pleas.matching.PairedPass;
import io.github.pleas.matching.WeightMatcher;
import io.github.pleas.network.ArchitectureMatcher;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.Tails;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.TensorStore;
import io.github.pleas.runtime.Workers;
import io.github.pleas.symmetry.OperatorRules;
import io.github.pleas.symmetry.SelfCheck;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.SymmetryAnalysis;
import io.github.pleas.symmetry.UnitGroup;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Merges two networks of one architecture: analyses their symmetry, runs both once over the
 * calibration images, matches units, lays out the merged network and fits its layers one by one.
 */
public final class Merger {
  /** Bytes for the activations of one batch of both originals. */
  private static final long BATCH_BYTES = 256L << 20;

  /** Rows for each channel of a layer that acts on channels alone: cheap, so there may be many. */
  private static final long CHANNEL_ROWS = 8192;

  private final OrtRuntime runtime;
  private final MergeOptions options;
  private final SymmetryAnalysis analysis;

  /** A merger with the rules of all operators that we know. */
  public Merger(OrtRuntime runtime, MergeOptions options) {
    this(runtime, options, OperatorRules.standard());
  }

  /**
   * A merger of networks with operators of one's own.
   *
   * @param rules for all operators through which units move
   */
  public Merger(OrtRuntime runtime, MergeOptions options, OperatorRules rules) {
    this.runtime = runtime;
    this.options = options;
    this.analysis = new SymmetryAnalysis(rules);
  }

  /**
   * Two networks ready for merging.
   *
   * @param a the first
   * @param b the second, in the first one's names
   * @param checked their symmetry, with what the self-check found
   */
  public record Prepared(Network a, Network b, SelfCheck.Checked checked) {}

  /**
   * The networks ready for merging, or the first reason why they cannot be; to be called before
   * images are read. Groups of units that the self-check refutes are merged as they stand, unit i
   * with unit i; {@link MergeResult#warnings} names them.
   *
   * @throws io.github.pleas.InvalidInputException if they are not of one architecture, or it has
   *     layers that cannot be merged
   */
  public Prepared align(Network a, Network b) {
    ArchitectureMatcher.Aligned aligned =
        ArchitectureMatcher.align(a, b, !options.heads().separate());
    ArchitectureBuilder.requireMergeable(aligned.a());
    ArchitectureBuilder.requireFreeOutputs(aligned.a(), options.heads());
    Symmetry found = analysis.analyse(aligned.a());
    return new Prepared(
        aligned.a(),
        aligned.b(),
        new SelfCheck(runtime).check(aligned.a(), found, analysis, options.seed()));
  }

  /** Merges two networks. */
  public MergeResult merge(Prepared networks, Calibration images, MergeListener listener) {
    Blas.useCallingThread();
    Map<Stage, Double> seconds = new EnumMap<>(Stage.class);
    StageClock clock = new StageClock(seconds, listener);
    Network a = networks.a();
    Network b = networks.b();
    clock.start(Stage.ANALYSE);
    Symmetry symmetry = networks.checked().symmetry();
    List<TargetPlan.Target> plan =
        TargetPlan.of(a, options.fit().method() == FitMethod.PROGRESSIVE);
    clock.end();
    try (TensorStore store = new TensorStore(options.memory());
        Workers workers = new Workers(options.threads());
        TargetRecorder recorder = new TargetRecorder(store, workers)) {
      record(a, b, plan, images.size(), recorder);
      List<PairedPass.Observer> observers = new ArrayList<>(List.of(recorder));
      Matching matching;
      Chunks chunks;
      clock.start(Stage.ACTIVATIONS);
      if (options.match() == MergeOptions.MatchOn.ACTIVATIONS) {
        try (ActivationSimilarity similarity =
            new ActivationSimilarity(a, symmetry, images.size(), workers)) {
          observers.add(similarity);
          chunks = pass(a, b, images, observers, workers, clock);
          clock.start(Stage.MATCH);
          matching = Matcher.match(symmetry, similarity.similarities());
        }
      } else {
        chunks = pass(a, b, images, observers, workers, clock);
        clock.start(Stage.MATCH);
        matching = new WeightMatcher(a, b, symmetry).match(options.seed());
      }
      clock.end();

      boolean[] separable = MergedLayout.separable(symmetry);
      int[] separate =
          UniformAllocation.allocate(symmetry.groups(), separable, options.separateFraction());
      MergedLayout layout = new MergedLayout(symmetry, matching, separate);
      MergedArchitecture merged = ArchitectureBuilder.build(a, b, layout, options.heads());
      clock.start(Stage.FIT);
      FitContext context =
          new FitContext(
              a, b, merged, images, chunks, recorder, runtime, store, workers, options.fit());
      Fitter.Fitted fitted =
          new Fitter(context, plan)
              .fit((fit, done, total) -> listener.progress(Stage.FIT, done, total));
      clock.end();
      Graph graph = merged.withWeights(fitted.constants());
      return new MergeResult(
          graph,
          merged,
          groups(layout, separable),
          fitted.layers(),
          cost(a, b, merged, graph),
          seconds,
          new Warnings(a, networks.checked(), separable, options).of(images, fitted.layers()),
          store.peak());
    }
  }

  private Chunks pass(
      Network a,
      Network b,
      Calibration images,
      List<PairedPass.Observer> observers,
      Workers workers,
      StageClock clock) {
    Chunks chunks = Batching.of(a, b, images.size(), observers, BATCH_BYTES);
    new PairedPass(runtime, workers)
        .run(a, b, images, chunks, observers, done -> clock.progress(done, images.size()));
    return chunks;
  }

  private void record(
      Network a, Network b, List<TargetPlan.Target> plan, int images, TargetRecorder recorder) {
    double widening = 1 + options.separateFraction();
    for (TargetPlan.Target target : plan) {
      Layer layer = target.layer();
      long rows =
          layer.kind().isPerChannel()
              ? CHANNEL_ROWS
              : (long) Math.ceil(options.fit().rowsPerUnknown() * widening * layer.unknowns());
      long seed = options.seed() * 31 + a.layers().indexOf(layer);
      recorder.record(a, b, layer, target.value(), images, rows, seed);
    }
    for (Layer head : Tails.of(a).heads()) {
      recorder.record(a, b, head, head.output(), images, Long.MAX_VALUE / 2, options.seed());
    }
  }

  private static List<MergeResult.Group> groups(MergedLayout layout, boolean[] separable) {
    List<MergeResult.Group> groups = new ArrayList<>();
    for (UnitGroup group : layout.symmetry().groups()) {
      int g = group.index();
      String rigid =
          separable[g] ? "" : group.whyRigid().orElse("its units do not stand in whole rows");
      groups.add(
          new MergeResult.Group(
              group.name(),
              group.size(),
              layout.group(g).length(),
              layout.separate(g),
              rigid,
              layout.matching().permutations().of(g),
              layout.matching().scores()[g]));
    }
    return groups;
  }

  private static MergeResult.Cost cost(
      Network a, Network b, MergedArchitecture merged, Graph graph) {
    return new MergeResult.Cost(
        a.macs(),
        b.macs(),
        merged.layers().stream().mapToLong(MergedLayer::denseMacs).sum(),
        merged.layers().stream().mapToLong(MergedLayer::blockMacs).sum(),
        a.parameters(),
        b.parameters(),
        graph.initializers().values().stream()
            .filter(Tensor::isFloat)
            .mapToLong(Tensor::size)
            .sum());
  }
}
