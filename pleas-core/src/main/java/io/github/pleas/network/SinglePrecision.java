package io.github.pleas.network;

import io.github.pleas.checkpoint.Precision;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A graph of another precision, computed in single precision: where the input or a constant has 16
 * bits, all values and constants of that type become single precision, and so do doubles where the
 * input is one. Other casts inside of a graph are there for a reason, and stay. Inputs and outputs
 * change their type with the rest.
 */
final class SinglePrecision {
  /** Operators that state the type of their result, and the attribute in which they do. */
  private static final Map<String, String> STATED =
      Map.of(
          "Cast", "to",
          "EyeLike", "dtype",
          "RandomNormal", "dtype",
          "RandomNormalLike", "dtype",
          "RandomUniform", "dtype",
          "RandomUniformLike", "dtype",
          "Bernoulli", "dtype");

  private final Set<ElementType> replaced = EnumSet.noneOf(ElementType.class);

  private SinglePrecision(Graph graph) {
    graph.inputs().forEach(input -> replaced.add(input.type()));
    graph.initializers().values().stream()
        .map(Tensor::type)
        .filter(type -> type != ElementType.DOUBLE)
        .forEach(replaced::add);
    replaced.retainAll(EnumSet.of(ElementType.FLOAT16, ElementType.BFLOAT16, ElementType.DOUBLE));
  }

  /** The graph in single precision; the same one if it is so already. */
  static Graph of(Graph graph) {
    return new SinglePrecision(graph).apply(graph);
  }

  private Graph apply(Graph graph) {
    Map<String, Tensor> initializers = new LinkedHashMap<>();
    graph.initializers().forEach((name, tensor) -> initializers.put(name, tensor(tensor)));
    return graph
        .withNodes(graph.nodes().stream().map(this::node).toList())
        .withInitializers(initializers)
        .withInputs(values(graph.inputs()))
        .withOutputs(values(graph.outputs()));
  }

  private Tensor tensor(Tensor tensor) {
    return replaced.contains(tensor.type()) ? Precision.FLOAT32.of(tensor) : tensor;
  }

  private List<ValueInfo> values(List<ValueInfo> values) {
    return values.stream()
        .map(
            value ->
                replaced.contains(value.type())
                    ? new ValueInfo(value.name(), ElementType.FLOAT, value.shape())
                    : value)
        .toList();
  }

  private Node node(Node node) {
    Node single = node;
    for (Map.Entry<String, Attribute> attribute : node.attributes().entrySet()) {
      if (attribute.getValue() instanceof Attribute.Value value
          && replaced.contains(value.tensor().type())) {
        single =
            single.withAttribute(attribute.getKey(), new Attribute.Value(tensor(value.tensor())));
      }
    }
    String stated = node.isStandard() ? STATED.getOrDefault(node.op(), "") : "";
    boolean other = replaced.stream().anyMatch(type -> node.intAttribute(stated, 0) == type.code());
    return other
        ? single.withAttribute(stated, new Attribute.Int(ElementType.FLOAT.code()))
        : single;
  }
}
