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
import java.util.Optional;
import java.util.Set;

/**
 * The ends of a network: its heads, the last layers with weights before each output, and the nodes
 * from them to the outputs; or, where it is forked, everything behind the fork. What comes before
 * is the trunk, which merging makes common.
 */
public final class Tails {
  private final Network network;
  private final Optional<Fork> fork;
  private final List<Layer> heads;
  private final Set<Node> nodes;
  private final Set<Node> passing;

  private Tails(
      Network network, Optional<Fork> fork, List<Layer> heads, Set<Node> nodes, Set<Node> passing) {
    this.network = network;
    this.fork = fork;
    this.heads = List.copyOf(heads);
    this.nodes = nodes;
    this.passing = passing;
  }

  /**
   * The tails of a network.
   *
   * @param fork the node behind which they begin; without it, the last layers begin them
   * @throws io.github.pleas.InvalidInputException if there can be no fork at that node
   */
  public static Tails of(Network network, Optional<String> fork) {
    return fork.map(name -> of(network, Fork.at(network, name))).orElseGet(() -> of(network));
  }

  /**
   * Behind a fork, what only turns each unit into one, such as an activation or a pooling, passes
   * the merged units on; dense layers that read these are heads.
   */
  private static Tails of(Network network, Fork fork) {
    Map<Node, Layer> layers = new HashMap<>();
    network.layers().forEach(layer -> layers.put(layer.node(), layer));
    Set<String> passed = new HashSet<>(fork.values());
    List<Layer> heads = new ArrayList<>();
    Set<Node> nodes = new HashSet<>();
    Set<Node> passing = new HashSet<>();
    for (Node node : network.graph().nodes()) {
      if (!fork.isBehind(node)) {
        continue;
      }
      nodes.add(node);
      Layer layer = layers.get(node);
      if (layer != null && layer.kind().isDense() && passed.contains(layer.input())) {
        heads.add(layer);
      } else if (layer == null
          && passed.contains(node.input(0))
          && UnitWise.passes(node, network)) {
        passing.add(node);
        passed.add(node.output());
      }
    }
    return new Tails(network, Optional.of(fork), heads, nodes, passing);
  }

  /** The tails of a network that is not forked. */
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
    return new Tails(network, Optional.empty(), heads, tail, Set.of());
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

  public boolean isForked() {
    return fork.isPresent();
  }

  /** Whether a node of a tail passes the merged units on to heads, each by itself. */
  public boolean isPassing(Node node) {
    return passing.contains(node);
  }

  /** Whether it can do so where the units stand on an axis. */
  public boolean isPassing(Node node, int axis) {
    return passing.contains(node) && (axis == 1 || UnitWise.isActivation(node));
  }

  /** The trunk's value that reaches a value of a tail through nodes that pass it on. */
  public String passed(String value) {
    for (Node node : passing) {
      if (node.outputs().contains(value)) {
        return passed(node.input(0));
      }
    }
    return value;
  }

  /** Whether nothing learned comes after a head, so that its result is an answer. */
  public boolean isLast(Layer head) {
    Set<String> made = new HashSet<>(Set.of(head.output()));
    for (Node node : network.graph().nodes()) {
      Set<String> reads = Subgraphs.reads(node);
      if (nodes.contains(node) && reads.stream().anyMatch(made::contains)) {
        if (!node.is("Resize") && reads.stream().anyMatch(this::isLearned)) {
          return false;
        }
        made.addAll(node.outputs());
      }
    }
    return true;
  }

  private boolean isLearned(String value) {
    return network.isConstant(value)
        && network.constant(value).isFloat()
        && network.constant(value).size() > 1;
  }

  /**
   * What merging makes common, to be analysed: where it is forked, the trunk as a network of its
   * own, without outputs, so that the units at its end move too. Otherwise the whole network.
   */
  public Network trunk() {
    return fork.map(Fork::trunk).orElse(network);
  }

  /**
   * The trunk with outputs that stay the same when its units are reordered: where it is forked,
   * sums over what the fork writes. Otherwise the whole network.
   */
  public Network checkable() {
    return fork.map(Fork::checkable).orElse(network);
  }

  /** The values at which the trunk ends. */
  public Set<String> ends() {
    Set<String> ends = new HashSet<>();
    fork.ifPresentOrElse(
        f -> ends.addAll(f.values()), () -> heads.forEach(head -> ends.add(head.input())));
    return ends;
  }
}
