package io.github.pleas.cli;

import io.github.pleas.AtomicFile;
import io.github.pleas.Digest;
import io.github.pleas.InvalidInputException;
import io.github.pleas.Version;
import io.github.pleas.data.Dataset;
import io.github.pleas.data.Images;
import io.github.pleas.data.Preprocessing;
import io.github.pleas.data.Split;
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
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.Workers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A merge from files to files. All that can be refused is refused before images are decoded;
 * nothing is written before everything is computed.
 */
final class MergeRun {
  private static final int SKIPS_SHOWN = 3;

  private final MergeRequest request;
  private final OrtRuntime runtime;
  private final Progress progress;
  private final Map<String, Double> seconds = new LinkedHashMap<>();
  private final List<String> warnings = new ArrayList<>();
  private final Set<String> skipped = new LinkedHashSet<>();

  MergeRun(MergeRequest request, Progress progress) {
    this.request = request;
    this.runtime = new OrtRuntime(request.options().threads());
    this.progress = progress;
  }

  MergeReport run() {
    checkPaths();
    long start = System.nanoTime();
    NetworkReader reader = new NetworkReader(runtime, request.images().inputSize());
    progress.update("read", 0, 2);
    List<Network> originals;
    try (Workers workers = new Workers(runtime.threads())) {
      originals = reader.read(List.of(request.a(), request.b()), workers);
    }
    Network a = originals.get(0);
    Network b = originals.get(1);
    progress.update("read", 2, 2);
    Merger merger = new Merger(runtime, request.options());
    Merger.Prepared aligned = merger.align(a, b);
    Preprocessing preprocessing = request.images().preprocessing(a);
    try (OpenData train = OpenData.of(request.data(), Split.TRAIN);
        OpenData test = OpenData.of(request.data(), Split.TEST)) {
      boolean measured =
          request.measure()
              && LabelledData.isMeasurable(test.sets(), a, b, request.separateLabels());
      if (request.measure() && !measured) {
        noteUnlabelled(test.sets());
      }
      start = lap("read", start);
      List<Images> images = train.load(request, preprocessing, progress, "images");
      images.forEach(this::note);
      Measurement measurement = new Measurement(request, runtime, progress, this::note);
      List<Evaluator.Domain> domains = measured ? measurement.load(test, preprocessing) : List.of();
      start = lap("images", start);
      CalibrationImages calibration =
          new CalibrationImages(
              images.get(0), images.size() > 1 ? Optional.of(images.get(1)) : Optional.empty());
      MergeResult result =
          merger.merge(
              aligned,
              calibration,
              (stage, done, total) -> progress.update(stage.label(), done, total));
      warnings.addAll(result.warnings());
      result.seconds().forEach((stage, time) -> seconds.put(stage.label(), time));
      start = System.nanoTime();
      Predictor.Signature signature = signature(a, result);
      Optional<Evaluation> evaluation = Optional.empty();
      if (measured) {
        evaluation = Optional.of(measurement.measure(a, b, result, signature, domains));
        start = lap("accuracy", start);
      }
      Provenance provenance = new Provenance(inputs(train.sets()), request.options());
      return write(
          new MergeReport(
              request,
              versions(),
              provenance,
              result,
              evaluation,
              preprocessing,
              images.stream().map(Images::size).toList(),
              List.copyOf(warnings),
              List.copyOf(skipped),
              seconds,
              Optional.empty()),
          signature,
          calibration,
          start);
    } finally {
      progress.close();
    }
  }

  /**
   * Writes the network and the report. The report, which speaks of the network's file, is written
   * when that file is complete and proven, right before it takes its name: whatever fails up to
   * there leaves neither.
   */
  private MergeReport write(
      MergeReport report,
      Predictor.Signature signature,
      CalibrationImages calibration,
      long start) {
    progress.update("write", 0, 1);
    MergeResult result = report.result();
    List<MergeReport> written = new ArrayList<>();
    new WrittenModel(new Predictor(runtime))
        .write(
            result.graph().withMetadata(report.provenance().metadata(result)),
            signature,
            calibration.size(),
            calibration::copyTo,
            request.out(),
            (file, error) -> {
              lap("write", start);
              written.add(
                  report.withOutput(
                      new MergeReport.Output(size(file), Digest.sha256(file), error)));
              MergeJson.write(written.get(0), request.json());
            });
    progress.update("write", 1, 1);
    return written.get(0);
  }

  /** Labels on one side only look like a slip; none at all are a choice. */
  private void noteUnlabelled(List<Dataset> sets) {
    if (sets.stream().anyMatch(Dataset::isLabelled)) {
      sets.stream()
          .filter(set -> !set.isLabelled())
          .forEach(
              set -> warnings.add("no accuracy was measured: " + set.name() + " has no labels"));
    }
  }

  /** Remembers the images of a set that could not be read, and says so in a sentence. */
  private void note(Images images) {
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

  private void checkPaths() {
    if (request.data().isEmpty() || request.data().size() > 2) {
      throw new InvalidInputException(
          "--data: expected one (for both networks) or two (A's, then B's), found "
              + request.data().size());
    }
    for (Path out : List.of(request.out(), request.json())) {
      Paths.requireNew(out, request.a(), request.b());
      Paths.requireNew(out, request.data().toArray(Path[]::new));
      AtomicFile.requireWritable(out);
    }
    Paths.requireDifferent(request.out(), request.json());
    request.images().check();
  }

  private Map<String, String> versions() {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("pleas", Version.current());
    versions.put("java", Runtime.version().toString());
    versions.put("onnxruntime", runtime.version());
    versions.put("openblas", Blas.version());
    return versions;
  }

  private static Predictor.Signature signature(Network a, MergeResult result) {
    return new Predictor.Signature(
        result.graph().inputs().get(0).name(),
        result.graph().outputs().stream().map(ValueInfo::name).toList(),
        result.architecture()::shape,
        a.fixedBatch());
  }

  private Map<String, Provenance.Input> inputs(List<Dataset> data) {
    Map<String, Provenance.Input> inputs = new LinkedHashMap<>();
    inputs.put("a", file(request.a()));
    inputs.put("b", file(request.b()));
    for (int i = 0; i < data.size(); i++) {
      String role = data.size() == 1 ? "data" : i == 0 ? "data.a" : "data.b";
      inputs.put(role, Provenance.Input.ofListing(data.get(i).name(), data.get(i).digest()));
    }
    return inputs;
  }

  private static Provenance.Input file(Path path) {
    return Provenance.Input.ofContent(Paths.name(path), Digest.sha256(path));
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException("the size of " + file + " cannot be read", e);
    }
  }
}
