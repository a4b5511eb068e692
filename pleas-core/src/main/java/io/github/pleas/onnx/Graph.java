package io.github.pleas.onnx;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A computation as ONNX describes it: operators in topological order, constants, declared inputs
 * and outputs.
 *
 * @param name the graph's name
 * @param inputs what the user feeds (initializers are not repeated here)
 * @param outputs what the user reads
 * @param nodes every node after those whose outputs it uses
 * @param initializers constants by value name
 * @param opsets version of each operator set by domain; "" is ONNX's own
 * @param irVersion version of the file format
 * @param metadata properties of the model, free text by key
 */
public record Graph(
    String name,
    List<ValueInfo> inputs,
    List<ValueInfo> outputs,
    List<Node> nodes,
    Map<String, Tensor> initializers,
    Map<String, Integer> opsets,
    int irVersion,
    Map<String, String> metadata) {
  public Graph {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    nodes = List.copyOf(nodes);
    initializers = Collections.unmodifiableMap(new LinkedHashMap<>(initializers));
    opsets = Collections.unmodifiableMap(new LinkedHashMap<>(opsets));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /** The version of ONNX's own operator set. */
  public int opset() {
    return opsets.getOrDefault("", 1);
  }

  public Graph withNodes(List<Node> replacement) {
    return new Graph(name, inputs, outputs, replacement, initializers, opsets, irVersion, metadata);
  }

  public Graph withInitializers(Map<String, Tensor> replacement) {
    return new Graph(name, inputs, outputs, nodes, replacement, opsets, irVersion, metadata);
  }

  public Graph withInputs(List<ValueInfo> replacement) {
    return new Graph(name, replacement, outputs, nodes, initializers, opsets, irVersion, metadata);
  }

  public Graph withOutputs(List<ValueInfo> replacement) {
    return new Graph(name, inputs, replacement, nodes, initializers, opsets, irVersion, metadata);
  }

  public Graph withMetadata(Map<String, String> replacement) {
    return new Graph(name, inputs, outputs, nodes, initializers, opsets, irVersion, replacement);
  }
}
