package io.github.pleas.budget;

import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.GraphTimer;
import io.github.pleas.runtime.RunTimes;
import io.github.pleas.runtime.Subgraph;
import io.github.pleas.runtime.ValueShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Times layers one by one, each as a graph of its own with random weights, at the widths of an
 * original and at twice these. Layers of one shape are timed once, for all networks of a merge.
 */
public final class LayerTimes implements LayerClock {
  private static final RunTimes.Effort EFFORT = new RunTimes.Effort(2, 9, 51, 0.15);

  private final GraphTimer timer;
  private final int batch;
  private final Map<String, LayerTime> known = new HashMap<>();

  /**
   * Times nothing yet.
   *
   * @param batch images in each run
   */
  public LayerTimes(GraphTimer timer, int batch) {
    this.timer = timer;
    this.batch = batch;
  }

  @Override
  public LayerTime of(Network network, Layer layer, boolean inputs, boolean outputs) {
    if (layer.kind() == Layer.Kind.AFFINE) {
      return LayerTime.NONE; // as activations, it takes next to nothing
    }
    // A channel of its own has one input for each output.
    boolean in = inputs && layer.kind().isDense();
    boolean out = outputs && (layer.kind().isDense() || layer.kind().isPerChannel());
    String shape =
        String.join(
            " ",
            layer.kind().name(),
            layer.node().attributes().toString(),
            network.shape(layer.input()).toString(),
            network.shape(layer.output()).toString(),
            layer.inputs() + " to " + layer.outputs(),
            in + " " + out,
            layer.bias().isPresent() + "");
    return known.computeIfAbsent(shape, any -> measure(network, layer, in, out));
  }

  private LayerTime measure(Network network, Layer layer, boolean in, boolean out) {
    Map<String, GraphTimer.Candidate> graphs = new LinkedHashMap<>();
    for (int i = 1; i <= (in ? 2 : 1); i++) {
      for (int o = 1; o <= (out ? 2 : 1); o++) {
        graphs.put(i + " " + o, graph(network, layer, i, o));
      }
    }
    RunTimes.Measured times = timer.time(graphs, batch, EFFORT);
    int i = in ? 2 : 1;
    int o = out ? 2 : 1;
    return LayerTime.of(
        times.median("1 1"),
        times.median(i + " 1"),
        times.median("1 " + o),
        times.median(i + " " + o),
        layer.inputs(),
        layer.outputs());
  }

  /** A layer alone, with so many times the inputs and outputs. */
  private static GraphTimer.Candidate graph(
      Network network, Layer layer, int inputFactor, int outputFactor) {
    Node node = layer.node();
    boolean channels = layer.kind().isPerChannel();
    ValueShape read = scaled(network, layer, layer.input(), channels ? outputFactor : inputFactor);
    ValueShape written = scaled(network, layer, layer.output(), outputFactor);
    int[] shape = network.constant(layer.weight()).shape();
    shape[layer.outputAxis()] *= outputFactor;
    if (layer.kind().isDense()) {
      shape[layer.inputAxis()] *= inputFactor;
    }
    List<String> inputs = new ArrayList<>(List.of("x", "weight"));
    Map<String, Tensor> constants = new LinkedHashMap<>();
    constants.put("weight", filled(shape, (float) Math.sqrt(1.0 / layer.unknowns())));
    if (layer.bias().isPresent() && layer.kind() != Layer.Kind.MATMUL) {
      inputs.add("bias");
      constants.put("bias", filled(new int[] {layer.outputs() * outputFactor}, 0));
    }
    Node alone = node.withInputs(inputs).withOutputs(List.of("y"));
    if (layer.kind() == Layer.Kind.DEPTHWISE) {
      alone =
          alone.withAttribute("group", new Attribute.Int((long) layer.outputs() * outputFactor));
    }
    Map<String, ValueShape> shapes = Map.of("x", read, "y", written);
    Graph whole = network.graph();
    List<ValueInfo> in = List.of(Subgraph.info("x", read));
    List<ValueInfo> out = List.of(Subgraph.info("y", written));
    return new GraphTimer.Candidate(
        new Graph(
            "layer",
            in,
            out,
            List.of(alone),
            constants,
            whole.opsets(),
            whole.irVersion(),
            Map.of()),
        name -> {
          ValueShape found = shapes.get(name);
          if (found == null) {
            throw new IllegalArgumentException("no value '" + name + "' in a layer alone");
          }
          return found;
        });
  }

  private static ValueShape scaled(Network network, Layer layer, String value, int factor) {
    ValueShape shape = network.shape(value);
    int[] dimensions = shape.dimensions();
    dimensions[layer.unitAxis(dimensions.length)] *= factor;
    return shape.withDimensions(dimensions);
  }

  private static Tensor filled(int[] shape, float value) {
    float[] values = new float[(int) Tensor.count(shape)];
    Arrays.fill(values, value);
    return Tensor.ofFloats(shape, values);
  }
}
