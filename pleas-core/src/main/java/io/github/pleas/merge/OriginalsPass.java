package io.github.pleas.merge;

import io.github.pleas.fit.FitContext;
import io.github.pleas.fit.FitListener;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.FitOptions;
import io.github.pleas.fit.Fitter;
import io.github.pleas.fit.TargetPlan;
import io.github.pleas.fit.TargetRecorder;
import io.github.pleas.layout.MergedArchitecture;
import io.github.pleas.layout.Side;
import io.github.pleas.linalg.Blas;
import io.github.pleas.matching.ActivationSimilarity;
import io.github.pleas.matching.Batching;
import io.github.pleas.matching.Calibration;
import io.github.pleas.matching.Matcher;
import io.github.pleas.matching.Matching;
import io.github.pleas.matching.PairedPass;
import io.github.pleas.matching.WeightMatcher;
import io.github.pleas.matching.ZipMatcher;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.Tails;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.TensorStore;
import io.github.pleas.runtime.Workers;
import io.github.pleas.symmetry.Symmetry;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What is kept of the originals after one pass over the calibration images: the pairs of units, and
 * the rows that targets are made of, so that any number of merged networks can be fitted without
 * running the originals again.
 */
final class OriginalsPass implements AutoCloseable {
  /** Bytes for the activations of one batch of both originals. */
  private static final long BATCH_BYTES = 256L << 20;

  /** Rows for each channel of a layer that acts on channels alone: cheap, so there may be many. */
  private static final long CHANNEL_ROWS = 8192;

  private final OrtRuntime runtime;
  private final MergeOptions options;
  private final Merger.Prepared networks;
  private final Calibration images;
  private final double widening;
  private final List<TargetPlan.Target> targets;
  private final TensorStore store;
  private final Workers workers;
  private final TargetRecorder recorder;
  private final Matching matching;
  private final Chunks chunks;

  /**
   * Runs both networks over the images.
   *
   * @param widening how much wider than the originals' the widest merged layers may become, 1 to 2:
   *     so many more rows are kept
   * @param clock told of the stages
   */
  OriginalsPass(
      OrtRuntime runtime,
      MergeOptions options,
      Merger.Prepared networks,
      Calibration images,
      double widening,
      StageClock clock) {
    Blas.useCallingThread();
    this.runtime = runtime;
    this.options = options;
    this.networks = networks;
    this.images = images;
    this.widening = widening;
    clock.start(Stage.ANALYSE);
    Tails tails = networks.tails();
    this.targets =
        TargetPlan.of(tails.trunk(), tails, options.fit().method() == FitMethod.PROGRESSIVE);
    clock.end();
    this.store = new TensorStore(options.memory());
    this.workers = new Workers(options.threads());
    this.recorder = new TargetRecorder(store, workers, images.tokens());
    try {
      record();
      Seen seen = run(clock);
      this.matching = seen.matching();
      this.chunks = seen.chunks();
    } catch (RuntimeException | Error failure) {
      close();
      throw failure;
    }
  }

  private record Seen(Matching matching, Chunks chunks) {}

  /** The one pass of both originals. */
  private Seen run(StageClock clock) {
    Network trunk = networks.tails().trunk();
    Symmetry symmetry = networks.checked().symmetry();
    List<PairedPass.Observer> observers = new ArrayList<>(List.of(recorder));
    clock.start(Stage.ACTIVATIONS);
    Seen seen;
    switch (options.match()) {
      case ACTIVATIONS, ZIP -> {
        try (ActivationSimilarity similarity = similarity(trunk, symmetry)) {
          observers.add(similarity);
          Chunks batches = pass(observers, clock);
          clock.start(Stage.MATCH);
          seen = new Seen(matching(symmetry, similarity.similarities()), batches);
        }
      }
      case WEIGHTS -> {
        Chunks batches = pass(observers, clock);
        clock.start(Stage.MATCH);
        WeightMatcher matcher = new WeightMatcher(trunk, networks.b(), symmetry);
        seen = new Seen(matcher.match(options.seed()), batches);
      }
      case NONE -> seen = new Seen(Matching.unmatched(symmetry), pass(observers, clock));
      default -> throw new IllegalArgumentException("unknown matching: " + options.match());
    }
    clock.end();
    return seen;
  }

  private ActivationSimilarity similarity(Network trunk, Symmetry symmetry) {
    Set<String> ends = networks.tails().ends();
    return options.match() == MergeOptions.MatchOn.ZIP
        ? ActivationSimilarity.within(
            trunk, symmetry, ends, images.size(), images.tokens(), workers)
        : new ActivationSimilarity(trunk, symmetry, ends, images.size(), images.tokens(), workers);
  }

  private Matching matching(Symmetry symmetry, double[][] similarities) {
    return options.match() == MergeOptions.MatchOn.ZIP
        ? ZipMatcher.match(symmetry, similarities, options.zip())
        : Matcher.match(symmetry, similarities);
  }

  private Chunks pass(List<PairedPass.Observer> observers, StageClock clock) {
    Network a = networks.a();
    Network b = networks.b();
    Chunks batches = Batching.of(a, b, images.size(), observers, BATCH_BYTES);
    new PairedPass(runtime, workers)
        .run(a, b, images, batches, observers, done -> clock.progress(done, images.size()));
    return batches;
  }

  private void record() {
    Network a = networks.a();
    Network b = networks.b();
    int count = images.size();
    for (TargetPlan.Target target : targets) {
      Layer layer = target.layer();
      recorder.record(a, b, layer, target.value(), count, rows(layer), seed(layer));
    }
    if (options.heads().separate()) {
      recordOwn(a, Side.A);
      recordOwn(b, Side.B);
      return;
    }
    for (Layer head : networks.tails().heads()) {
      recorder.record(a, b, head, head.output(), count, rows(head), options.seed());
    }
  }

  private void recordOwn(Network own, Side side) {
    for (Layer head : Tails.of(own, options.heads().fork()).heads()) {
      recorder.recordOwn(own, side, head, images.size(), rows(head), options.seed());
    }
  }

  private long seed(Layer layer) {
    List<String> names = networks.a().layers().stream().map(Layer::name).toList();
    return options.seed() * 31 + names.indexOf(layer.name());
  }

  private long rows(Layer layer) {
    return layer.kind().isPerChannel()
        ? CHANNEL_ROWS
        : (long) Math.ceil(options.fit().rowsPerUnknown() * widening * layer.unknowns());
  }

  /** The pairs of units. */
  Matching matching() {
    return matching;
  }

  /** The most native memory that kept tensors took so far, in bytes. */
  long peak() {
    return store.peak();
  }

  /**
   * Fits a merged network of any size.
   *
   * @param last whether it is the last one, so that what it needs no more is given back on the way
   */
  Fitter.Fitted fit(MergedArchitecture merged, FitOptions how, boolean last, FitListener listener) {
    FitContext context =
        new FitContext(
            networks.a(),
            networks.b(),
            merged,
            images,
            chunks,
            recorder,
            runtime,
            store,
            workers,
            how);
    return new Fitter(context, targets, last).fit(listener);
  }

  @Override
  public void close() {
    recorder.close();
    workers.close();
    store.close();
  }
}
