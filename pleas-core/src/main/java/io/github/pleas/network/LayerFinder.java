package io.github.pleas.network;

import static java.util.Objects.requireNonNull;

import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.ValueShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the layers with weights in a canonical graph. */
final class LayerFinder {
  private final Graph graph;
  private final Map<String, ValueShape> shapes;
  private final NodeIndex index;

  LayerFinder(Graph graph, Map<String, ValueShape> shapes) {
    this.graph = graph;
    this.shapes = shapes;
    this.index = new NodeIndex(graph.nodes());
  }

  List<Layer> find() {
    List<Layer> layers = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (!node.isStandard()) {
        continue;
      }
      Tensor weight = graph.initializers().get(node.input(1));
      if (weight == null || !weight.isFloat() || graph.initializers().containsKey(node.input(0))) {
        continue;
      }
      switch (node.op()) {
        case "Conv" -> convolution(node, weight).ifPresent(layers::add);
        case "Gemm" -> gemm(node, weight).ifPresent(layers::add);
        case "MatMul" -> matMul(node, weight).ifPresent(layers::add);
        case "BatchNormalization" -> affine(node, weight).ifPresent(layers::add);
        default -> {}
      }
    }
    return layers;
  }

  private Optional<Layer> convolution(Node node, Tensor weight) {
    if (!hasCanonicalBias(node, weight.dimension(0))) {
      return Optional.empty();
    }
    int inputs = requireNonNull(shapes.get(node.input(0))).dimension(1);
    int outputs = weight.dimension(0);
    int groups = (int) node.intAttribute("group", 1);
    int[] kernel = Arrays.copyOfRange(weight.shape(), 2, weight.rank());
    int[] ones = new int[kernel.length];
    Arrays.fill(ones, 1);
    Window window =
        new Window(
            kernel,
            node.intsAttribute("strides", ones),
            Arrays.copyOf(node.intsAttribute("pads", new int[2 * kernel.length]), kernel.length),
            node.intsAttribute("dilations", ones));
    Layer.Kind kind =
        groups == 1
            ? Layer.Kind.CONVOLUTION
            : groups == inputs && outputs == inputs ? Layer.Kind.DEPTHWISE : Layer.Kind.GROUPED;
    return Optional.of(
        new Layer(
            node,
            kind,
            node.input(0),
            node.output(),
            node.input(1),
            optional(node.input(2)),
            inputs,
            outputs,
            window));
  }

  /** A bias that is computed is no parameter, and a node that has one no layer of ours. */
  private boolean hasCanonicalBias(Node node, int outputs) {
    if (!node.hasInput(2)) {
      return true;
    }
    Tensor bias = graph.initializers().get(node.input(2));
    return bias != null && bias.isFloat() && bias.rank() == 1 && bias.dimension(0) == outputs;
  }

  private Optional<Layer> gemm(Node node, Tensor weight) {
    if (!LinearForm.isCanonicalGemm(node) || !hasCanonicalBias(node, weight.dimension(0))) {
      return Optional.empty();
    }
    return Optional.of(
        new Layer(
            node,
            Layer.Kind.GEMM,
            node.input(0),
            node.output(),
            node.input(1),
            optional(node.input(2)),
            weight.dimension(1),
            weight.dimension(0),
            Window.none()));
  }

  /** MatMul with a constant matrix; an Add of a constant vector right behind it is its bias. */
  private Optional<Layer> matMul(Node node, Tensor weight) {
    if (weight.rank() != 2) {
      return Optional.empty();
    }
    int outputs = weight.dimension(1);
    String output = node.output();
    Optional<String> bias = Optional.empty();
    List<Node> users = index.consumers(output);
    boolean read = graph.outputs().stream().anyMatch(o -> o.name().equals(output));
    String end = output;
    if (users.size() == 1 && users.get(0).is("Add") && !read) {
      Node add = users.get(0);
      String other = add.input(0).equals(output) ? add.input(1) : add.input(0);
      Tensor constant = graph.initializers().get(other);
      if (constant != null
          && constant.isFloat()
          && constant.size() == outputs
          && constant.rank() >= 1
          && constant.dimension(constant.rank() - 1) == outputs) {
        bias = Optional.of(other);
        end = add.output();
      }
    }
    return Optional.of(
        new Layer(
            node,
            Layer.Kind.MATMUL,
            node.input(0),
            end,
            node.input(1),
            bias,
            weight.dimension(0),
            outputs,
            Window.none()));
  }

  private Optional<Layer> affine(Node node, Tensor scale) {
    // With statistics of its own batch it is no fixed factor and offset.
    if (BatchNormFolding.isTraining(node)
        || !node.inputs().stream().skip(1).allMatch(graph.initializers()::containsKey)) {
      return Optional.empty();
    }
    return Optional.of(
        new Layer(
            node,
            Layer.Kind.AFFINE,
            node.input(0),
            node.output(),
            node.input(1),
            optional(node.input(2)),
            scale.size(),
            scale.size(),
            Window.none()));
  }

  private static Optional<String> optional(String name) {
    return name.isEmpty() ? Optional.empty() : Optional.of(name);
  }
}
