package io.github.pleas.runtime;

import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import io.github.pleas.onnx.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The nodes that a frontier has still to run, and which of them come next. */
final class Route {
  /**
   * What runs from one stop to the next.
   *
   * @param nodes in topological order
   * @param outputs those of their values that are kept
   * @param needed the values that stay live behind them
   */
  record Stretch(List<Node> nodes, Set<String> outputs, Set<String> needed) {}

  private final Graph graph;
  private final Function<String, ValueShape> shapes;
  private final UnstoredValues unstored;
  private final List<Node> undone;
  private final Set<Node> repeated;

  /** All nodes of a graph. */
  Route(OrtRuntime runtime, Graph graph, Function<String, ValueShape> shapes) {
    this(graph, shapes, new UnstoredValues(runtime), graph.nodes(), Set.of());
  }

  private Route(
      Graph graph,
      Function<String, ValueShape> shapes,
      UnstoredValues unstored,
      List<Node> undone,
      Set<Node> repeated) {
    this.graph = graph;
    this.shapes = shapes;
    this.unstored = unstored;
    this.undone = new ArrayList<>(undone);
    this.repeated = new HashSet<>(repeated);
  }

  /** One to look ahead on. */
  Route copy() {
    return new Route(graph, shapes, unstored, undone, repeated);
  }

  /** The values that nodes to come compute. */
  Set<String> computed() {
    Set<String> values = new HashSet<>();
    undone.forEach(node -> values.addAll(node.outputs()));
    return values;
  }

  /**
   * Goes on to some values.
   *
   * @param live the values that are there
   * @param constants of all nodes on the way
   * @param late those of them that are not known
   * @return what has to run, perhaps nothing
   */
  Stretch advance(
      Set<String> live, Set<String> wanted, Map<String, Tensor> constants, LateConstants late) {
    Set<String> known = new HashSet<>(live);
    known.addAll(constants.keySet());
    late.declared().forEach(info -> known.add(info.name()));
    List<Node> segment = Subgraph.needed(undone, known, wanted);
    Set<String> outputs = Set.of();
    if (!segment.isEmpty()) {
      Set<String> others = unstored(segment, constants, late);
      Set<Node> done = new HashSet<>(segment);
      List<Node> later = undone.stream().filter(node -> !done.contains(node)).toList();
      List<Node> again = UnstoredValues.makers(segment, others, later);
      repeated.addAll(again);
      again.forEach(done::remove);
      undone.removeAll(done);
      outputs = outputsOf(segment, wanted);
      outputs.removeAll(others);
    }
    return new Stretch(segment, outputs, forgetRepeated(wanted));
  }

  private Set<String> unstored(
      List<Node> segment, Map<String, Tensor> constants, LateConstants late) {
    Set<String> all = new LinkedHashSet<>();
    segment.forEach(node -> all.addAll(node.outputs()));
    all.remove("");
    return unstored.of(segment, () -> part(segment, all, constants, late, Optional.empty()));
  }

  /**
   * Nodes as a graph.
   *
   * @param late constants that it takes as inputs, if its nodes read them
   */
  Graph part(
      List<Node> nodes,
      Set<String> outputs,
      Map<String, Tensor> constants,
      LateConstants late,
      Optional<? extends TapGraph> tap) {
    Graph own = Subgraph.of(graph, nodes, late.among(constants), outputs, shapes);
    Graph part = tap.map(t -> Subgraph.tapped(own, t, shapes)).orElse(own);
    return late.readBy(part).asInputs(part);
  }

  /** What nodes to come need; those among them that only ran for others that are done go. */
  private Set<String> forgetRepeated(Set<String> wanted) {
    Set<String> needed = new HashSet<>(wanted);
    for (int i = undone.size() - 1; i >= 0; i--) {
      Node node = undone.get(i);
      if (repeated.contains(node) && node.outputs().stream().noneMatch(needed::contains)) {
        undone.remove(i);
      } else {
        needed.addAll(Subgraphs.reads(node));
      }
    }
    return needed;
  }

  private Set<String> outputsOf(List<Node> segment, Set<String> wanted) {
    Set<String> needed = new HashSet<>(wanted);
    undone.forEach(node -> needed.addAll(Subgraphs.reads(node)));
    Set<String> outputs = new LinkedHashSet<>();
    for (Node node : segment) {
      node.outputs().stream().filter(needed::contains).forEach(outputs::add);
    }
    return outputs;
  }
}
