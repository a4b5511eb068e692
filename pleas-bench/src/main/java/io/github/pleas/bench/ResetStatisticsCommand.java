package io.github.pleas.bench;

import static java.util.Objects.requireNonNull;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.DataLocation;
import io.github.pleas.data.Dataset;
import io.github.pleas.data.Datasets;
import io.github.pleas.data.ImageListener;
import io.github.pleas.data.Images;
import io.github.pleas.data.Normalization;
import io.github.pleas.data.Preprocessing;
import io.github.pleas.data.Split;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.OnnxReader;
import io.github.pleas.onnx.OnnxWriter;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.NativeBuffer;
import io.github.pleas.runtime.ObservedGraph;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Resets the statistics of a network's BatchNormalizations on images, as the published codes of
 * methods of merging do with the originals before they merge, and with what they merged.
 */
@Command(
    name = "reset-statistics",
    description =
        "Writes a network whose BatchNormalizations have the means and variances that their inputs"
            + " have on some training images, one after another from the input on.",
    mixinStandardHelpOptions = true)
public final class ResetStatisticsCommand implements Callable<Integer> {
  private static final int BATCH = 100;

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "MODEL", description = "An ONNX file.")
  private Path model;

  @Parameters(index = "1", paramLabel = "OUT", description = "The ONNX file to write.")
  private Path out;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      required = true,
      description = "Images; once for each domain.")
  private List<String> data = new ArrayList<>();

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "3000",
      description = "Images of each domain. Default: ${DEFAULT-VALUE}.")
  private int samples;

  @Option(names = "--threads", paramLabel = "N", defaultValue = "1", description = "Threads.")
  private int threads;

  @Override
  public Integer call() {
    OrtRuntime runtime = new OrtRuntime(threads);
    Graph graph = OnnxReader.read(model);
    Network network = new NetworkReader(runtime, Optional.empty()).read(model);
    List<Images> images = images(Normalization.DEFAULT.preprocessing(network, "--"));
    Map<String, Tensor> constants = new LinkedHashMap<>(graph.initializers());
    int reset = 0;
    for (Node node : graph.nodes()) {
      if (node.is("BatchNormalization")) {
        Sums sums = sums(runtime, graph.withInitializers(constants), node.input(0), images);
        constants.put(node.input(3), sums.mean());
        constants.put(node.input(4), sums.variance());
        reset++;
      }
    }
    if (reset == 0) {
      throw new InvalidInputException(model + " has no BatchNormalization");
    }
    OnnxWriter.write(graph.withInitializers(constants), out, files -> {});
    spec.commandLine().getOut().printf("%s: %d BatchNormalizations reset%n", out, reset);
    return 0;
  }

  private List<Images> images(Preprocessing preprocessing) {
    List<Images> images = new ArrayList<>();
    for (String place : data) {
      try (Dataset dataset = Datasets.open(DataLocation.parse(place), Split.TRAIN)) {
        long seed = Images.seedOf(0, images.size());
        images.add(Images.load(dataset, samples, seed, preprocessing, threads, ImageListener.NONE));
      }
    }
    return images;
  }

  private static Sums sums(OrtRuntime runtime, Graph graph, String value, List<Images> images) {
    Sums sums = new Sums();
    String input = graph.inputs().get(0).name();
    try (ObservedGraph observed = new ObservedGraph(runtime, graph)) {
      for (Images domain : images) {
        Preprocessing form = domain.preprocessing();
        for (int first = 0; first < domain.size(); first += BATCH) {
          int count = Math.min(BATCH, domain.size() - first);
          try (NativeBuffer buffer = NativeBuffer.ofFloats((long) count * form.length())) {
            domain.copyTo(first, count, buffer.floats());
            int[] shape = {count, form.channels(), form.height(), form.width()};
            Session.FloatArray batch = new Session.FloatArray(buffer.floats(), shape);
            sums.add(
                requireNonNull(
                    observed.run(Map.of(input, batch), value::equals).contents().get(value)));
          }
        }
      }
    }
    return sums;
  }

  /** Sums of a value of [images, channels, ...] for each channel. */
  private static final class Sums {
    private double[] first = new double[0];
    private double[] squares = new double[0];
    private long count;

    void add(Tensor value) {
      int[] shape = value.shape();
      int channels = shape[1];
      int each = (int) (Tensor.count(shape) / ((long) shape[0] * channels));
      if (first.length == 0) {
        first = new double[channels];
        squares = new double[channels];
      }
      float[] all = value.floats();
      for (int at = 0; at < all.length; at++) {
        int channel = at / each % channels;
        first[channel] += all[at];
        squares[channel] += (double) all[at] * all[at];
      }
      count += (long) shape[0] * each;
    }

    Tensor mean() {
      float[] mean = new float[first.length];
      for (int c = 0; c < mean.length; c++) {
        mean[c] = (float) (first[c] / count);
      }
      return Tensor.ofFloats(new int[] {mean.length}, mean);
    }

    Tensor variance() {
      float[] variance = new float[first.length];
      for (int c = 0; c < variance.length; c++) {
        double mean = first[c] / count;
        variance[c] = (float) (squares[c] / count - mean * mean);
      }
      return Tensor.ofFloats(new int[] {variance.length}, variance);
    }
  }
}
