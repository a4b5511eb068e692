package io.github.pleas.cli;

import io.github.pleas.AtomicFile;
import io.github.pleas.Digest;
import io.github.pleas.InvalidInputException;
import io.github.pleas.Version;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.budget.CostKind;
import io.github.pleas.checkpoint.Precision;
import io.github.pleas.data.Preparation;
import io.github.pleas.data.SampleSet;
import io.github.pleas.data.Samples;
import io.github.pleas.data.Split;
import io.github.pleas.data.TextPreparation;
import io.github.pleas.eval.Agreement;
import io.github.pleas.eval.Evaluation;
import io.github.pleas.eval.Evaluator;
import io.github.pleas.eval.Predictor;
import io.github.pleas.eval.WrittenModel;
import io.github.pleas.linalg.Blas;
import io.github.pleas.merge.CalibrationImages;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.Merger;
import io.github.pleas.merge.Provenance;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.network.StoredPrecision;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.RunTimes;
import io.github.pleas.runtime.Workers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * What a merge of any size is made from: both networks, and the images, in memory. All that can be
 * refused is refused before images are decoded; nothing is written before everything is computed.
 */
final class MergeSource {
  private static final int SKIPS_SHOWN = 3;

  private final MergeRequest request;
  private final OrtRuntime runtime;
  private final Progress progress;
  private final StageMemory memory;
  private final NetworkReader outputs;
  private final Map<String, Double> seconds = new LinkedHashMap<>();
  private final List<String> warnings = new ArrayList<>();
  private final Set<String> skipped = new LinkedHashSet<>();
  private final Map<String, Provenance.Input> inputs = new LinkedHashMap<>();
  private final Network a;
  private final Network b;
  private final Merger merger;
  private final Merger.Prepared prepared;
  private final Preparation preparation;
  private final List<Samples> images;
  private final Measurement measurement;
  private final List<Evaluator.Domain> domains;
  private final Optional<CalibrationImages> heldOut;
  private final Optional<Probes> probes;
  private final List<String> classes;
  private final List<Integer> available;

  /**
   * Reads everything.
   *
   * @param request where all is, and how it is merged
   * @param sizes says all the sizes that will be asked for, so that impossible ones are refused
   *     early
   * @param memory looked at while stages run
   */
  MergeSource(MergeRequest request, Sizes sizes, Progress progress, StageMemory memory) {
    this.request = request;
    this.memory = memory;
    this.progress = progress;
    checkRequest();
    long start = System.nanoTime();
    NetworkOptions networks = request.images().networks();
    this.runtime = networks.runtime(request.options().threads());
    NetworkReader reader = networks.reader(runtime, request.a(), request.b());
    this.outputs = networks.outputReader(runtime);
    progress.update("read", 0, 2);
    List<Network> originals;
    try (Workers workers = new Workers(runtime.threads())) {
      originals = reader.read(List.of(request.a(), request.b()), workers);
    }
    this.a = originals.get(0);
    this.b = originals.get(1);
    networks.recognised(request.a(), a).ifPresent(warnings::add);
    networks.recognised(request.b(), b).ifPresent(warnings::add);
    progress.update("read", 2, 2);
    if (!CheckpointOutput.isAsked(request.out())) {
      StoredPrecision.requireKnown(a.graph(), precision(request));
    }
    this.merger = new Merger(runtime, request.options());
    this.prepared = merger.align(a, b);
    sizes
        .of(size -> merger.smallest(prepared, size))
        .forEach(size -> merger.requirePossible(prepared, size));
    this.preparation = request.images().preparation(a);
    try (preparation;
        OpenData train = OpenData.of(request.data(), Split.TRAIN, preparation);
        OpenData test = OpenData.of(request.data(), Split.TEST, preparation)) {
      boolean measured =
          request.measure()
              && LabelledData.isMeasurable(test.sets(), a, b, request.separateLabels());
      if (request.measure() && !measured) {
        noteUnlabelled(test.sets());
      }
      start = lap("read", start);
      this.images = train.load(request, preparation, progress, "images");
      images.forEach(this::note);
      this.measurement = new Measurement(request, runtime, a, b, progress, this::note);
      this.domains = measured ? measurement.load(test, preparation) : List.of();
      this.heldOut = request.measure() && !measured ? heldOut(train, test) : Optional.empty();
      this.probes = request.probe().map(any -> new Probes(request, runtime, a, b, images, domains));
      setInputs(train.sets());
      this.available = train.sets().stream().map(SampleSet::size).toList();
      this.classes = measured ? ClassNames.of(test.sets(), request.options().heads()) : List.of();
      lap("images", start);
    }
  }

