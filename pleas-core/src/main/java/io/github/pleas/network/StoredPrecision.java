package io.github.pleas.network;

import io.github.pleas.InvalidInputException;
import io.github.pleas.checkpoint.Precision;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A graph whose large constants are stored in 16 bits and made single precision again by a Cast
 * behind each: half the file, the same operators in the same precision, and the same inputs and
 * outputs. A runtime folds the casts when it loads the graph.
 */
public final class StoredPrecision {
  private static final int BFLOAT16_OPSET = 13;

  private StoredPrecision() {}

  /**
   * The graph with its large constants in a precision, whatever theirs was. With {@link
   * Precision#FLOAT32} it becomes a graph of single precision throughout, and so do its inputs and
   * outputs.
   *
   * @throws io.github.pleas.InvalidInputException if a value is beyond what the precision can hold
   */
  public static Graph of(Graph graph, Precision precision) {
    if (precision == Precision.KEEP) {
      return graph;
    }
    requireKnown(graph, precision);
    Graph single = SinglePrecision.of(graph);
    return precision == Precision.FLOAT32 ? single : stored(single, precision);
  }

  /**
   * Refuses, before long work, a precision that a graph's operator set does not know.
   *
   * @throws InvalidInputException for bfloat16 below version 13, whose Cast does not take it
   */
  public static void requireKnown(Graph graph, Precision precision) {
    if (precision == Precision.BFLOAT16 && graph.opset() < BFLOAT16_OPSET) {
      throw new InvalidInputException(
          "bfloat16 can be stored from version %d of the ONNX operator set on, and this model has %d; choose float16 or float32, or export it with a newer opset_version"
              .formatted(BFLOAT16_OPSET, graph.opset()));
    }
  }

  private static Graph stored(Graph graph, Precision precision) {
    Set<String> names = new HashSet<>(graph.initializers().keySet());
    graph.nodes().forEach(node -> names.addAll(node.outputs()));
    graph.inputs().forEach(input -> names.add(input.name()));
    Map<String, Tensor> initializers = new LinkedHashMap<>();
    List<Node> nodes = new ArrayList<>();
    Set<String> nodeNames = new HashSet<>();
    graph.nodes().forEach(node -> nodeNames.add(node.name()));
    graph
        .initializers()
        .forEach(
            (name, tensor) -> {
              // Some operators want what is small to be a constant.
              if (!tensor.isFloat() || !Precision.isLarge(tensor)) {
                initializers.put(name, tensor);
                return;
              }
              String stored = free(name + "_stored", names);
              initializers.put(stored, precision.of(tensor, "tensor \"" + name + "\""));
              nodes.add(
                  new Node(
                      free(name + "_cast", nodeNames),
                      "Cast",
                      "",
                      List.of(stored),
                      List.of(name),
                      Map.of("to", new Attribute.Int(ElementType.FLOAT.code()))));
            });
    nodes.addAll(graph.nodes());
    return graph.withInitializers(initializers).withNodes(nodes);
  }

  private static String free(String name, Set<String> taken) {
    String free = name;
    while (!taken.add(free)) {
      free += "_";
    }
    return free;
  }
}
