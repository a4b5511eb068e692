package io.github.pleas.network;

import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.ValueShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * What stands behind the fork of a network, in names that another network's trunk has not.
 *
 * @param nodes in graph order
 * @param constants those that they read
 * @param shapes of the values that they make
 * @param types of the same
 * @param outputs of the whole network
 */
record Tail(
    List<Node> nodes,
    Map<String, Tensor> constants,
    Map<String, ValueShape> shapes,
    Map<String, ElementType> types,
    List<ValueInfo> outputs) {

  /**
   * The tail of a network.
   *
   * @param trunkName what a value of its trunk is called in the other's names
   * @param taken names that nothing of the tail may have
   * @throws InvalidInputException if it has subgraphs that use its values by name
   */
  static Tail of(Network network, Fork fork, UnaryOperator<String> trunkName, Set<String> taken) {
    // Values and nodes are named apart.
    Set<String> used = new HashSet<>(taken);
    Set<String> nodeNames = new HashSet<>(taken);
    Map<String, String> renamed = new HashMap<>();
    List<Node> nodes = new ArrayList<>();
    Map<String, Tensor> constants = new LinkedHashMap<>();
    Map<String, ValueShape> shapes = new HashMap<>();
    Map<String, ElementType> types = new HashMap<>();
    for (Node node : network.graph().nodes()) {
      if (!fork.isBehind(node)) {
        continue;
      }
      if (!Subgraphs.captures(node).isEmpty()) {
        throw new InvalidInputException(
            "%s: no fork at '%s': behind it, '%s' has a subgraph that uses '%s', which cannot be called otherwise there"
                .formatted(
                    network.source(),
                    fork.node().name(),
                    node.name(),
                    Subgraphs.captures(node).iterator().next()));
      }
      List<String> inputs = new ArrayList<>();
      for (String input : node.inputs()) {
        if (!renamed.containsKey(input) && network.isConstant(input)) {
          renamed.put(input, free(input, used));
          constants.put(renamed.getOrDefault(input, input), network.constant(input));
        }
        String known = renamed.get(input);
        inputs.add(known != null ? known : trunkName.apply(input));
      }
      for (String output : node.outputs()) {
        if (!output.isEmpty()) {
          renamed.put(output, free(output, used));
          // Values that are no tensors have neither.
          if (network.hasValue(output)) {
            shapes.put(renamed.getOrDefault(output, output), network.shape(output));
          }
          ElementType type = network.types().get(output);
          if (type != null) {
            types.put(renamed.getOrDefault(output, output), type);
          }
        }
      }
      nodes.add(
          new Node(
              free(node.name(), nodeNames),
              node.op(),
              node.domain(),
              inputs,
              node.outputs().stream().map(o -> renamed.getOrDefault(o, o)).toList(),
              node.attributes()));
    }
    List<ValueInfo> outputs =
        network.graph().outputs().stream()
            .map(o -> new ValueInfo(renamed.getOrDefault(o.name(), o.name()), o.type(), o.shape()))
            .toList();
    return new Tail(nodes, constants, shapes, types, outputs);
  }

  private static String free(String name, Set<String> used) {
    String free = name;
    for (int i = 2; !used.add(free); i++) {
      free = name + "_" + i;
    }
    return free;
  }
}
