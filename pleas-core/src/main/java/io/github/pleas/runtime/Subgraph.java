package io.github.pleas.runtime;

import static java.util.Objects.requireNonNull;

import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Parts of a graph, as graphs of their own. */
public final class Subgraph {
  private Subgraph() {}

  /**
   * The nodes that some values need, given others.
   *
   * @param nodes candidates in topological order
   * @param known values that need not be computed
   * @param wanted values to compute
   * @return the needed nodes in order
   */
  public static List<Node> needed(List<Node> nodes, Set<String> known, Collection<String> wanted) {
    Set<String> open = new HashSet<>(wanted);
    open.removeAll(known);
    List<Node> found = new ArrayList<>();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      if (node.outputs().stream().anyMatch(open::contains)) {
        found.add(node);
        Subgraphs.reads(node).stream().filter(input -> !known.contains(input)).forEach(open::add);
      }
    }
    Collections.reverse(found);
    return found;
  }

  /**
   * Some nodes as a graph.
   *
   * @param whole the graph that they are from
   * @param nodes the nodes in topological order
   * @param constants the constants by name; those that the nodes use are taken
   * @param outputs the values to give out
   * @param shapes the shape of each value
   * @throws IllegalArgumentException if none of the nodes makes one of the outputs
   */
  public static Graph of(
      Graph whole,
      List<Node> nodes,
      Map<String, Tensor> constants,
      Collection<String> outputs,
      Function<String, ValueShape> shapes) {
    Set<String> made = new HashSet<>();
    Set<String> inputs = new LinkedHashSet<>();
    Map<String, Tensor> used = new LinkedHashMap<>();
    for (Node node : nodes) {
      for (String input : Subgraphs.reads(node)) {
        Tensor constant = constants.get(input);
        if (constant != null) {
          used.put(input, constant);
        } else if (!made.contains(input)) {
          inputs.add(input);
        }
      }
      made.addAll(node.outputs());
    }
    for (String output : outputs) {
      if (!made.contains(output)) {
        throw new IllegalArgumentException("no node of this part computes '" + output + "'");
      }
    }
    Map<String, ElementType> types = new HashMap<>();
    inputs.forEach(name -> types.put(name, ElementType.FLOAT));
    whole.inputs().forEach(input -> types.put(input.name(), input.type()));
    return new Graph(
        whole.name(),
        inputs.stream()
            .map(name -> info(name, requireNonNull(types.get(name)), shapes.apply(name)))
            .toList(),
        outputs.stream().map(name -> info(name, shapes.apply(name))).toList(),
        nodes,
        used,
        whole.opsets(),
        whole.irVersion(),
        Map.of());
  }

  /**
   * A part with a tap on some of its values, or on values that it gets none of its own from.
   *
   * @throws IllegalArgumentException if the tap's values have names that the part has too
   */
  static Graph tapped(Graph part, TapGraph tap, Function<String, ValueShape> shapes) {
    Set<String> names = new HashSet<>(part.initializers().keySet());
    part.inputs().forEach(input -> names.add(input.name()));
    part.nodes().forEach(node -> names.addAll(node.outputs()));
    List<ValueInfo> inputs = new ArrayList<>(part.inputs());
    for (String value : tap.values()) {
      if (names.add(value)) {
        inputs.add(info(value, shapes.apply(value)));
      }
    }
    Set<String> own = new HashSet<>(tap.constants().keySet());
    tap.inputs().forEach(input -> own.add(input.name()));
    tap.nodes().forEach(node -> own.addAll(node.outputs()));
    own.retainAll(names);
    if (!own.isEmpty()) {
      throw new IllegalArgumentException("the network has values called " + own);
    }
    inputs.addAll(tap.inputs());
    List<ValueInfo> outputs = new ArrayList<>(part.outputs());
    outputs.addAll(tap.outputs());
    List<Node> nodes = new ArrayList<>(part.nodes());
    nodes.addAll(tap.nodes());
    Map<String, Tensor> constants = new LinkedHashMap<>(part.initializers());
    constants.putAll(tap.constants());
    return part.withInputs(inputs)
        .withOutputs(outputs)
        .withNodes(nodes)
        .withInitializers(constants);
  }

  /** A single-precision value with a free batch axis. */
  public static ValueInfo info(String name, ValueShape shape) {
    return info(name, ElementType.FLOAT, shape);
  }

  /** A value of some type with a free batch axis. */
  public static ValueInfo info(String name, ElementType type, ValueShape shape) {
    List<ValueInfo.Dimension> dimensions = new ArrayList<>();
    for (int axis = 0; axis < shape.rank(); axis++) {
      boolean free = axis == shape.batchAxis();
      dimensions.add(
          free
              ? ValueInfo.Dimension.free(shape.dimension(axis) == 1 ? "batch" : name + "_" + axis)
              : ValueInfo.Dimension.of(shape.dimension(axis)));
    }
    return new ValueInfo(name, type, dimensions);
  }
}
