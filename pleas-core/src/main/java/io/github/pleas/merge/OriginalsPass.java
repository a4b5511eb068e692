package io.github.pleas.merge;

import io.github.pleas.eval.OriginalOutputs;
import io.github.pleas.fit.FitContext;
import io.github.pleas.fit.FitJournal;
import io.github.pleas.fit.FitListener;
import io.github.pleas.fit.FitOptions;
import io.github.pleas.fit.Fitter;
import io.github.pleas.fit.TargetPlan;
import io.github.pleas.fit.TargetRecorder;
import io.github.pleas.layout.MergedArchitecture;
import io.github.pleas.linalg.Blas;
import io.github.pleas.matching.ActivationSimilarity;
import io.github.pleas.matching.Batching;
import io.github.pleas.matching.Calibration;
import io.github.pleas.matching.Matcher;
import io.github.pleas.matching.Matching;
import io.github.pleas.matching.PairedPass;
import io.github.pleas.matching.UnitComparison;
import io.github.pleas.matching.UnitMatcher;
import io.github.pleas.matching.ZipMatcher;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.TensorStore;
import io.github.pleas.runtime.Workers;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * What is kept of the originals after they were run over the calibration images: the pairs of
 * units, and the rows that targets are made of, so that any number of merged networks can be fitted
 * without running the originals again.
 */
final class OriginalsPass implements SeenOriginals {
  private final OrtRuntime runtime;
  private final MergeOptions options;
  private final Merger.Prepared networks;
  private final Calibration images;
  private final List<TargetPlan.Target> targets;
  private final MemoryShares memory;
  private final TensorStore store;
  private final Workers workers;
  private final TargetRecorder recorder;
  private final MergeJournal journal;
  private final Matching matching;
  private final Chunks chunks;
  private final Optional<KeptOutputs> outputs;
  private final boolean measured;
  private Optional<KeptMerged> fitted = Optional.empty();

  /**
   * Runs both networks over the images.
   *
   * @param purpose what they are run for: how many rows are kept, and whether outputs are, theirs
   *     and those of the network that is fitted last
   * @param journal what such a pass gave before the merge was stopped, if it was
   * @param clock told of the stages
   */
  OriginalsPass(
      OrtRuntime runtime,
      MergeOptions options,
      Merger.Prepared networks,
      Calibration images,
      MergeSession.Purpose purpose,
      MergeJournal journal,
      StageClock clock) {
    Blas.useCallingThread();
    this.runtime = runtime;
    this.options = options;
    this.networks = networks;
    this.images = images;
    this.journal = journal;
    this.measured = purpose.measured();
    clock.start(Stage.ANALYSE);
    TargetRows rows = new TargetRows(networks, options, purpose.widening());
    this.targets = rows.targets();
    clock.end();
    this.memory = MemoryShares.of(options.memory(), networks, purpose.widening(), runtime.device());
    this.store = new TensorStore(memory.tensors());
    this.workers = new Workers(options.threads());
    this.recorder = new TargetRecorder(store, workers, images.tokens());
    try {
      rows.ask(recorder, images.size());
      Optional<KeptOutputs> asked =
          purpose.measured()
              ? KeptOutputs.of(networks, images, store, memory.tensors())
              : Optional.empty();
      Optional<Seen> before = journal.seen(recorder);
      this.outputs = before.isPresent() ? asked.filter(journal::read) : asked;
      Seen seen = before.orElseGet(() -> run(clock));
      this.matching = seen.matching();
      this.chunks = seen.chunks();
    } catch (RuntimeException | Error failure) {
      close();
      throw failure;
    }
  }

  /**
   * What a pass gave.
   *
   * @param matching the pairs of units
   * @param chunks how the images were batched
   */
  record Seen(Matching matching, Chunks chunks) {}

  /** Runs the originals, and pairs up their units. */
  private Seen run(StageClock clock) {
    UnitMatching matching = new UnitMatching(networks, options);
    Symmetry symmetry = networks.checked().symmetry();
    Seen seen =
        switch (options.match()) {
          case ACTIVATIONS -> compare(matching.comparison(), new Matcher(symmetry), clock);
          case ZIP ->
              compare(matching.comparison(), new ZipMatcher(symmetry, options.zip()), clock);
          case WEIGHTS -> {
            Chunks batches = recordAlone(clock);
            clock.start(Stage.MATCH);
            yield new Seen(matching.onWeights(), batches);
          }
          case NONE -> new Seen(Matching.unmatched(symmetry), recordAlone(clock));
        };
    clock.end();
    outputs.ifPresent(journal::keep);
    journal.keep(seen);
    return seen;
  }

