package io.github.pleas.network;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Small graphs for tests, node by node. Every method adds a node and returns the name of its
 * output; weights are normal numbers from a seed, of a size that keeps activations near one.
 */
public final class GraphBuilder {
  private final Random random;
  private final List<ValueInfo> inputs = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Tensor> initializers = new LinkedHashMap<>();
  private final Map<String, Integer> domains = new LinkedHashMap<>();
  private int opset = 17;

  public GraphBuilder(long seed) {
    this.random = new Random(seed);
  }

  public GraphBuilder opset(int version) {
    this.opset = version;
    return this;
  }

  /** The input, [batch, shape...]. */
  public String input(String name, int... shape) {
    List<ValueInfo.Dimension> dimensions = new ArrayList<>();
    dimensions.add(ValueInfo.Dimension.free("batch"));
    Arrays.stream(shape).mapToObj(ValueInfo.Dimension::of).forEach(dimensions::add);
    inputs.add(new ValueInfo(name, ElementType.FLOAT, dimensions));
    return name;
  }

  /** An input of whole numbers for each token of a text of any length, [batch, tokens]. */
  public String tokens(String name) {
    inputs.add(
        new ValueInfo(
            name,
            ElementType.INT64,
            List.of(ValueInfo.Dimension.free("batch"), ValueInfo.Dimension.free("tokens"))));
    return name;
  }

  /** A node with one output, which is named after it: the operator in lower case and a number. */
  public String node(String op, Map<String, Attribute> attributes, String... in) {
    String name = op.toLowerCase(java.util.Locale.ROOT) + "_" + nodes.size();
    nodes.add(new Node(name, op, "", List.of(in), List.of(name), attributes));
    return name;
  }

  public String node(String op, String... in) {
    return node(op, Map.of(), in);
  }

  /**
   * A node of any operator set, with several outputs.
   *
   * @param domain the operator set; "" for ONNX's own
   */
  public List<String> nodes(
      String domain, String op, Map<String, Attribute> attributes, int outputs, String... in) {
    String name = op.toLowerCase(java.util.Locale.ROOT) + "_" + nodes.size();
    List<String> out =
        IntStream.range(0, outputs).mapToObj(k -> k == 0 ? name : name + "_" + k).toList();
    if (!domain.isEmpty()) {
      domains.put(domain, 1);
    }
    nodes.add(new Node(name, op, domain, List.of(in), out, attributes));
    return out;
  }

  /** A convolution of stride 1 with padding that keeps the size (for an odd kernel). */
  public String conv(String in, int inputs, int outputs, int kernel) {
    return conv(in, inputs, outputs, kernel, 1, 1);
  }

  /** A convolution with padding kernel / 2. */
  public String conv(String in, int inputs, int outputs, int kernel, int stride, int groups) {
    int pad = kernel / 2;
    String weight =
        weight(
            Math.sqrt(2.0 * groups / (inputs * kernel * kernel)),
            outputs,
            inputs / groups,
            kernel,
            kernel);
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    attributes.put("kernel_shape", ints(kernel, kernel));
    attributes.put("strides", ints(stride, stride));
    attributes.put("pads", ints(pad, pad, pad, pad));
    attributes.put("group", new Attribute.Int(groups));
    return node("Conv", attributes, in, weight, weight(0.1, outputs));
  }

  public String gemm(String in, int inputs, int outputs) {
    String weight = weight(Math.sqrt(2.0 / inputs), outputs, inputs);
    return node("Gemm", Map.of("transB", new Attribute.Int(1)), in, weight, weight(0.1, outputs));
  }

  /** MatMul and Add, as exporters write a linear layer on tokens. */
  public String matMul(String in, int inputs, int outputs) {
    String product = node("MatMul", in, weight(Math.sqrt(2.0 / inputs), inputs, outputs));
    return node("Add", product, weight(0.1, outputs));
  }

  public String batchNorm(String in, int channels) {
    return node(
        "BatchNormalization",
        Map.of("epsilon", new Attribute.Float(1e-5f)),
        in,
        positive(channels),
        weight(0.1, channels),
        weight(0.1, channels),
        positive(channels));
  }

  public String relu(String in) {
    return node("Relu", in);
  }

  public String add(String a, String b) {
    return node("Add", a, b);
  }

  /** The mean over height and width, [batch, channels]. */
  public String pooled(String in) {
    return node("Flatten", node("GlobalAveragePool", in));
  }

  /** A constant of normal numbers of some deviation. */
  public String weight(double deviation, int... shape) {
    float[] values = new float[(int) Tensor.count(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return constant(Tensor.ofFloats(shape, values));
  }

  /** A constant vector of numbers from 0.5 to 1.5. */
  public String positive(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = 0.5f + random.nextFloat();
    }
    return constant(Tensor.ofFloats(new int[] {length}, values));
  }

  public String longs(long... values) {
    return constant(Tensor.ofLongs(new int[] {values.length}, values));
  }

  public String constant(Tensor tensor) {
    String name = "c" + initializers.size();
    initializers.put(name, tensor);
    return name;
  }

  public static Attribute ints(long... values) {
    return new Attribute.Ints(LongStream.of(values).boxed().toList());
  }

  /** The graph with some values as its outputs, of undeclared shape. */
  public Graph build(String... outputs) {
    List<ValueInfo> declared =
        Arrays.stream(outputs)
            .map(name -> new ValueInfo(name, ElementType.FLOAT, List.of()))
            .toList();
    Map<String, Integer> opsets = new LinkedHashMap<>(domains);
    opsets.put("", opset);
    return new Graph("test", inputs, declared, nodes, initializers, opsets, 8, Map.of());
  }
}
