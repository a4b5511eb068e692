package io.github.pleas.spark;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.OnnxWriter;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A network of random weights with a residual block, a depthwise convolution and a hidden layer.
 */
final class TinyNetwork {
  static final int SIDE = 12;
  static final int CLASSES = 5;
  private static final int WIDTH = 8;

  private final int width;
  private final Random random;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Tensor> constants = new LinkedHashMap<>();

  private TinyNetwork(int width, long seed) {
    this.width = width;
    this.random = new Random(seed);
  }

  /** Writes one, [batch, 3, 12, 12] to [batch, 5]. */
  static Path write(Path file, long seed) throws IOException {
    return write(file, WIDTH, seed);
  }

  /** The same with more channels. */
  static Path write(Path file, int width, long seed) throws IOException {
    return Files.write(file, OnnxWriter.toBytes(new TinyNetwork(width, seed).graph()));
  }

  private Graph graph() {
    String stem = relu(conv("x", 3, width, 3, 1));
    String inner = relu(conv(stem, width, width + 2, 3, 1));
    String block = relu(node("Add", Map.of(), conv(inner, width + 2, width, 3, 1), stem));
    String depthwise = relu(conv(block, width, width, 3, width));
    String last = relu(conv(depthwise, width, 2 * width, 1, 1));
    String pooled = node("Flatten", Map.of(), node("GlobalAveragePool", Map.of(), last));
    String logits = gemm(relu(gemm(pooled, 2 * width, width)), width, CLASSES);
    ValueInfo input =
        new ValueInfo(
            "x",
            ElementType.FLOAT,
            List.of(
                ValueInfo.Dimension.free("batch"),
                ValueInfo.Dimension.of(3),
                ValueInfo.Dimension.of(SIDE),
                ValueInfo.Dimension.of(SIDE)));
    return new Graph(
        "tiny",
        List.of(input),
        List.of(new ValueInfo(logits, ElementType.FLOAT, List.of())),
        nodes,
        constants,
        Map.of("", 17),
        8,
        Map.of());
  }

  private String node(String op, Map<String, Attribute> attributes, String... in) {
    String name = op + nodes.size();
    nodes.add(new Node(name, op, "", List.of(in), List.of(name), attributes));
    return name;
  }

  private String relu(String in) {
    return node("Relu", Map.of(), in);
  }

  private String conv(String in, int inputs, int outputs, int kernel, int groups) {
    long pad = kernel / 2;
    double deviation = Math.sqrt(2.0 * groups / (inputs * kernel * kernel));
    return node(
        "Conv",
        Map.of(
            "pads",
            new Attribute.Ints(List.of(pad, pad, pad, pad)),
            "group",
            new Attribute.Int(groups)),
        in,
        normal(deviation, outputs, inputs / groups, kernel, kernel),
        normal(0.1, outputs));
  }

  private String gemm(String in, int inputs, int outputs) {
    return node(
        "Gemm",
        Map.of("transB", new Attribute.Int(1)),
        in,
        normal(Math.sqrt(2.0 / inputs), outputs, inputs),
        normal(0.1, outputs));
  }

  private String normal(double deviation, int... shape) {
    float[] values = new float[(int) Tensor.count(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    String name = "c" + constants.size();
    constants.put(name, Tensor.ofFloats(shape, values));
    return name;
  }
}
