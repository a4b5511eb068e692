package io.github.pleas.merge;

import io.github.pleas.eval.OriginalOutputs;
import io.github.pleas.fit.BaseTrial;
import io.github.pleas.fit.FitContext;
import io.github.pleas.fit.FitJournal;
import io.github.pleas.fit.FitListener;
import io.github.pleas.fit.FitOptions;
import io.github.pleas.fit.FitStep;
import io.github.pleas.fit.Fitter;
import io.github.pleas.fit.PartSums;
import io.github.pleas.fit.StepSums;
import io.github.pleas.fit.TargetRecorder;
import io.github.pleas.layout.MergedArchitecture;
import io.github.pleas.linalg.Blas;
import io.github.pleas.linalg.CrossMoments;
import io.github.pleas.matching.ActivationSimilarity;
import io.github.pleas.matching.Matcher;
import io.github.pleas.matching.Matching;
import io.github.pleas.matching.PairedPass;
import io.github.pleas.matching.UnitComparison;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.TensorStore;
import io.github.pleas.runtime.Workers;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Two networks whose calibration images are in parts elsewhere: matches units by the sums of all
 * parts, and has all parts fit.
 */
final class ScatteredOriginals implements SeenOriginals {
  private final OrtRuntime runtime;
  private final MergeOptions options;
  private final Merger.Prepared networks;
  private final FirstImages images;
  private final ImageParts parts;
  private final TargetRows rows;
  private final TensorStore store;
  private final Workers workers;
  private final TargetRecorder recorder;
  private final UnitMatching unitMatching;
  private final Chunks chunks;
  private final Matching matching;
  private long peak;

  /**
   * Has all parts run both networks.
   *
   * @param images the first batch of them at least
   * @param widening how much wider than the originals' the widest merged layers may become, 1 to 2
   * @param clock told of the stages
   */
  ScatteredOriginals(
      OrtRuntime runtime,
      MergeOptions options,
      Merger.Prepared networks,
      FirstImages images,
      ImageParts parts,
      double widening,
      StageClock clock) {
    Blas.useCallingThread();
    this.runtime = runtime;
    this.options = options;
    this.networks = networks;
    this.images = images;
    this.parts = parts;
    this.rows = new TargetRows(networks, options, widening);
    this.unitMatching = new UnitMatching(networks, options);
    this.store = new TensorStore(0);
    this.workers = new Workers(options.threads());
    this.recorder = new TargetRecorder(store, workers, images.tokens());
    try {
      rows.ask(recorder, images.size());
      this.chunks = PartBatches.of(runtime, options, networks, images.size());
      Symmetry symmetry = networks.checked().symmetry();
      this.matching =
          switch (options.match()) {
            case ACTIVATIONS -> compare(unitMatching.comparison(), symmetry, clock);
            case WEIGHTS -> {
              clock.start(Stage.MATCH);
              yield unitMatching.onWeights();
            }
            case NONE -> Matching.unmatched(symmetry);
            case ZIP -> throw new IllegalArgumentException("zipped units have no pairs");
          };
      clock.end();
    } catch (RuntimeException | Error failure) {
      close();
      throw failure;
    }
  }

  /** Compares units in as many passes over the images as memory here asks for. */
  private Matching compare(UnitComparison comparison, Symmetry symmetry, StageClock clock) {
    Matcher matcher = new Matcher(symmetry);
    List<List<UnitGroup>> passes = comparison.passes(images.size(), UnitMatching.memory());
    clock.start(Stage.ACTIVATIONS);
    for (int p = 0; p < passes.size(); p++) {
      List<UnitGroup> groups = passes.get(p);
      clock.progress(p, passes.size());
      try (ActivationSimilarity similarity = accumulator(comparison, groups)) {
        similarity.add(
            parts.compare(
                new ComparisonPass(
                    groups.stream().mapToInt(UnitGroup::index).toArray(),
                    shifts(comparison, groups))));
        if (p == passes.size() - 1) {
          clock.progress(passes.size(), passes.size());
          clock.start(Stage.MATCH);
        }
        similarity.match(matcher);
      }
    }
    return matcher.matching();
  }

  private ActivationSimilarity accumulator(UnitComparison comparison, List<UnitGroup> groups) {
    return new ActivationSimilarity(comparison, groups, images.size(), images.tokens(), workers);
  }

  /** What the sums are taken about: the mean of the first rows, as where all images are here. */
  private List<CrossMoments.Shift> shifts(UnitComparison comparison, List<UnitGroup> groups) {
    Set<String> values = new HashSet<>(comparison.values());
    values.addAll(recorder.values());
    Chunks first = new Chunks(chunks.images(0), chunks.size(), chunks.fixed());
    try (ActivationSimilarity similarity = accumulator(comparison, groups)) {
      new PairedPass(runtime, workers)
          .run(networks.a(), networks.b(), images, first, values, List.of(similarity), done -> {});
      return similarity.shifts();
    }
  }

  @Override
  public Matching matching() {
    return matching;
  }

  /** The images are elsewhere, and so would outputs be. */
  @Override
  public Optional<OriginalOutputs> outputs() {
    return Optional.empty();
  }

  @Override
  public Optional<KeptMerged> fitted() {
    return Optional.empty();
  }

  @Override
  public long peak() {
    return peak;
  }

  @Override
  public Fitter.Fitted fit(
      MergedArchitecture merged,
      int[] separate,
      FitOptions how,
      boolean last,
      FitJournal layers,
      FitListener listener) {
    if (!how.equals(options.fit())) {
      throw new IllegalArgumentException("the parts fit as the options say");
    }
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
    parts.begin(new PartPlan(matching, separate));
    return new Fitter(context, rows.targets(), watched()).fit(listener);
  }

  private PartSums watched() {
    return new PartSums() {
      @Override
      public BaseTrial tryBase(FitStep step) {
        return parts.tryBase(step);
      }

      @Override
      public StepSums sums(FitStep step) {
        StepSums sums = parts.sums(step);
        peak = Math.max(peak, sums.peak());
        return sums;
      }

      @Override
      public void fitted(Map<String, Tensor> constants) {
        parts.fitted(constants);
      }
    };
  }

  @Override
  public void close() {
    recorder.close();
    workers.close();
    store.close();
  }
}
