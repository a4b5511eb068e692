package io.github.pleas.network;

import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which node makes each value and which nodes read it, captured by subgraphs or not. */
final class NodeIndex {
  private final Map<String, Node> producers = new HashMap<>();
  private final Map<String, List<Node>> consumers = new HashMap<>();

  NodeIndex(List<Node> nodes) {
    for (Node node : nodes) {
      node.outputs().stream().filter(o -> !o.isEmpty()).forEach(o -> producers.put(o, node));
      for (String value : Subgraphs.reads(node)) {
        consumers.computeIfAbsent(value, any -> new ArrayList<>()).add(node);
      }
    }
  }

  Optional<Node> producer(String value) {
    return Optional.ofNullable(producers.get(value));
  }

  /** The nodes that read a value, each once, in graph order. */
  List<Node> consumers(String value) {
    return List.copyOf(consumers.getOrDefault(value, List.of()));
  }
}
