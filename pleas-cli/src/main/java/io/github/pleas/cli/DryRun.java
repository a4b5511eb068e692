package io.github.pleas.cli;

import io.github.pleas.InvalidInputException;
import io.github.pleas.api.CheckpointOutput;
import io.github.pleas.api.MergedWriter;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.checkpoint.Precision;
import io.github.pleas.data.DataLocation;
import io.github.pleas.data.Datasets;
import io.github.pleas.data.ImagePreparation;
import io.github.pleas.data.Preparation;
import io.github.pleas.data.SampleSet;
import io.github.pleas.data.Samples;
import io.github.pleas.data.Split;
import io.github.pleas.merge.Merger;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.runtime.OrtRuntime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All of a merge but the merge: everything that can fail beforehand is tried, each thing although
 * another failed, and what the merge will take is estimated. Nothing is written.
 */
final class DryRun {
  private static final int TRIED_IMAGES = 16;
  private static final int MOST_IMAGES = 1024;
  private static final double MOMENT = 0.25;

  private final MergeRequest request;
  private final DryRunTarget target;
  private final Findings findings;
  private final Map<String, Double> seconds = new LinkedHashMap<>();
  private final List<String> facts = new ArrayList<>();
  private final Map<String, Double> decodings = new LinkedHashMap<>();
  private final Set<String> skipped = new LinkedHashSet<>();
  private int calibration;
  private int tests;

  /**
   * A dry run.
   *
   * @param target what would be merged and written
   * @param findings what was found wrong already
   */
  DryRun(MergeRequest request, DryRunTarget target, Findings findings) {
    this.request = request;
    this.target = target;
    this.findings = findings;
  }

  /**
   * Tries everything.
   *
   * @return what was found and what is estimated, as text
   * @throws InvalidInputException all that is wrong
   */
  String run() {
    target.checkPaths(findings);
    findings.check(() -> MergeSource.checkData(request));
    findings.check(() -> MergeSource.checkProbe(request));
    findings.check(() -> request.images().check());
    findings.check(() -> CheckpointOutput.check(request.a(), request.options(), request.out()));
    Optional<OrtRuntime> runtime =
        findings.get(() -> request.images().networks().runtime(request.options().threads()));
    long start = System.nanoTime();
    Optional<Network> a = runtime.flatMap(r -> read(r, request.a()));
    Optional<Network> b = runtime.flatMap(r -> read(r, request.b()));
    Merger merger = runtime.map(r -> new Merger(r, request.options())).orElse(null);
    Optional<Merger.Prepared> prepared = Optional.empty();
    Optional<List<BudgetOptions>> sizes = Optional.empty();
    if (merger != null && a.isPresent() && b.isPresent()) {
      prepared = findings.get(() -> merger.align(a.get(), b.get()));
      sizes = prepared.flatMap(both -> findings.get(() -> target.sizes(merger, both)));
      findings.check(() -> requirePrecision(a.get(), b.get()));
    }
    seconds.put("read", (System.nanoTime() - start) / 1e9);
    Optional<Preparation> preparation =
        a.isPresent() && b.isPresent()
            ? findings.get(() -> request.images().preparation(a.get(), b.get()))
            : a.flatMap(network -> findings.get(() -> request.images().preparation(network)));
    try {
      data(a, b, preparation);
    } finally {
      preparation.ifPresent(Preparation::close);
    }
    findings.throwIfAny();
    return text(runtime.orElseThrow(), prepared.orElseThrow(), sizes.orElseThrow());
  }

  private Optional<Network> read(OrtRuntime runtime, Path file) {
    return findings.get(
        () -> {
          NetworkReader reader =
              request.images().networks().reader(runtime, request.a(), request.b());
          Network network = reader.read(file);
          facts.add(
              format(
                  "%s: %,d parameters, %,.1f million multiply-accumulates for an image",
                  Paths.name(file), network.parameters(), network.macs() / 1e6));
          return network;
        });
  }

  private void requirePrecision(Network a, Network b) {
    MergedWriter.requireKnown(request.precision(), request.out(), a, b);
  }

