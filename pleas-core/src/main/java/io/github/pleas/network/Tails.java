package io.github.pleas.network;

import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import io.github.pleas.onnx.ValueInfo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The ends of a network: its heads, the last layers with weights before each output, and the nodes
 * from them to the outputs. Everything before is the trunk, which merging makes common.
 */
public final class Tails {
  private final List<Layer> heads;
  private final Set<Node> nodes;

  private Tails(List<Layer> heads, Set<Node> nodes) {
    this.heads = heads;
    this.nodes = nodes;
  }

  /** The tails of a network. */
  public static Tails of(Network network) {
    Map<String, Node> producers = new HashMap<>();
    network.graph().nodes().forEach(n -> n.outputs().forEach(o -> producers.put(o, n)));
    Set<Node> weighted = new HashSet<>();
    network.layers().forEach(layer -> weighted.add(layer.node()));
    Deque<String> open = new ArrayDeque<>();
    network.graph().outputs().stream().map(ValueInfo::name).forEach(open::add);
    Set<Node> ends = new HashSet<>();
    Set<String> seen = new HashSet<>(open);
    while (!open.isEmpty()) {
      Node node = producers.get(open.poll());
      if (node == null) {
        continue;
      }
      if (weighted.contains(node)) {
        ends.add(node);
        continue;
      }
      Subgraphs.reads(node).stream().filter(seen::add).forEach(open::add);
    }
    // From the heads on: a node before a head may lie on the way back too, as with a skip over the
    // last layer.
    Set<Node> tail = new HashSet<>(ends);
    Set<String> made = new HashSet<>();
    for (Node node : network.graph().nodes()) {
      if (tail.contains(node) || Subgraphs.reads(node).stream().anyMatch(made::contains)) {
        tail.add(node);
        node.outputs().stream().filter(output -> !output.isEmpty()).forEach(made::add);
      }
    }
    List<Layer> heads = new ArrayList<>();
    for (Layer layer : network.layers()) {
      if (ends.contains(layer.node())) {
        heads.add(layer);
      }
    }
    return new Tails(List.copyOf(heads), tail);
  }

  /** The heads in graph order. */
  public List<Layer> heads() {
    return heads;
  }

  public boolean isHead(Layer layer) {
    return heads.contains(layer);
  }

  /** Whether a node is a head or comes after one. */
  public boolean isTail(Node node) {
    return nodes.contains(node);
  }
}
