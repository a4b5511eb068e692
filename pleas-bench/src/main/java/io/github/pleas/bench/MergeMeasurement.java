package io.github.pleas.bench;

import static java.util.Objects.requireNonNull;

import io.github.pleas.data.Dataset;
import io.github.pleas.data.Datasets;
import io.github.pleas.data.ImageListener;
import io.github.pleas.data.Images;
import io.github.pleas.data.Preprocessing;
import io.github.pleas.data.Split;
import io.github.pleas.merge.CalibrationImages;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.Merger;
import io.github.pleas.merge.Stage;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.onnx.OnnxWriter;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.Workers;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A whole merge as the command does it, files to bytes, without accuracies: its result, and the
 * seconds of each stage.
 *
 * @param networks the originals
 * @param images the calibration images
 * @param result the merged network
 * @param seconds of each stage, in order
 * @param processorOf seconds of processor time of each stage, of all threads together
 * @param total seconds from the first to the last, what stands between the stages included
 * @param processor seconds of processor time of all threads together: what the merge takes from a
 *     machine where other programs run too
 */
record MergeMeasurement(
    Merger.Prepared networks,
    CalibrationImages images,
    MergeResult result,
    Map<String, Double> seconds,
    Map<String, Double> processorOf,
    double total,
    double processor) {

  static MergeMeasurement of(MergeOptions options, Path a, Path b, List<Path> data, int samples) {
    Map<String, Double> seconds = new LinkedHashMap<>();
    long first = System.nanoTime();
    long start = first;
    double processor = ProcessorTime.seconds();
    StageProcessor stages = new StageProcessor();
    stages.start("load ONNX Runtime");
    OrtRuntime runtime = new OrtRuntime(options.threads());
    lap(seconds, "load ONNX Runtime", start);
    start = System.nanoTime();
    stages.start("read networks");
    NetworkReader reader = new NetworkReader(runtime, Optional.empty());
    Merger merger = new Merger(runtime, options);
    List<Network> originals;
    try (Workers workers = new Workers(options.threads())) {
      originals = reader.read(List.of(a, b), workers);
    }
    Merger.Prepared networks = merger.align(originals.get(0), originals.get(1));
    start = lap(seconds, "read networks", start);
    stages.start("load images");
    Preprocessing preprocessing = preprocessing(networks.a());
    Images ofA = load(data.get(0), 0, samples, preprocessing, options);
    Optional<Images> ofB =
        data.size() > 1
            ? Optional.of(load(data.get(1), 1, samples, preprocessing, options))
            : Optional.empty();
    CalibrationImages images = new CalibrationImages(ofA, ofB);
    lap(seconds, "load images", start);
    MergeResult result = merger.merge(networks, images, stages);
    result.seconds().forEach((stage, time) -> seconds.put(stage.label(), time));
    start = System.nanoTime();
    stages.start("serialise");
    OnnxWriter.toBytes(result.graph());
    lap(seconds, "serialise", start);
    stages.end();
    double total = (System.nanoTime() - first) / 1e9;
    return new MergeMeasurement(
        networks,
        images,
        result,
        seconds,
        stages.seconds(),
        total,
        ProcessorTime.seconds() - processor);
  }

  /** Seconds of a stage of the merge itself. */
  double of(Stage stage) {
    return requireNonNull(seconds.get(stage.label()), stage.label());
  }

  private static long lap(Map<String, Double> seconds, String stage, long start) {
    long now = System.nanoTime();
    seconds.put(stage, (now - start) / 1e9);
    return now;
  }

  private static Images load(
      Path path, int domain, int samples, Preprocessing preprocessing, MergeOptions options) {
    try (Dataset dataset = Datasets.open(path, Split.TRAIN)) {
      return Images.load(
          dataset,
          samples,
          Images.seedOf(options.seed(), domain),
          preprocessing,
          options.threads(),
          ImageListener.NONE);
    }
  }

  /** What the networks of this project's own tests were trained with. */
  private static Preprocessing preprocessing(Network network) {
    int[] shape = network.inputs().get(0).shape().dimensions();
    float[] half = new float[shape[1]];
    java.util.Arrays.fill(half, 0.5f);
    return new Preprocessing(shape[1], shape[2], shape[3], half, half);
  }
}
