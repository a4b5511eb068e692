package io.github.pleas.merge;

import io.github.pleas.fit.BaseTrial;
import io.github.pleas.fit.FitContext;
import io.github.pleas.fit.FitStep;
import io.github.pleas.fit.PartFit;
import io.github.pleas.fit.StepSums;
import io.github.pleas.fit.TargetRecorder;
import io.github.pleas.layout.ArchitectureBuilder;
import io.github.pleas.layout.MergedLayout;
import io.github.pleas.linalg.Blas;
import io.github.pleas.matching.ActivationSimilarity;
import io.github.pleas.matching.PairedPass;
import io.github.pleas.matching.SimilaritySums;
import io.github.pleas.matching.UnitComparison;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.TensorStore;
import io.github.pleas.runtime.Workers;
import io.github.pleas.symmetry.UnitGroup;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * A part of the calibration images of a merge: runs both originals over them, keeps the rows that
 * targets are made of, and then runs the merged network on from layer to layer. It gives what its
 * images add to the sums that matching and fit need; what these give is told it by whoever adds up
 * ({@link ImageParts}). All that it holds follows from its images, the plan and the fitted
 * constants, so that one that was lost can be made again.
 *
 * <p>For one thread at a time.
 */
public final class MergePart implements AutoCloseable {
  private final OrtRuntime runtime;
  private final MergeOptions options;
  private final Merger.Prepared networks;
  private final PartImages images;
  private final Chunks chunks;
  private final TargetRows rows;
  private final TensorStore store;
  private final Workers workers;
  private final TargetRecorder recorder;
  private final UnitMatching matching;
  private boolean recorded;
  private int taken;
  private Optional<PartFit> fit = Optional.empty();

  /**
   * A part, before anything was run.
   *
   * @param networks as {@link Merger#align} gives them, everywhere the same
   * @param images whose first one begins a batch of all
   * @param batch images that run together, see {@link PartBatches}
   * @param widening how much wider than the originals' the widest merged layers may become, 1 to 2
   */
  public MergePart(
      OrtRuntime runtime,
      MergeOptions options,
      Merger.Prepared networks,
      PartImages images,
      int batch,
      double widening) {
    if (images.first() % batch != 0) {
      throw new IllegalArgumentException(
          "a part that begins at image %d, in batches of %d".formatted(images.first(), batch));
    }
    Blas.useCallingThread();
    this.runtime = runtime;
    this.options = options;
    this.networks = networks;
    this.images = images;
    this.chunks = new Chunks(images.size(), batch, networks.a().fixedBatch().isPresent());
    this.rows = new TargetRows(networks, options, widening);
    this.matching = new UnitMatching(networks, options);
    this.store =
        new TensorStore(
            MemoryShares.of(options.memory(), networks, widening, runtime.device()).tensors());
    this.workers = new Workers(options.threads());
    this.recorder = new TargetRecorder(store, workers, images.tokens(), images.first());
    boolean complete = false;
    try {
      rows.ask(recorder, images.total());
      complete = true;
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  /** Runs both originals, and gives the sums by which units are compared. */
  public SimilaritySums compare(ComparisonPass pass) {
    UnitComparison comparison = matching.comparison();
    List<UnitGroup> all = networks.checked().symmetry().groups();
    List<UnitGroup> groups = Arrays.stream(pass.groups()).mapToObj(all::get).toList();
    try (ActivationSimilarity similarity =
        new ActivationSimilarity(
            comparison, groups, images.total(), images.first(), images.tokens(), workers)) {
      similarity.startAt(pass.shifts());
      run(recorded ? List.of(similarity) : List.of(recorder, similarity));
      return similarity.sums();
    }
  }

  private void run(List<PairedPass.Observer> observers) {
    // The same values in each pass: others might be computed otherwise, in the last digit.
    Set<String> values = new HashSet<>(recorder.values());
    if (matching.compares()) {
      values.addAll(matching.comparison().values());
    }
    new PairedPass(runtime, workers)
        .run(networks.a(), networks.b(), images, chunks, values, observers, done -> {});
    recorded = true;
  }

  /** Begins the fit of a merged network; runs the originals first, if they were not. */
  public void begin(PartPlan plan) {
    if (!recorded) {
      run(List.of(recorder));
    }
    fit.ifPresent(PartFit::close);
    fit = Optional.empty();
    MergedLayout layout =
        new MergedLayout(networks.separability(), plan.matching(), plan.separate());
    FitContext context =
        new FitContext(
            networks.a(),
            networks.b(),
            ArchitectureBuilder.build(networks.a(), networks.b(), layout, options.heads()),
            images,
            chunks,
            recorder,
            runtime,
            store,
            workers,
            options.fit());
    fit = Optional.of(new PartFit(context, rows.targets()));
    taken = 0;
  }

  /** Whether a fit has begun that has not gone past a step. */
  public boolean canTake(FitStep step) {
    return fit.isPresent() && fit.get().next() <= step.index();
  }

  /**
   * Takes a step: what the images add to the problem of its layer. Where steps are missing before
   * it, since this part was made anew, it first goes past them by the same way as others did.
   *
   * @param fitted what each earlier step gave; asked for what is not known yet
   * @throws IllegalArgumentException if the fit is past this step already
   */
  public StepSums sums(FitStep step, IntFunction<Map<String, Tensor>> fitted) {
    return before(step, fitted).sums(step);
  }

  /**
   * Runs on to a step, as {@link #sums} does, and tries the base on its first rows, if they are of
   * this part.
   *
   * @param fitted what each earlier step gave; asked for what is not known yet
   * @throws IllegalArgumentException if the fit is past this step already
   */
  public BaseTrial tryBase(FitStep step, IntFunction<Map<String, Tensor>> fitted) {
    return before(step, fitted).tryBase(step);
  }

  private PartFit before(FitStep step, IntFunction<Map<String, Tensor>> fitted) {
    PartFit own = fit.orElseThrow(() -> new IllegalStateException("no fit has begun"));
    while (taken < step.index()) {
      if (own.next() <= taken) {
        own.skip();
      }
      own.take(fitted.apply(taken++));
    }
    return own;
  }

  @Override
  public void close() {
    fit.ifPresent(PartFit::close);
    fit = Optional.empty();
    recorder.close();
    workers.close();
    store.close();
  }
}