  /**
   * Texts for the test, where those of each set are others than those for merging; of images labels
   * decide.
   */
  private Optional<CalibrationImages> heldOut(OpenData train, OpenData test) {
    boolean others =
        preparation instanceof TextPreparation
            && IntStream.range(0, train.sets().size())
                .noneMatch(i -> digest(train, i).equals(digest(test, i)));
    if (!others) {
      return Optional.empty();
    }
    List<Samples> texts = test.load(request, preparation, progress, "test texts");
    texts.forEach(this::note);
    return Optional.of(
        new CalibrationImages(
            texts.get(0), texts.size() > 1 ? Optional.of(texts.get(1)) : Optional.empty()));
  }

  private static String digest(OpenData data, int set) {
    return data.sets().get(set).digest();
  }

  /** Says which sizes will be asked for. */
  @FunctionalInterface
  interface Sizes {
    /** Those of the options. */
    Sizes NONE = smallest -> List.of();

    /**
     * The sizes.
     *
     * @param smallest says what the smallest network that is possible costs, in originals
     */
    List<BudgetOptions> of(ToDoubleFunction<BudgetOptions> smallest);
  }

  /** Merges networks of the two, of the size that the options say. */
  Merger merger() {
    return merger;
  }

  /** The networks, aligned. */
  Merger.Prepared prepared() {
    return prepared;
  }

  CalibrationImages calibration() {
    return new CalibrationImages(
        images.get(0), images.size() > 1 ? Optional.of(images.get(1)) : Optional.empty());
  }

  /**
   * Measures a merged network and writes it.
   *
   * @param asked where to, and how it was merged
   */
  MergeReport finish(MergeRequest asked, MergeResult result) {
    Map<String, Double> times = new LinkedHashMap<>(seconds);
    result.seconds().forEach((stage, time) -> times.put(stage.label(), time));
    Predictor.Signature signature = result.measurable(a).signature();
    Optional<Evaluation> evaluation = Optional.empty();
    long start = System.nanoTime();
    StoredResult stored = stored(asked, result, signature);
    MergeResult measured = result.withGraph(stored.graph());
    if (!domains.isEmpty()) {
      progress.update("accuracy", 0, 1);
      evaluation = Optional.of(measurement.measure(measured, domains));
      times.put("accuracy", (System.nanoTime() - start) / 1e9);
    }
    Optional<Agreement.Measured> agreement = evaluation.map(Evaluation::agreement);
    if (agreement.isEmpty() && request.measure()) {
      agreement = Optional.of(agreement(measured, signature));
      times.put("agreement", (System.nanoTime() - start) / 1e9);
    }
    List<String> notes = new ArrayList<>(warnings);
    notes.addAll(result.warnings());
    return write(
        new MergeReport(
            asked,
            versions(),
            new Provenance(inputs, asked.options()),
            result,
            evaluation,
            agreement,
            probes(measured, times),
            preparation,
            images.stream().map(Samples::size).toList(),
            notes,
            List.copyOf(skipped),
            times,
            heldOut.isPresent(),
            new Seen(classes, available, this::peak),
            Optional.empty()),
        stored,
        signature);
  }

