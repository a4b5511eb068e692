package io.github.pleas.cli;

import io.github.pleas.InvalidInputException;
import io.github.pleas.api.CheckpointOutput;
import io.github.pleas.api.MergedWriter;
import io.github.pleas.api.Originals;
import io.github.pleas.api.ResumeFolder;
import io.github.pleas.api.SampleNotes;
import io.github.pleas.api.StoredResult;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.data.ImagePreparation;
import io.github.pleas.data.OpenData;
import io.github.pleas.data.Preparation;
import io.github.pleas.data.SampleSet;
import io.github.pleas.data.Samples;
import io.github.pleas.eval.Agreement;
import io.github.pleas.eval.Evaluation;
import io.github.pleas.eval.Evaluator;
import io.github.pleas.eval.Pooling;
import io.github.pleas.eval.Predictor;
import io.github.pleas.journal.Journal;
import io.github.pleas.merge.CalibrationImages;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.MergeSession;
import io.github.pleas.merge.Merger;
import io.github.pleas.merge.Provenance;
import io.github.pleas.network.Network;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.RunTimes;
import io.github.pleas.symmetry.OperatorRules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * What a merge of any size is made from: both networks, and the images, in memory. Images are read
 * while the networks are compared; what is refused ends that. Nothing is written before everything
 * is computed.
 */
