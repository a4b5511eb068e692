package io.github.pleas.network;

import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A graph under rewriting: the few edits that bring it into canonical form. */
final class GraphEditor {
  private final Graph original;
  private final List<Node> nodes;
  private final Map<String, Tensor> initializers;

  GraphEditor(Graph graph) {
    this.original = graph;
    this.nodes = new ArrayList<>(graph.nodes());
    this.initializers = new LinkedHashMap<>(graph.initializers());
  }

  /** The nodes as they stand, a copy that stays valid while the graph is edited. */
  List<Node> nodes() {
    return List.copyOf(nodes);
  }

  Optional<Tensor> constant(String value) {
    return Optional.ofNullable(initializers.get(value));
  }

  boolean isConstant(String value) {
    return initializers.containsKey(value);
  }

  /** Adds a constant under a name that is free, near the one given, and tells that name. */
  String addConstant(String near, Tensor tensor) {
    String name = near;
    for (int i = 1; initializers.containsKey(name); i++) {
      name = near + "_" + i;
    }
    initializers.put(name, tensor);
    return name;
  }

  void setConstant(String name, Tensor tensor) {
    initializers.put(name, tensor);
  }

  List<Node> consumers(String value) {
    return nodes.stream().filter(node -> node.inputs().contains(value)).toList();
  }

  Optional<Node> producer(String value) {
    return nodes.stream().filter(node -> node.outputs().contains(value)).findFirst();
  }

  boolean isOutput(String value) {
    return original.outputs().stream().anyMatch(output -> output.name().equals(value));
  }

  boolean isInput(String value) {
    return original.inputs().stream().anyMatch(input -> input.name().equals(value));
  }

  /** Whether exactly one node uses a value, once, and nobody outside the graph reads it. */
  boolean hasSingleUse(String value) {
    List<Node> users = consumers(value);
    return users.size() == 1
        && users.get(0).inputs().stream().filter(value::equals).count() == 1
        && !isOutput(value);
  }

  void replace(Node old, Node replacement) {
    nodes.set(nodes.indexOf(old), replacement);
  }

  void remove(Node node) {
    nodes.remove(node);
  }

  /** Makes every user of a value use another one. */
  void redirect(String from, String to) {
    nodes.replaceAll(
        node ->
            node.inputs().contains(from)
                ? node.withInputs(
                    node.inputs().stream().map(input -> input.equals(from) ? to : input).toList())
                : node);
  }

  /** The edited graph without the nodes and constants that no output needs. */
  Graph build() {
    Set<String> needed = new HashSet<>();
    for (ValueInfo output : original.outputs()) {
      needed.add(output.name());
    }
    List<Node> kept = new ArrayList<>();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      if (node.outputs().stream().anyMatch(needed::contains)) {
        kept.add(0, node);
        needed.addAll(node.inputs());
        needed.addAll(Subgraphs.captures(node));
      }
    }
    Map<String, Tensor> used = new LinkedHashMap<>(initializers);
    used.keySet().retainAll(needed);
    return original.withNodes(kept).withInitializers(used);
  }
}
