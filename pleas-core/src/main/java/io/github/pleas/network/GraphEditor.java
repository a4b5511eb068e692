package io.github.pleas.network;

import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import io.github.pleas.onnx.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A graph under rewriting: the few edits that bring it into canonical form. Each costs time in
 * proportion to what it touches, not to the graph.
 */
final class GraphEditor {
  private final Graph original;

  /** The distance between the nodes of the original; half of it is left at each insertion. */
  private static final long GAP = 1L << 20;

  private final TreeMap<Long, Node> nodes = new TreeMap<>();
  private final Map<String, Tensor> initializers;
  private final Map<String, Long> makers = new HashMap<>();
  private final Map<String, SortedSet<Long>> readers = new HashMap<>();
  private final Set<String> captured = new HashSet<>();
  private final Set<String> inputs = new HashSet<>();
  private final Set<String> outputs = new HashSet<>();

  GraphEditor(Graph graph) {
    this.original = graph;
    this.initializers = new LinkedHashMap<>(graph.initializers());
    graph.inputs().forEach(input -> inputs.add(input.name()));
    graph.outputs().forEach(output -> outputs.add(output.name()));
    for (Node node : graph.nodes()) {
      put(GAP * (nodes.size() + 1), node);
      captured.addAll(Subgraphs.captures(node));
    }
  }

  private void put(long place, Node node) {
    nodes.put(place, node);
    node.outputs().stream().filter(o -> !o.isEmpty()).forEach(o -> makers.put(o, place));
    for (String value : Subgraphs.reads(node)) {
      readers.computeIfAbsent(value, any -> new TreeSet<>()).add(place);
    }
  }

  private long take(Node node) {
    String output = node.outputs().stream().filter(o -> !o.isEmpty()).findFirst().orElseThrow();
    Long place = makers.get(output);
    if (place == null || !node.equals(nodes.get(place))) {
      throw new IllegalStateException("node '" + node.name() + "' is no longer in the graph");
    }
    nodes.remove(place);
    node.outputs().forEach(makers::remove);
    for (String value : Subgraphs.reads(node)) {
      readers.getOrDefault(value, Collections.emptySortedSet()).remove(place);
    }
    return place;
  }

  /** The nodes as they stand, a copy that stays valid while the graph is edited. */
  List<Node> nodes() {
    return List.copyOf(nodes.values());
  }

  Optional<Tensor> constant(String value) {
    return Optional.ofNullable(initializers.get(value));
  }

  boolean isConstant(String value) {
    return initializers.containsKey(value);
  }

  /** Adds a constant under a name that is free, near the one given, and tells that name. */
  String addConstant(String near, Tensor tensor) {
    String name = freeName(near);
    initializers.put(name, tensor);
    return name;
  }

  /** A name that no value has, near the one given. */
  String freeName(String near) {
    String name = near;
    for (int i = 1; isTaken(name); i++) {
      name = near + "_" + i;
    }
    return name;
  }

  /** Whether a name stands for a value; those that a subgraph reads from outside are among them. */
  private boolean isTaken(String name) {
    return initializers.containsKey(name)
        || makers.containsKey(name)
        || inputs.contains(name)
        || outputs.contains(name)
        || captured.contains(name);
  }

  void setConstant(String name, Tensor tensor) {
    initializers.put(name, tensor);
  }

  /** The nodes that read a value, in graph order. */
  List<Node> consumers(String value) {
    return readers.getOrDefault(value, Collections.emptySortedSet()).stream()
        .flatMap(place -> Optional.ofNullable(nodes.get(place)).stream())
        .toList();
  }

  Optional<Node> producer(String value) {
    return Optional.ofNullable(makers.get(value)).map(nodes::get);
  }

  boolean isOutput(String value) {
    return outputs.contains(value);
  }

  boolean isInput(String value) {
    return inputs.contains(value);
  }

  /** Whether the graph inside a node reads a value by its name, which then has to stay. */
  boolean isCaptured(String value) {
    return captured.contains(value);
  }

  /** Whether any node, or anybody outside the graph, reads a value. */
  boolean isUsed(String value) {
    return isOutput(value) || !consumers(value).isEmpty();
  }

  /** Whether exactly one node uses a value, once, and nobody outside the graph reads it. */
  boolean hasSingleUse(String value) {
    List<Node> users = consumers(value);
    return users.size() == 1
        && users.get(0).inputs().stream().filter(value::equals).count() == 1
        && !isCaptured(value)
        && !isOutput(value);
  }

  void replace(Node old, Node replacement) {
    put(take(old), replacement);
  }

  /** Puts a node right before another. */
  void insertBefore(Node node, Node inserted) {
    Long place = makers.get(node.output());
    Long lower = place == null ? null : nodes.lowerKey(place);
    long free = place == null ? 0 : (place + (lower == null ? 0 : lower)) / 2;
    if (place == null || nodes.containsKey(free)) {
      throw new IllegalStateException("no place before node '" + node.name() + "'");
    }
    put(free, inserted);
  }

  void remove(Node node) {
    take(node);
  }

  /** Makes every user of a value use another one. */
  void redirect(String from, String to) {
    for (Node node : consumers(from)) {
      replace(
          node,
          node.withInputs(
              node.inputs().stream().map(input -> input.equals(from) ? to : input).toList()));
    }
  }

  /** The edited graph without the nodes and constants that no output needs. */
  Graph build() {
    Set<String> needed = new HashSet<>(outputs);
    List<Node> kept = new ArrayList<>();
    for (Node node : nodes.descendingMap().values()) {
      if (node.outputs().stream().anyMatch(needed::contains)) {
        kept.add(node);
        needed.addAll(Subgraphs.reads(node));
      }
    }
    Collections.reverse(kept);
    Map<String, Tensor> used = new LinkedHashMap<>(initializers);
    used.keySet().retainAll(needed);
    return original.withNodes(kept).withInitializers(used);
  }
}