  /** Test images are loaded within the stage of images. */
  private OptionalLong peak(String stage) {
    OptionalLong own = memory.peak(stage);
    OptionalLong tests = stage.equals("images") ? memory.peak("test images") : OptionalLong.empty();
    return LongStream.concat(own.stream(), tests.stream()).max();
  }

  private List<Probes.Probed> probes(MergeResult measured, Map<String, Double> times) {
    if (probes.isEmpty()) {
      return List.of();
    }
    long start = System.nanoTime();
    progress.update("probe", 0, 1);
    List<Probes.Probed> probed = probes.get().of(measured);
    progress.update("probe", 1, 1);
    times.put("probe", (System.nanoTime() - start) / 1e9);
    return probed;
  }

  private Precision precision(MergeRequest asked) {
    return precision(asked, a, b);
  }

  /** In what the merged network's weights are stored. */
  static Precision precision(MergeRequest asked, Network a, Network b) {
    Precision kept =
        CheckpointOutput.isAsked(asked.out()) ? a.stored() : a.stored().wider(b.stored());
    return asked.precision() == Precision.KEEP ? kept : asked.precision();
  }

  /** The network as its file has it. A checkpoint is like A's, and rounded in its own form. */
  private StoredResult stored(
      MergeRequest asked, MergeResult result, Predictor.Signature signature) {
    Precision precision = precision(asked);
    return CheckpointOutput.isAsked(asked.out())
        ? new StoredResult(result.graph(), precision, OptionalDouble.empty())
        : StoredResult.of(result, precision, new Predictor(runtime), signature, calibration());
  }

  /** How long the files of both originals and of networks merged of them take. */
  SweepTimes time(List<MergeReport> reports) {
    progress.update("time", 0, 1);
    // An image at a time, unless the network takes no other batch than its own.
    try (RunTimes times = new RunTimes(runtime, a.fixedBatch().orElse(1))) {
      times.add(SweepTimes.A, a.graph(), a::shape);
      times.add(SweepTimes.B, b.graph(), b::shape);
      for (int i = 0; i < reports.size(); i++) {
        MergeResult result = reports.get(i).result();
        times.add(
            SweepTimes.merged(i),
            reports.get(i).request().out(),
            a.inputs(),
            result.architecture()::shape);
      }
      SweepTimes measured = new SweepTimes(times.measure(SweepTimes.EFFORT));
      progress.update("time", 1, 1);
      return measured;
    }
  }

  /** Without labels there are still the originals to compare with. */
  private Agreement.Measured agreement(MergeResult result, Predictor.Signature signature) {
    progress.update("agreement", 0, 1);
    Agreement.Measured measured =
        new Agreement(
                new Predictor(runtime), prepared.a(), prepared.b(), request.images().pooling())
            .of(
                result.graph(),
                signature,
                Agreement.Domain.of(heldOut.orElseGet(this::calibration)));
    progress.update("agreement", 1, 1);
    return measured;
  }

  /**
   * Writes the network and the report. The report, which speaks of the network's file, is written
   * when that file is complete and proven, right before it takes its name: whatever fails up to
   * there leaves neither.
   */
  private MergeReport write(
      MergeReport report, StoredResult stored, Predictor.Signature signature) {
    progress.update("write", 0, 1);
    long start = System.nanoTime();
    CalibrationImages calibration = calibration();
    MergeRequest asked = report.request();
    MergeResult result = report.result();
    List<MergeReport> written = new ArrayList<>();
    CheckpointOutput.Companion companion =
        (files, proof) -> {
          Path file = files.model();
          // Counted again from the file: the plan is one thing, what is executed another.
          Network counted = outputs.read(file);
          Optional<Latency> latency =
              result.plan().asked().cost() == CostKind.LATENCY
                  ? Optional.of(latency(asked, result, file))
                  : Optional.empty();
          report.seconds().put("write", (System.nanoTime() - start) / 1e9);
          written.add(
              report.withOutput(
                  new MergeReport.Output(
                      size(file),
                      Digest.sha256(file),
                      files.data(),
                      stored.precision(),
                      proof.error(),
                      proof.rounding(),
                      counted.macs(),
                      counted.parameters(),
                      latency)));
          MergeReport complete = written.get(0);
          // One within the other, so that a failure leaves neither.
          MergeJson.write(
              complete,
              asked.json(),
              () -> asked.page().ifPresent(page -> writePage(complete, page)));
        };
    if (CheckpointOutput.isAsked(asked.out())) {
      new CheckpointOutput(request.images().networks(), runtime, outputs)
          .write(asked, result, calibration, signature, companion);
    } else {
      new WrittenModel(new Predictor(runtime))
          .write(
              stored.graph().withMetadata(report.provenance().metadata(result)),
              signature,
              calibration.size(),
              calibration,
              asked.out(),
              (files, error) ->
                  companion.write(files, new CheckpointOutput.Proof(error, stored.rounding())));
    }
    progress.update("write", 1, 1);
    return written.get(0);
  }

