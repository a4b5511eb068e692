package io.github.pleas.network;

import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The same graph, written otherwise. */
final class Disguise {
  private Disguise() {}

  /** All names of nodes, values and constants changed, those of input and outputs too. */
  static Graph renamed(Graph graph) {
    UnaryOperator<String> other = name -> name.isEmpty() ? name : "other/" + name + ":0";
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      nodes.add(
          new Node(
              "node-" + (graph.nodes().size() - nodes.size()),
              node.op(),
              node.domain(),
              node.inputs().stream().map(other).toList(),
              node.outputs().stream().map(other).toList(),
              node.attributes()));
    }
    Map<String, Tensor> constants = new LinkedHashMap<>();
    graph.initializers().forEach((name, tensor) -> constants.put(other.apply(name), tensor));
    return graph
        .withNodes(nodes)
        .withInitializers(constants)
        .withInputs(graph.inputs().stream().map(v -> named(v, other)).toList())
        .withOutputs(graph.outputs().stream().map(v -> named(v, other)).toList());
  }

  private static ValueInfo named(ValueInfo value, UnaryOperator<String> other) {
    return new ValueInfo(other.apply(value.name()), value.type(), value.shape());
  }

  /** The nodes in another topological order, drawn at random. */
  static Graph reordered(Graph graph, long seed) {
    Random random = new Random(seed);
    Set<String> made = new HashSet<>(graph.initializers().keySet());
    graph.inputs().forEach(input -> made.add(input.name()));
    made.add("");
    List<Node> left = new ArrayList<>(graph.nodes());
    List<Node> nodes = new ArrayList<>();
    while (!left.isEmpty()) {
      List<Node> ready = left.stream().filter(n -> made.containsAll(n.inputs())).toList();
      Node next = ready.get(random.nextInt(ready.size()));
      left.remove(next);
      made.addAll(next.outputs());
      nodes.add(next);
    }
    return graph.withNodes(nodes);
  }

  /** The operands of every node of an operator exchanged. */
  static Graph swapped(Graph graph, String op) {
    return graph.withNodes(
        graph.nodes().stream()
            .map(n -> n.is(op) ? n.withInputs(List.of(n.input(1), n.input(0))) : n)
            .toList());
  }
}