  private void data(Optional<Network> a, Optional<Network> b, Optional<Preparation> preparation) {
    List<SampleSet> tested = new ArrayList<>();
    try {
      for (DataLocation place : request.data()) {
        findings
            .get(() -> open(place, Split.TRAIN, preparation))
            .ifPresent(set -> train(set, preparation));
        findings.get(() -> open(place, Split.TEST, preparation)).ifPresent(tested::add);
      }
      new Slips(note -> facts.add("Note: " + note)).classes(tested, request.separateLabels());
      if (request.measure()
          && request.options().vocabularies().isEmpty()
          && a.isPresent()
          && b.isPresent()
          && !tested.isEmpty()
          && tested.size() == request.data().size()) {
        findings
            .get(
                () -> LabelledData.isMeasurable(tested, a.get(), b.get(), request.separateLabels()))
            .filter(labelled -> labelled)
            .ifPresent(any -> tests(tested));
      }
    } finally {
      tested.forEach(SampleSet::close);
    }
  }

  /** As images where no network tells what it takes. */
  private static SampleSet open(DataLocation place, Split split, Optional<Preparation> how) {
    return how.isPresent() ? how.get().open(place, split) : Datasets.open(place, split);
  }

  private void tests(List<SampleSet> sets) {
    tests = sets.stream().mapToInt(SampleSet::size).sum();
    sets.forEach(
        set ->
            facts.add(
                format(
                    "%s: %,d test images of %s",
                    set.name(), set.size(), LabelledData.count(set.classCount()))));
  }

  /** Counts a set, and tries some of its images. */
  private void train(SampleSet set, Optional<Preparation> preparation) {
    try (set) {
      int used = request.samples() <= 0 ? set.size() : Math.min(request.samples(), set.size());
      // Texts of two vocabularies are seen in both.
      calibration += request.options().vocabularies().isPresent() ? 2 * used : used;
      facts.add(
          format(
              "%s: %,d of %,d %s as calibration %s",
              set.name(), used, set.size(), samples(preparation), samples(preparation)));
      preparation.ifPresent(how -> findings.check(() -> decode(set, how)));
    }
  }

  private static String samples(Optional<Preparation> how) {
    return how.isEmpty() || how.get() instanceof ImagePreparation ? "images" : "texts";
  }

  private void decode(SampleSet set, Preparation how) {
    long seed = request.options().seed();
    double took = 0;
    // Twice as many again, until the decoder has warmed up or enough was seen.
    for (int count = TRIED_IMAGES; took < MOMENT && count <= MOST_IMAGES; count *= 2) {
      long start = System.nanoTime();
      try (Samples some =
          how.load(set, count, seed, request.options().threads(), (done, all) -> {})) {
        took = (System.nanoTime() - start) / 1e9;
        decodings.put(set.name(), took / some.size());
        skipped.addAll(some.skipped());
      }
    }
  }

  private String text(OrtRuntime runtime, Merger.Prepared prepared, List<BudgetOptions> sizes) {
    MergeEstimate.Measured measured =
        new MergeEstimate.Measured(
            seconds,
            calibration,
            tests,
            decodings.values().stream().mapToDouble(Double::doubleValue).average().orElse(0),
            SpeedTest.originals(runtime, prepared.a(), prepared.b()),
            SpeedTest.flops(),
            PeakMemory.resident().orElse(Runtime.getRuntime().totalMemory()),
            runtime.device());
    SizesEstimate estimate =
        new SizesEstimate(
            sizes.stream()
                .map(
                    size -> new MergeEstimate(prepared, request.options().withSize(size), measured))
                .toList());
    skipped.forEach(why -> facts.add("left out: " + why));
    Precision precision =
        MergedWriter.precision(request.precision(), request.out(), prepared.a(), prepared.b());
    return new DryRunText(target, sizes, facts, estimate, precision).text();
  }

  private static String format(String form, Object... values) {
    return String.format(Locale.ROOT, form, values);
  }
}
