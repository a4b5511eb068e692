package io.github.pleas.merge;

import static java.util.Objects.requireNonNull;

import io.github.pleas.matching.Calibration;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.BatchInputs;
import io.github.pleas.runtime.FullPass;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.ValueShape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Mean and variance of each channel of some values over all calibration images and positions: what
 * BatchNormalization keeps as running statistics. Per image they are taken in the graph (the
 * variance about the image's own mean, so that nothing cancels), over images in double.
 *
 * @param mean for each channel
 * @param variance for each channel, by the number of values
 */
record ChannelMoments(double[] mean, double[] variance) {
  private static final int BATCH = 16;
  private static final String MEAN = "/mean";
  private static final String SQUARES = "/variance";

  /**
   * Runs a graph once over all images.
   *
   * @param values maps, [batch, channels, height, width]
   * @param shapes the shape of each value of the graph
   * @return for each value its moments
   */
  static Map<String, ChannelMoments> of(
      OrtRuntime runtime,
      Graph graph,
      Set<String> values,
      Function<String, ValueShape> shapes,
      Calibration images) {
    Map<String, Sums> sums = new HashMap<>();
    Map<String, ValueShape> reduced = new HashMap<>();
    List<Node> nodes = new ArrayList<>(graph.nodes());
    for (String value : new TreeSet<>(values)) {
      int channels = shapes.apply(value).dimension(1);
      sums.put(value, new Sums(channels));
      nodes.addAll(reduction(value));
      ValueShape shape = new ValueShape(new int[] {1, channels, 1, 1}, 0);
      reduced.put(value + MEAN, shape);
      reduced.put(value + SQUARES, shape);
    }
    if (!values.isEmpty()) {
      run(runtime, graph.withNodes(nodes), sums, reduced, shapes, images);
    }
    Map<String, ChannelMoments> moments = new HashMap<>();
    sums.forEach((value, sum) -> moments.put(value, sum.moments(images.size())));
    return moments;
  }

  private static List<Node> reduction(String value) {
    String mean = value + MEAN;
    String centred = value + "/centred";
    String squares = value + "/squares";
    return List.of(
        node("GlobalAveragePool", mean, value),
        node("Sub", centred, value, mean),
        node("Mul", squares, centred, centred),
        node("GlobalAveragePool", value + SQUARES, squares));
  }

  private static Node node(String op, String output, String... inputs) {
    return new Node(output, op, "", List.of(inputs), List.of(output), Map.of());
  }

  private static void run(
      OrtRuntime runtime,
      Graph graph,
      Map<String, Sums> sums,
      Map<String, ValueShape> reduced,
      Function<String, ValueShape> shapes,
      Calibration images) {
    List<String> inputs = graph.inputs().stream().map(ValueInfo::name).toList();
    try (FullPass pass =
            new FullPass(
                runtime,
                graph,
                reduced.keySet(),
                name -> reduced.containsKey(name) ? reduced.get(name) : shapes.apply(name),
                BATCH);
        BatchInputs batch = new BatchInputs(inputs, shapes, BATCH)) {
      for (int first = 0; first < images.size(); first += BATCH) {
        int count = Math.min(BATCH, images.size() - first);
        Map<String, FloatBuffer> results = pass.run(batch.fill(images, first, count, count), count);
        sums.forEach(
            (value, sum) ->
                sum.add(
                    count,
                    requireNonNull(results.get(value + MEAN)),
                    requireNonNull(results.get(value + SQUARES))));
      }
    }
  }

  private static final class Sums {
    private final double[] means;
    private final double[] squares; // of the images' means
    private final double[] within;

    Sums(int channels) {
      this.means = new double[channels];
      this.squares = new double[channels];
      this.within = new double[channels];
    }

    void add(int images, FloatBuffer mean, FloatBuffer variance) {
      for (int i = 0; i < images * means.length; i++) {
        int c = i % means.length;
        means[c] += mean.get(i);
        squares[c] += (double) mean.get(i) * mean.get(i);
        within[c] += variance.get(i);
      }
    }

    /** The variance of all is that within images and that of the images' means. */
    ChannelMoments moments(int images) {
      double[] mean = new double[means.length];
      double[] variance = new double[means.length];
      for (int c = 0; c < means.length; c++) {
        mean[c] = means[c] / images;
        variance[c] = within[c] / images + Math.max(0, squares[c] / images - mean[c] * mean[c]);
      }
      return new ChannelMoments(mean, variance);
    }
  }
}