final class MergeSource {
  private final MergeRequest request;
  private final OrtRuntime runtime;
  private final Progress progress;
  private final StageMemory memory;
  private final Map<String, Double> seconds = new LinkedHashMap<>();
  private final SampleNotes notes = new SampleNotes();
  private final Map<String, Provenance.Input> inputs;
  private final Originals originals;
  private final Network a;
  private final Network b;
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
    networks.check(request.a(), request.b());
    Originals.Read read =
        Originals.read(
            request.a(), request.b(), networks.models(), request.options(), progress.listener(""));
    try (DataBeside data = new DataBeside(request, read, progress)) {
      this.originals = read.aligned(OperatorRules.standard());
      this.runtime = originals.runtime();
      this.a = originals.a();
      this.b = originals.b();
      originals.notes().forEach(notes::add);
      MergedWriter.requireKnown(request.precision(), request.out(), a, b);
      sizes
          .of(size -> merger().smallest(prepared(), size))
          .forEach(size -> merger().requirePossible(prepared(), size));
      this.preparation = data.preparation();
      OpenData train = data.train();
      OpenData test = data.test();
      boolean measured =
          request.measure()
              && request.options().vocabularies().isEmpty()
              && LabelledData.isMeasurable(test.sets(), a, b, request.separateLabels());
      new Slips(this::warn).classes(test.sets(), request.separateLabels());
      if (request.options().vocabularies().isPresent()) {
        noteVocabularies(test.sets());
      } else if (request.measure() && !measured) {
        noteUnlabelled(test.sets());
      }
      start = lap("read", start);
      // Before the images are asked for: the files are looked through while they are read.
      this.inputs =
          originals.inputs(
              train.sets().stream()
                  .map(set -> Provenance.Input.ofListing(set.name(), set.digest()))
                  .toList());
      this.images = data.samples();
      images.forEach(notes::add);
      this.measurement = new Measurement(request, runtime, a, b, progress, notes::add);
      this.domains = measured ? measurement.load(test, preparation) : List.of();
      this.heldOut = request.measure() && !measured ? heldOut(train, test) : Optional.empty();
      this.probes = request.probe().map(any -> new Probes(request, runtime, a, b, images, domains));
      new Slips(notes::add).networks(inputs);
      this.available = available(train);
      this.classes = measured ? ClassNames.of(test.sets(), request.options().heads()) : List.of();
      lap("images", start);
    }
  }

  /** Told before the long work, and again with the result. */
  private void warn(String note) {
    progress.warn(note);
    notes.add(note);
  }

  private List<Samples> load(OpenData data, String label) {
    MergeOptions options = request.options();
    return data.load(
        new OpenData.Draw(request.samples(), options.seed(), options.threads()),
        preparation,
        (done, total) -> progress.update(label, done, total));
  }

  /**
   * Texts for the test, where those of each set are others than those for merging; of images labels
   * decide.
   */
  private Optional<CalibrationImages> heldOut(OpenData train, OpenData test) {
    boolean others =
        !(preparation instanceof ImagePreparation)
            && IntStream.range(0, train.sets().size())
                .noneMatch(i -> digest(train, i).equals(digest(test, i)));
    if (!others) {
      return Optional.empty();
    }
    List<Samples> texts = load(test, "test texts");
    texts.forEach(notes::add);
    return Optional.of(
        new CalibrationImages(
            texts.get(0), texts.size() > 1 ? Optional.of(texts.get(1)) : Optional.empty()));
  }

  private static String digest(OpenData data, int set) {
    return data.sets().get(set).digest();
  }

  /**
   * How many samples there are of each that was loaded: of texts in two vocabularies all, twice.
   */
  private List<Integer> available(OpenData train) {
    List<Integer> sizes = train.sets().stream().map(SampleSet::size).toList();
    int all = sizes.stream().mapToInt(Integer::intValue).sum();
    return request.options().vocabularies().isPresent() ? List.of(all, all) : sizes;
  }

  /** What is measured of two vocabularies is agreement. */
  private void noteVocabularies(List<SampleSet> sets) {
    if (request.measure() && sets.stream().anyMatch(SampleSet::isLabelled)) {
      notes.add(
          "no accuracy was measured, for the networks read different vocabularies: measure each"
              + " output by pleas eval, with its tokenizer");
    }
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
    return originals.merger();
  }

  /**
   * Runs both networks over the images.
   *
   * @param widening how much wider than the originals' the widest merged layers may become
   * @param journal what was done before
   */
  MergeSession open(double widening, Journal journal) {
    boolean measured = request.measure() && domains.isEmpty() && heldOut.isEmpty();
    return merger()
        .open(
            prepared(),
            calibration(),
            new MergeSession.Purpose(widening, measured),
            journal,
            progress.listener(""));
  }

  /** The networks, aligned. */
  Merger.Prepared prepared() {
    return originals.prepared();
  }

  CalibrationImages calibration() {
    return CalibrationImages.of(images);
  }

  /**
   * The folder of the unfinished merge, if there is to be one.
   *
   * @param budgets of a sweep, ascending
   */
  ResumeFolder resumed(List<Double> budgets) {
    ResumeFolder folder =
        ResumeFolder.open(
            request.resume(), originals, request.options(), budgets, calibration(), progress::warn);
    if (folder.layers() > 0) {
      progress.say(
          "%s holds this merge, unfinished, with %d fitted layers: it goes on from there"
              .formatted(request.resume().orElseThrow(), folder.layers()));
    }
    return folder;
  }

  /**
   * Measures a merged network and writes it.
   *
   * @param asked where to, and how it was merged
   * @param session that it was merged in
   */
  MergeReport finish(MergeRequest asked, MergeResult result, MergeSession session) {
    Map<String, Double> times = new LinkedHashMap<>(seconds);
    result.seconds().forEach((stage, time) -> times.put(stage.label(), time));
    Predictor.Signature signature = result.measurable(a).signature();
    Optional<Evaluation> evaluation = Optional.empty();
    long start = System.nanoTime();
    MergedWriter writer = new MergedWriter(originals, calibration());
    StoredResult stored = writer.stored(result, asked.precision(), asked.out());
    MergeResult measured = result.withGraph(stored.graph());
    if (!domains.isEmpty()) {
      progress.update("accuracy", 0, 1);
      evaluation = Optional.of(measurement.measure(measured, domains));
      new Slips(notes::add).originals(evaluation.get(), a, b);
      times.put("accuracy", (System.nanoTime() - start) / 1e9);
    }
    Optional<Agreement.Measured> agreement = evaluation.map(Evaluation::agreement);
    if (agreement.isEmpty() && request.measure()) {
      agreement = Optional.of(agreement(measured, signature, session));
      times.put("agreement", (System.nanoTime() - start) / 1e9);
    }
    List<String> warnings = new ArrayList<>(notes.notes());
    warnings.addAll(result.warnings());
    ReportWriting writing = new ReportWriting(originals, progress);
    return writing.write(
        new MergeReport(
            asked,
            writing.versions(),
            new Provenance(inputs, asked.options()),
            result,
            evaluation,
            agreement,
            probes(measured, times),
            preparation,
            images.stream().map(Samples::size).toList(),
            warnings,
            notes.skipped(),
            times,
            heldOut.isPresent(),
            new Seen(classes, available, this::peak),
            Optional.empty()),
        stored,
        writer);
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
  private Agreement.Measured agreement(
      MergeResult result, Predictor.Signature signature, MergeSession session) {
    progress.update("agreement", 0, 1);
    List<Pooling> pooling = request.images().pooling();
    Agreement.Measured measured =
        heldOut
            .map(
                texts ->
                    new Agreement(new Predictor(runtime), prepared().a(), prepared().b(), pooling)
                        .of(result.graph(), signature, Agreement.Domain.of(texts)))
            .orElseGet(() -> session.agreement(result.graph(), signature, pooling));
    progress.update("agreement", 1, 1);
    return measured;
  }

  /** Labels on one side only look like a slip; none at all are a choice. */
  private void noteUnlabelled(List<SampleSet> sets) {
    if (sets.stream().anyMatch(SampleSet::isLabelled)) {
      sets.stream()
          .filter(set -> !set.isLabelled())
          .forEach(set -> notes.add("no accuracy was measured: " + set.name() + " has no labels"));
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

  /** Refuses classifiers on two vocabularies. */
  static void checkProbe(MergeRequest request) {
    if (request.probe().isPresent() && request.options().vocabularies().isPresent()) {
      throw new InvalidInputException(
          "--probe: classifiers are trained on texts of one vocabulary, and the tokenizers differ;"
              + " leave it out");
    }
  }

  private void checkRequest() {
    checkData(request);
    checkProbe(request);
    request.images().check();
    CheckpointOutput.check(request.a(), request.options(), request.out());
  }
}