  private Chunks recordAlone(StageClock clock) {
    clock.start(Stage.ACTIVATIONS);
    Set<String> values = recorder.values();
    Chunks batches = batches(values);
    try (MergeJournal.RecordedRows rows = journal.rows(recorder)) {
      pass(
          batches, values, withOutputs(List.of(rows)), done -> clock.progress(done, images.size()));
      rows.complete();
    }
    return batches;
  }

  /**
   * Compares units in as many passes over the images as memory asks for; targets are recorded on
   * the first. What is matched after a pass that is not the last counts to the stage of
   * activations. Each pass computes the same values in the same batches, so that results do not
   * depend on memory.
   */
  private Seen compare(UnitComparison comparison, UnitMatcher matcher, StageClock clock) {
    Set<String> values = new HashSet<>(comparison.values());
    values.addAll(recorder.values());
    Chunks batches = batches(values);
    List<List<UnitGroup>> passes = comparison.passes(images.size(), UnitMatching.memory());
    int count = images.size();
    clock.start(Stage.ACTIVATIONS);
    try (MergeJournal.RecordedRows rows = journal.rows(recorder)) {
      for (int p = 0; p < passes.size(); p++) {
        int before = p * count;
        int total = passes.size() * count;
        try (ActivationSimilarity similarity =
            new ActivationSimilarity(comparison, passes.get(p), count, images.tokens(), workers)) {
          pass(
              batches,
              values,
              p == 0 ? withOutputs(List.of(similarity, rows)) : List.of(similarity),
              done -> clock.progress(before + done, total));
          if (p == passes.size() - 1) {
            rows.complete();
            clock.start(Stage.MATCH);
          }
          similarity.match(matcher);
        }
      }
    }
    return new Seen(matcher.matching(), batches);
  }

  private Chunks batches(Set<String> values) {
    return Batching.of(
        networks.a(),
        networks.b(),
        images.size(),
        values,
        memory.batch(),
        BatchLimit.images(runtime.device()),
        BatchLimit.isEven(runtime.device()));
  }

  private List<PairedPass.Observer> withOutputs(List<PairedPass.Observer> observers) {
    List<PairedPass.Observer> all = new ArrayList<>(observers);
    outputs.ifPresent(all::add);
    return all;
  }

  /**
   * Runs both networks over the images. Outputs that are kept are computed in every pass, so that
   * all are alike; batches do not depend on them: where they are kept they are small, and what is
   * summed up by batches is the same without them.
   */
  private void pass(
      Chunks batches, Set<String> values, List<PairedPass.Observer> observers, IntConsumer done) {
    Set<String> wanted = new HashSet<>(values);
    outputs.ifPresent(kept -> wanted.addAll(kept.wholeValues()));
    new PairedPass(runtime, workers)
        .run(networks.a(), networks.b(), images, batches, wanted, observers, done);
  }

  @Override
  public Matching matching() {
    return matching;
  }

  @Override
  public Optional<OriginalOutputs> outputs() {
    return outputs.map(kept -> kept);
  }

  @Override
  public Optional<KeptMerged> fitted() {
    return fitted.filter(KeptMerged::isComplete);
  }

  @Override
  public long peak() {
    return store.peak();
  }

  @Override
  public Fitter.Fitted fit(
      MergedArchitecture merged,
      int[] separate,
      FitOptions how,
      boolean last,
      FitJournal layers,
      FitListener listener) {
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
    fitted.ifPresent(KeptMerged::clear);
    fitted = measured ? KeptMerged.of(merged, images, store, memory.tensors()) : Optional.empty();
    Fitter.Fitted found =
        new Fitter(context, targets, last, layers).fit(listener, fitted.map(kept -> kept));
    if (last) {
      recorder.clear();
      store.freeSpare();
    }
    return found;
  }

  @Override
  public void close() {
    recorder.close();
    workers.close();
    store.close();
  }
}
