package io.github.pleas.cli;

import io.github.pleas.AtomicFile;
import io.github.pleas.Digest;
import io.github.pleas.InvalidInputException;
import io.github.pleas.data.Dataset;
import io.github.pleas.data.Images;
import io.github.pleas.data.Preprocessing;
import io.github.pleas.data.Split;
import io.github.pleas.eval.Evaluation;
import io.github.pleas.eval.Predictor;
import io.github.pleas.eval.WrittenModel;
import io.github.pleas.merge.CalibrationImages;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.Merger;
import io.github.pleas.merge.Provenance;
import io.github.pleas.network.ArchitectureMatcher;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.OrtRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A merge from files to files. All that can be refused is refused before images are decoded;
 * nothing is written before everything is computed.
 */
final class MergeRun {
  private final MergeRequest request;
  private final OrtRuntime runtime;
  private final Progress progress;
  private final Map<String, Double> seconds = new LinkedHashMap<>();
  private final List<String> warnings = new ArrayList<>();

  MergeRun(MergeRequest request, Progress progress) {
    this.request = request;
    this.runtime = new OrtRuntime(request.options().threads());
    this.progress = progress;
  }

  MergeReport run() {
    checkPaths();
    long start = System.nanoTime();
    NetworkReader reader = new NetworkReader(runtime, request.images().inputSize());
    Network a = reader.read(request.a());
    progress.update("read", 1, 2);
    Network b = reader.read(request.b());
    progress.update("read", 2, 2);
    Merger merger = new Merger(runtime, request.options());
    ArchitectureMatcher.Aligned aligned = merger.align(a, b);
    Preprocessing preprocessing = request.images().preprocessing(a);
    try (OpenData train = OpenData.of(request.data(), Split.TRAIN);
        OpenData test = OpenData.of(request.data(), Split.TEST)) {
      boolean measured =
          request.measure()
              && LabelledData.isMeasurable(test.sets(), a, b, request.separateLabels());
      start = lap("read", start);
      List<Images> images = train.load(request, preprocessing, progress, "images");
      images.forEach(set -> warnings.addAll(set.skipped()));
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
        evaluation =
            Optional.of(
                new Measurement(request, runtime, progress)
                    .measure(a, b, result, signature, test, preprocessing));
        start = lap("accuracy", start);
      }
      Provenance provenance = new Provenance(inputs(train.sets()), request.options());
      Graph graph = result.graph().withMetadata(provenance.metadata(result));
      double error =
          new WrittenModel(new Predictor(runtime))
              .write(graph, signature, calibration.size(), calibration::copyTo, request.out());
      progress.update("write", 1, 1);
      lap("write", start);
      MergeReport report =
          new MergeReport(
              request,
              provenance,
              result,
              evaluation,
              preprocessing,
              images.stream().map(Images::size).toList(),
              warnings,
              seconds,
              error,
              size(request.out()));
      MergeJson.write(report, request.json());
      return report;
    } finally {
      progress.close();
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
    if (request.out().toAbsolutePath().equals(request.json().toAbsolutePath())) {
      throw new InvalidInputException("the network and the report cannot both be " + request.out());
    }
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
      inputs.put(role, new Provenance.Input(data.get(i).name(), data.get(i).digest()));
    }
    return inputs;
  }

  private static Provenance.Input file(Path path) {
    return new Provenance.Input(Paths.name(path), Digest.sha256(path));
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException("the size of " + file + " cannot be read", e);
    }
  }
}