  private static void writePage(MergeReport report, Path page) {
    byte[] html = ReportPages.of(report).getBytes(StandardCharsets.UTF_8);
    AtomicFile.replace(page, out -> out.write(html));
  }

  private Latency latency(MergeRequest asked, MergeResult result, Path file) {
    boolean runs = !CheckpointOutput.isAsked(asked.out());
    return Latency.of(runtime, a, b, result, runs ? Optional.of(file) : Optional.empty());
  }

  /** Labels on one side only look like a slip; none at all are a choice. */
  private void noteUnlabelled(List<SampleSet> sets) {
    if (sets.stream().anyMatch(SampleSet::isLabelled)) {
      sets.stream()
          .filter(set -> !set.isLabelled())
          .forEach(
              set -> warnings.add("no accuracy was measured: " + set.name() + " has no labels"));
    }
  }

  /** Remembers the images of a set that could not be read, and says so in a sentence. */
  private void note(Samples images) {
    images.notes().stream().filter(m -> !warnings.contains(m)).forEach(warnings::add);
    List<String> fresh = images.skipped().stream().filter(m -> !skipped.contains(m)).toList();
    if (!fresh.isEmpty()) {
      skipped.addAll(fresh);
      warnings.add(
          "%s left out: %s%s"
              .formatted(
                  fresh.size() == 1 ? "one image was" : fresh.size() + " images were",
                  String.join("; ", fresh.subList(0, Math.min(SKIPS_SHOWN, fresh.size()))),
                  fresh.size() > SKIPS_SHOWN ? "; ..." : ""));
    }
  }

  private long lap(String stage, long start) {
    long now = System.nanoTime();
    seconds.put(stage, (now - start) / 1e9);
    return now;
  }

  /** Refuses another number of data sets than one or two. */
  static void checkData(MergeRequest request) {
    if (request.data().isEmpty() || request.data().size() > 2) {
      throw new InvalidInputException(
          "--data: expected one (for both networks) or two (A's, then B's), found "
              + request.data().size());
    }
  }

  private void checkRequest() {
    checkData(request);
    request.images().check();
    CheckpointOutput.check(request);
  }

  private Map<String, String> versions() {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("pleas", Version.current());
    versions.put("java", Runtime.version().toString());
    versions.put("onnxruntime", runtime.version());
    versions.put("openblas", Blas.version());
    return versions;
  }

  private void setInputs(List<SampleSet> data) {
    inputs.put("a", file(request.a()));
    inputs.put("b", file(request.b()));
    for (int i = 0; i < data.size(); i++) {
      String role = data.size() == 1 ? "data" : i == 0 ? "data.a" : "data.b";
      inputs.put(role, Provenance.Input.ofListing(data.get(i).name(), data.get(i).digest()));
    }
  }

  private static Provenance.Input file(Path path) {
    return Provenance.Input.ofModel(NetworkReader.files(path));
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException("the size of " + file + " cannot be read", e);
    }
  }
}
