package io.github.pleas.network;

import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.Subgraph;
import io.github.pleas.runtime.ValueShape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A node behind which two networks stay two: what it writes is the last that merging makes common.
 * It is on every way from the input to the outputs, and at least one layer comes before it.
 */
public final class Fork {
  private final Network network;
  private final Node node;
  private final Set<Node> behind = new HashSet<>();

  private Fork(Network network, Node node) {
    this.network = network;
    this.node = node;
    Set<String> made = new HashSet<>(values());
    for (Node other : network.graph().nodes()) {
      if (Subgraphs.reads(other).stream().anyMatch(made::contains)) {
        behind.add(other);
        other.outputs().stream().filter(output -> !output.isEmpty()).forEach(made::add);
      }
    }
  }

  /**
   * A fork at a node.
   *
   * @param name the name of the node, or of a value that it writes
   * @throws InvalidInputException if there is no such node, or two networks cannot part there: why
   */
  public static Fork at(Network network, String name) {
    if (network.inputNames().contains(name)) {
      throw new InvalidInputException(
          "%s: a fork at the input '%s' leaves nothing to merge".formatted(network.source(), name));
    }
    Node node =
        network.graph().nodes().stream()
            .filter(n -> n.name().equals(name) || n.outputs().contains(name))
            .min(Comparator.comparing(n -> !n.name().equals(name)))
            .orElseThrow(() -> unknown(network, name));
    Fork fork = new Fork(network, node);
    fork.check();
    return fork;
  }

  /** Whether two networks could part at a node of this one. */
  static boolean isPossible(Network network, Node node) {
    return new Fork(network, node).obstacle().isEmpty();
  }

  private static InvalidInputException unknown(Network network, String name) {
    return new InvalidInputException(
        "%s has no node '%s' to fork at; names near it are %s"
            .formatted(
                network.source(),
                name,
                Names.nearest(name, network.graph().nodes().stream().map(Node::name).toList())));
  }

  private void check() {
    String obstacle = obstacle();
    if (!obstacle.isEmpty()) {
      throw new InvalidInputException(
          "%s: no fork at '%s': %s".formatted(network.source(), node.name(), obstacle));
    }
  }

  /** Why two networks cannot part here; empty where they can. */
  private String obstacle() {
    if (behind.isEmpty()) {
      return "nothing comes after it";
    }
    Set<String> made = new HashSet<>(values());
    behind.forEach(n -> made.addAll(n.outputs()));
    for (ValueInfo output : network.graph().outputs()) {
      if (!made.contains(output.name()) || values().contains(output.name())) {
        return "output '%s' does not come after it".formatted(output.name());
      }
    }
    for (Node other : network.graph().nodes()) {
      for (String read : behind.contains(other) ? Subgraphs.reads(other) : Set.<String>of()) {
        if (!made.contains(read) && !network.isConstant(read)) {
          return "'%s' goes past it, into '%s'".formatted(read, other.name());
        }
      }
    }
    return network.layers().stream().allMatch(layer -> behind.contains(layer.node()))
        ? "no layer comes before it, so that nothing would be merged"
        : "";
  }

  /** The values that it writes. */
  public List<String> values() {
    return node.outputs().stream().filter(output -> !output.isEmpty()).toList();
  }

  Node node() {
    return node;
  }

  /** Whether a node comes after it. */
  boolean isBehind(Node other) {
    return behind.contains(other);
  }

  /**
   * What comes before the fork as a network of its own, without outputs: all its units may move.
   */
  Network trunk() {
    return trunk(List.of(), Map.of());
  }

  /**
   * As {@link #trunk}, with sums of squares as outputs, over all that the fork writes for an image:
   * they tell whether that is the same, whatever the order of its units.
   */
  Network checkable() {
    List<Node> sums = new ArrayList<>();
    Map<String, Tensor> axes = new HashMap<>();
    for (String value : values()) {
      String sum = value + "_squares";
      while (network.hasValue(sum) || network.isConstant(sum)) {
        sum += "_2";
      }
      sums.add(sumOfSquares(value, sum, axes));
    }
    return trunk(sums, axes);
  }

  /** The trunk with nodes that make a number for each image, its outputs. */
  private Network trunk(List<Node> ends, Map<String, Tensor> more) {
    List<Node> nodes =
        new ArrayList<>(
            network.graph().nodes().stream().filter(other -> !behind.contains(other)).toList());
    nodes.addAll(ends);
    Map<String, Tensor> constants = new LinkedHashMap<>(network.graph().initializers());
    constants.putAll(more);
    Set<String> read =
        nodes.stream().flatMap(n -> Subgraphs.reads(n).stream()).collect(Collectors.toSet());
    constants.keySet().retainAll(read);
    Map<String, ValueShape> shapes = new HashMap<>(network.shapes());
    ValueShape number = new ValueShape(new int[] {1}, 0);
    Map<String, ElementType> types = new HashMap<>(network.types());
    for (Node end : ends) {
      shapes.put(end.output(), number);
      types.put(end.output(), ElementType.FLOAT);
    }
    Graph graph =
        network
            .graph()
            .withNodes(nodes)
            .withInitializers(constants)
            .withOutputs(ends.stream().map(n -> Subgraph.info(n.output(), number)).toList());
    return new Network(
        network.source(),
        graph,
        shapes,
        types,
        network.fixedBatch(),
        new LayerFinder(graph, shapes).find(),
        network.stored());
  }

  private Node sumOfSquares(String value, String sum, Map<String, Tensor> constants) {
    ValueShape shape = network.shape(value);
    long[] axes =
        IntStream.range(0, shape.rank())
            .filter(axis -> axis != shape.batchAxis())
            .asLongStream()
            .toArray();
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    attributes.put("keepdims", new Attribute.Int(0));
    List<String> inputs = new ArrayList<>(List.of(value));
    // Since opset 18 the axes are an input.
    if (network.graph().opset() < 18) {
      attributes.put(
          "axes",
          new Attribute.Ints(IntStream.range(0, axes.length).mapToObj(i -> axes[i]).toList()));
    } else {
      String name = sum + "_axes";
      constants.put(name, Tensor.ofLongs(new int[] {axes.length}, axes));
      inputs.add(name);
    }
    return new Node(sum, "ReduceSumSquare", "", inputs, List.of(sum), attributes);
  }
}
