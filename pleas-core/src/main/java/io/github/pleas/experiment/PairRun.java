package io.github.pleas.experiment;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.Images;
import io.github.pleas.data.Preprocessing;
import io.github.pleas.data.Samples;
import io.github.pleas.data.Split;
import io.github.pleas.eval.Evaluation;
import io.github.pleas.eval.Evaluator;
import io.github.pleas.eval.Predictor;
import io.github.pleas.merge.CalibrationImages;
import io.github.pleas.merge.MergeListener;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.MergeSession;
import io.github.pleas.merge.Merger;
import io.github.pleas.network.Network;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.Workers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A pair of networks with its images in memory: computes its cells. */
final class PairRun {
  private final OrtRuntime runtime;
  private final Experiment experiment;
  private final Pair pair;
  private final Network a;
  private final Network b;
  private final Preprocessing preprocessing;
  private final Evaluator evaluator;
  private final List<Evaluator.Domain> tests = new ArrayList<>();

  /**
   * Reads both networks and the test images.
   *
   * @throws io.github.pleas.PleasException if something cannot be read, or does not fit together
   */
  PairRun(OrtRuntime runtime, Experiment experiment, Pair pair, TestImages images) {
    this.runtime = runtime;
    this.experiment = experiment;
    this.pair = pair;
    List<Path> files = List.of(pair.a().file(), pair.b().file());
    try (Workers workers = new Workers(runtime.threads())) {
      List<Network> originals = experiment.input().reader(runtime).read(files, workers);
      this.a = originals.get(0);
      this.b = originals.get(1);
    }
    this.preprocessing = experiment.input().normalization().preprocessing(a, "");
    requireClasses();
    images.keepOnly(experiment.measured(pair));
    for (Domain domain : experiment.measured(pair)) {
      tests.add(images.of(domain, preprocessing));
    }
    this.evaluator = new Evaluator(new Predictor(runtime), a, b);
  }

  private void requireClasses() {
    if (experiment.separate() && pair.domains().size() == 1) {
      TestImages.requireClasses(
          pair.a().domain(), classes(a) + classes(b), pair.name() + " together");
      return;
    }
    TestImages.requireClasses(pair.a().domain(), classes(a), pair.a().name());
    TestImages.requireClasses(pair.b().domain(), classes(b), pair.b().name());
    for (Domain domain : experiment.evaluated()) {
      TestImages.requireClasses(domain, classes(a), pair.a().name());
    }
  }

  private static long classes(Network network) {
    return network.shape(network.graph().outputs().get(0).name()).elementsPerImage();
  }

  /** Takes results. */
  interface Sink {
    void computed(Cell cell, CellResult result);

    void failed(Cell cell, String reason);
  }

  /**
   * The calibration images of a seed.
   *
   * @param images what is merged with
   * @param notes which images were skipped
   */
  record Sample(CalibrationImages images, List<String> notes) {
    Sample {
      notes = List.copyOf(notes);
    }
  }

  /** The calibration images of a seed. */
  Sample calibration(long seed) {
    List<Images> images = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    for (Domain domain : experiment.calibration(pair)) {
      Images loaded =
          TestImages.load(
              domain.data(),
              Split.TRAIN,
              experiment.samples(),
              Images.seedOf(seed, images.size()),
              preprocessing,
              runtime.threads());
      images.add(loaded);
      skipped("calibration images of " + domain.name(), loaded).ifPresent(notes::add);
    }
    return new Sample(
        new CalibrationImages(
            images.get(0), images.size() > 1 ? Optional.of(images.get(1)) : Optional.empty()),
        notes);
  }

  private static Optional<String> skipped(String of, Samples images) {
    List<String> skipped = images.skipped();
    return skipped.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%d %s cannot be read and are skipped, the first: %s"
                .formatted(skipped.size(), of, skipped.get(0)));
  }

  /**
   * Computes cells of one method and one seed, which share what does not depend on the budget. Each
   * comes out as if it were computed alone.
   *
   * @param cells at least one; of budgets that all are 1, or all are larger
   * @param images the seed's
   * @param sink told each result as soon as it is there
   */
  void compute(List<Cell> cells, Sample images, Sink sink) {
    MergeOptions options = cells.get(0).options(experiment).withThreads(runtime.threads());
    Merger merger = new Merger(runtime, options);
    Merger.Prepared prepared;
    try {
      prepared = merger.align(a, b);
    } catch (InvalidInputException e) {
      cells.forEach(
          cell -> sink.computed(cell, new CellResult.Refused(String.valueOf(e.getMessage()))));
      return;
    }
    double widening = options.size().widening();
    try (MergeSession session =
        merger.open(prepared, images.images(), widening, MergeListener.NONE)) {
      for (Cell cell : cells) {
        Attempt.failure(() -> sink.computed(cell, compute(cell, session, images)))
            .ifPresent(reason -> sink.failed(cell, reason));
      }
    }
  }

  private CellResult compute(Cell cell, MergeSession session, Sample images) {
    long start = System.nanoTime();
    try {
      MergeResult merged =
          session.merge(session.plan(cell.options(experiment).size()), MergeListener.NONE);
      Evaluation evaluation =
          evaluator.evaluate(
              merged.measurable(a),
              tests,
              experiment.separate(),
              experiment.own(pair),
              steps -> {});
      return new CellResult.Measured(
          evaluation, merged.cost(), notes(merged, images), (System.nanoTime() - start) / 1e9);
    } catch (InvalidInputException | Predictor.NotFiniteException e) {
      // Neither will be otherwise next time.
      return new CellResult.Refused(String.valueOf(e.getMessage()));
    }
  }

  private List<String> notes(MergeResult merged, Sample images) {
    List<String> notes = new ArrayList<>(merged.warnings());
    notes.addAll(images.notes());
    for (Evaluator.Domain test : tests) {
      skipped("test images of " + test.name(), test.images()).ifPresent(notes::add);
    }
    return notes;
  }
}
