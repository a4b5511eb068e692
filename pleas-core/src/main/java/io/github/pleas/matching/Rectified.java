package io.github.pleas.matching;

import io.github.pleas.network.Network;
import io.github.pleas.onnx.Node;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Values that are Relu of others: their rows are made of rows of these, so that where both are read
 * only one is handed out. A value costs more to hand out than its rows cost to make: the whole of
 * it is written to memory, and operators that ONNX Runtime computes together are taken apart.
 *
 * @param sources of each such value the one that it is made of
 */
record Rectified(Map<String, String> sources) {
  static final Rectified NONE = new Rectified(Map.of());

  /** Those of some values of a network that are Relu of others among them. */
  static Rectified of(Network network, Set<String> values) {
    Map<String, String> sources = new LinkedHashMap<>();
    for (Node node : network.graph().nodes()) {
      if (node.is("Relu") && values.contains(node.output()) && values.contains(node.input(0))) {
        sources.put(node.output(), node.input(0));
      }
    }
    return new Rectified(sources);
  }

  /** Makes rows of such a value from rows of its source, in place. */
  static void apply(float[] rows, int from, int stride, int count, int units) {
    for (int row = 0; row < count; row++) {
      int start = from + row * stride;
      for (int k = start; k < start + units; k++) {
        rows[k] = Math.max(rows[k], 0);
      }
    }
  }
}
