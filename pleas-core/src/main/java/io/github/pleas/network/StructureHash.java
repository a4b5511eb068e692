package io.github.pleas.network;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A number for each value that says how it is computed, in operators and attributes, whatever the
 * names and weights: equal for corresponding values of two networks of one architecture. It tells
 * operands apart whose order is free.
 */
final class StructureHash {
  private static final long CONSTANT = 1;
  private static final long INPUT = 2;

  private final Network network;
  private final Map<String, Long> hashes = new HashMap<>();

  StructureHash(Network network) {
    this.network = network;
    // Which input is which, their order says.
    List<String> inputs = network.inputNames();
    inputs.forEach(input -> hashes.put(input, INPUT + inputs.indexOf(input)));
    for (Node node : network.graph().nodes()) {
      long hash = mixed(node.op().hashCode(), node.domain().hashCode());
      for (Map.Entry<String, Attribute> given : new TreeMap<>(node.attributes()).entrySet()) {
        hash = mixed(mixed(hash, given.getKey().hashCode()), given.getValue().hashCode());
      }
      boolean ordered = !node.is("Add") && !node.is("Mul");
      long operands = 0;
      for (String input : node.inputs()) {
        operands = ordered ? mixed(operands, of(input)) : operands + mixed(0, of(input));
      }
      hash = mixed(hash, operands);
      for (int i = 0; i < node.outputs().size(); i++) {
        hashes.put(node.outputs().get(i), mixed(hash, i));
      }
    }
  }

  long of(String value) {
    return network.isConstant(value) ? CONSTANT : hashes.getOrDefault(value, 0L);
  }

  /** The finalizer of SplitMix64 over a sum, so that order counts. */
  private static long mixed(long a, long b) {
    long z = 31 * a + b + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
