package io.github.pleas.network;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.ValueShape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One way of writing Gemm and Conv: y = W x + b, W [outputs, inputs...], b [outputs], explicit
 * pads.
 */
final class LinearForm {
  private LinearForm() {}

  /** Whether a Gemm computes W x + b, with W [outputs, inputs] and no factors. */
  static boolean isCanonicalGemm(Node node) {
    return node.intAttribute("transB", 0) != 0
        && node.intAttribute("transA", 0) == 0
        && node.floatAttribute("alpha", 1) == 1
        && node.floatAttribute("beta", 1) == 1;
  }

  /** Gemm with a constant weight becomes transB = 1, alpha = beta = 1, with a bias. */
  static void gemm(GraphEditor editor, Node node) {
    boolean constantBias = !node.hasInput(2) || editor.isConstant(node.input(2));
    Tensor b = editor.constant(node.input(1)).orElse(null);
    if (b == null || !b.isFloat() || node.intAttribute("transA", 0) != 0 || !constantBias) {
      return;
    }
    boolean transposed = node.intAttribute("transB", 0) != 0;
    int outputs = b.dimension(transposed ? 0 : 1);
    int inputs = b.dimension(transposed ? 1 : 0);
    float alpha = node.floatAttribute("alpha", 1);
    float[] from = b.floats();
    float[] weight = new float[from.length];
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < inputs; i++) {
        weight[o * inputs + i] =
            alpha * (transposed ? from[o * inputs + i] : from[i * outputs + o]);
      }
    }
    float[] bias = new float[outputs];
    if (node.hasInput(2)) {
      Tensor c = editor.constant(node.input(2)).orElseThrow();
      // As many numbers as outputs may also stand in a column, one for each row of a fixed batch.
      boolean forEachOutput = c.size() == outputs && c.dimension(c.rank() - 1) == outputs;
      if (!c.isFloat() || (c.size() != 1 && !forEachOutput)) {
        return;
      }
      float beta = node.floatAttribute("beta", 1);
      for (int o = 0; o < outputs; o++) {
        bias[o] = beta * c.floats()[c.size() == 1 ? 0 : o];
      }
    }
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    attributes.put("transB", new Attribute.Int(1));
    String weightName =
        constant(editor, node.input(1), b, Tensor.ofFloats(new int[] {outputs, inputs}, weight));
    String biasName = bias(editor, node, Tensor.ofFloats(new int[] {outputs}, bias));
    editor.replace(
        node,
        new Node(
            node.name(),
            "Gemm",
            "",
            List.of(node.input(0), weightName, biasName),
            node.outputs(),
            attributes));
  }

  /**
   * MatMul of rows with a constant matrix, and the Add of a bias right behind it, is a Gemm: as
   * other exporters write the same layer.
   *
   * @param rank of the result, and so of the rows
   */
  static void matMul(GraphEditor editor, Node node, int rank) {
    Tensor matrix = editor.constant(node.input(1)).orElse(null);
    if (matrix == null || !matrix.isFloat() || matrix.rank() != 2 || rank != 2) {
      return;
    }
    List<String> inputs = new ArrayList<>(node.inputs());
    String output = node.output();
    Optional<Node> add =
        editor.hasSingleUse(output)
            ? editor.consumers(output).stream().filter(user -> user.is("Add")).findFirst()
            : Optional.empty();
    if (add.isPresent()) {
      Node user = add.get();
      String other = user.input(user.input(0).equals(output) ? 1 : 0);
      int outputs = matrix.dimension(1);
      if (editor.constant(other).filter(c -> isRow(c, outputs)).isPresent()) {
        inputs.add(other);
        output = user.output();
        editor.remove(user);
      }
    }
    Node gemm = new Node(node.name(), "Gemm", "", inputs, List.of(output), Map.of());
    editor.replace(node, gemm);
    gemm(editor, gemm);
  }

  /** One number for each output, in a row. */
  private static boolean isRow(Tensor tensor, int outputs) {
    return tensor.isFloat()
        && tensor.rank() >= 1
        && tensor.rank() <= 2
        && tensor.size() == outputs
        && tensor.dimension(tensor.rank() - 1) == outputs;
  }

  /** Conv with a constant weight gets a bias and explicit pads, strides and dilations. */
  static void convolution(GraphEditor editor, Node node, ValueShape in, ValueShape out) {
    Tensor weight = editor.constant(node.input(1)).orElse(null);
    boolean constantBias = !node.hasInput(2) || editor.isConstant(node.input(2));
    if (weight == null || !weight.isFloat() || !constantBias) {
      return;
    }
    int spatial = weight.rank() - 2;
    int[] ones = new int[spatial];
    java.util.Arrays.fill(ones, 1);
    int[] kernel = java.util.Arrays.copyOfRange(weight.shape(), 2, weight.rank());
    int[] strides = node.intsAttribute("strides", ones);
    int[] dilations = node.intsAttribute("dilations", ones);
    int[] pads = pads(node, in, out, kernel, strides, dilations);
    String bias =
        node.hasInput(2)
            ? node.input(2)
            : bias(
                editor,
                node,
                Tensor.ofFloats(new int[] {weight.dimension(0)}, new float[weight.dimension(0)]));
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    attributes.put("dilations", ints(dilations));
    attributes.put("group", new Attribute.Int(node.intAttribute("group", 1)));
    attributes.put("kernel_shape", ints(kernel));
    attributes.put("pads", ints(pads));
    attributes.put("strides", ints(strides));
    editor.replace(
        node,
        new Node(
            node.name(),
            "Conv",
            "",
            List.of(node.input(0), node.input(1), bias),
            node.outputs(),
            attributes));
  }

  /**
   * Explicit pads, [begin..., end...]; SAME spreads what is missing over both sides (ONNX, Conv,
   * auto_pad).
   */
  private static int[] pads(
      Node node, ValueShape in, ValueShape out, int[] kernel, int[] strides, int[] dilations) {
    int spatial = kernel.length;
    String auto = node.textAttribute("auto_pad", "NOTSET");
    if (auto.equals("NOTSET") || auto.isEmpty()) {
      return node.intsAttribute("pads", new int[2 * spatial]);
    }
    int[] pads = new int[2 * spatial];
    for (int axis = 0; axis < spatial && auto.startsWith("SAME"); axis++) {
      int reach = (kernel[axis] - 1) * dilations[axis] + 1;
      int total =
          Math.max(
              0, (out.dimension(axis + 2) - 1) * strides[axis] + reach - in.dimension(axis + 2));
      int small = total / 2;
      pads[axis] = auto.equals("SAME_UPPER") ? small : total - small;
      pads[axis + spatial] = total - pads[axis];
    }
    return pads;
  }

  /**
   * The changed constant under a name of its own, since another node may read the old one; the old
   * name where nothing changed.
   */
  static String constant(GraphEditor editor, String name, Tensor old, Tensor changed) {
    if (changed.equals(old)) {
      return name;
    }
    String near = name + "_canonical";
    return editor.constant(near).filter(changed::equals).isPresent()
        ? near // of another layer that shares the weight
        : editor.addConstant(near, changed);
  }

  private static String bias(GraphEditor editor, Node node, Tensor bias) {
    if (node.hasInput(2) && editor.constant(node.input(2)).filter(bias::equals).isPresent()) {
      return node.input(2);
    }
    return editor.addConstant(node.name() + "_bias", bias);
  }

  private static Attribute ints(int[] values) {
    List<Long> list = new ArrayList<>();
    for (int value : values) {
      list.add((long) value);
    }
    return new Attribute.Ints(list);
  }
}
