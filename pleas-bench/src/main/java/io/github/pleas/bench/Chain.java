package io.github.pleas.bench;

import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.OrtRuntime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Convolutions with activations one after another, all of one width, and a small head: the plainest
 * network whose layers can be laid out in blocks.
 *
 * @param width channels
 * @param kernel 3 or 1
 * @param size height and width of the image
 */
record Chain(int width, int kernel, int size) {
  private static final int LAYERS = 4;

  Network network(OrtRuntime runtime) {
    Map<String, Tensor> constants = new LinkedHashMap<>();
    List<Node> nodes = new ArrayList<>();
    Random random = new Random(1);
    String value = "x";
    for (int layer = 0; layer < LAYERS; layer++) {
      int inputs = layer == 0 ? 3 : width;
      String name = "conv" + layer;
      constants.put(name + "_w", normal(random, width, inputs, kernel, kernel));
      constants.put(name + "_b", normal(random, width));
      Map<String, Attribute> attributes =
          Map.of(
              "kernel_shape",
              ints(kernel, kernel),
              "pads",
              ints(kernel / 2, kernel / 2, kernel / 2, kernel / 2));
      nodes.add(
          new Node(
              name,
              "Conv",
              "",
              List.of(value, name + "_w", name + "_b"),
              List.of(name),
              attributes));
      value = name + "_relu";
      nodes.add(new Node(value, "Relu", "", List.of(name), List.of(value), Map.of()));
    }
    nodes.add(new Node("pool", "GlobalAveragePool", "", List.of(value), List.of("pool"), Map.of()));
    nodes.add(new Node("flat", "Flatten", "", List.of("pool"), List.of("flat"), Map.of()));
    constants.put("head_w", normal(random, 2, width));
    constants.put("head_b", normal(random, 2));
    nodes.add(
        new Node(
            "head",
            "Gemm",
            "",
            List.of("flat", "head_w", "head_b"),
            List.of("y"),
            Map.of("transB", new Attribute.Int(1))));
    List<ValueInfo.Dimension> shape =
        List.of(
            ValueInfo.Dimension.free("batch"),
            ValueInfo.Dimension.of(3),
            ValueInfo.Dimension.of(size),
            ValueInfo.Dimension.of(size));
    Graph graph =
        new Graph(
            toString(),
            List.of(new ValueInfo("x", ElementType.FLOAT, shape)),
            List.of(new ValueInfo("y", ElementType.FLOAT, List.of())),
            nodes,
            constants,
            Map.of("", 17),
            8,
            Map.of());
    return new NetworkReader(runtime, Optional.empty()).of(graph, toString());
  }

  private static Tensor normal(Random random, int... shape) {
    float[] values = new float[(int) Tensor.count(shape)];
    double deviation = Math.sqrt(2.0 * shape[0] / values.length);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return Tensor.ofFloats(shape, values);
  }

  private static Attribute ints(long... values) {
    List<Long> list = new ArrayList<>();
    for (long value : values) {
      list.add(value);
    }
    return new Attribute.Ints(list);
  }

  @Override
  public String toString() {
    return "%d x %dx%d, %dx%d".formatted(width, kernel, kernel, size, size);
  }
}
