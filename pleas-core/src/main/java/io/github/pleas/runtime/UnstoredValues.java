package io.github.pleas.runtime;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Values between the segments of a frontier that it cannot store, since they are no
 * single-precision tensors: masks, indices, sequences. The nodes that make them are run again in
 * each segment that reads them, from the single-precision values that they are made of.
 */
final class UnstoredValues {
  /** Operators whose output may be of another type than single-precision inputs. */
  private static final Set<String> CHANGE_TYPE =
      Set.of(
          "And",
          "ArgMax",
          "ArgMin",
          "Bernoulli",
          "BitCast",
          "Cast",
          "CastLike",
          "Compress",
          "DynamicQuantizeLinear",
          "Equal",
          "EyeLike",
          "Greater",
          "GreaterOrEqual",
          "IsInf",
          "IsNaN",
          "Less",
          "LessOrEqual",
          "MaxPool",
          "NonMaxSuppression",
          "NonZero",
          "Not",
          "Or",
          "QuantizeLinear",
          "SequenceConstruct",
          "SequenceEmpty",
          "Shape",
          "Size",
          "SplitToSequence",
          "TopK",
          "Unique",
          "Xor");

  private final OrtRuntime runtime;

  /** Of segments that were looked at, by any thread: types do not depend on what constants are. */
  private final Map<List<Node>, Set<String>> found = new ConcurrentHashMap<>();

  UnstoredValues(OrtRuntime runtime) {
    this.runtime = runtime;
  }

  /**
   * The values of a segment that cannot be stored.
   *
   * @param segment its nodes
   * @param part the segment as a graph
   */
  Set<String> of(List<Node> segment, Supplier<Graph> part) {
    if (segment.stream().noneMatch(UnstoredValues::mayMake)) {
      return Set.of();
    }
    return found.computeIfAbsent(segment, nodes -> observed(part.get()));
  }

  private Set<String> observed(Graph part) {
    try (ObservedGraph observed = new ObservedGraph(runtime, part)) {
      return observed.notFloat();
    }
  }

  private static boolean mayMake(Node node) {
    return !node.isStandard()
        || CHANGE_TYPE.contains(node.op())
        || node.attributes().values().stream().anyMatch(Attribute.Opaque.class::isInstance);
  }

  /**
   * The nodes of a segment that have to run again later.
   *
   * @param segment nodes in topological order
   * @param others values that cannot be stored
   * @param later nodes that run in later segments
   * @return the nodes that make those of the values that later nodes read, from such as can be
   *     stored, in order
   */
  static List<Node> makers(List<Node> segment, Set<String> others, List<Node> later) {
    Set<String> open = new HashSet<>();
    later.forEach(node -> open.addAll(Subgraphs.reads(node)));
    open.retainAll(others);
    List<Node> makers = new ArrayList<>();
    for (int i = segment.size() - 1; i >= 0; i--) {
      Node node = segment.get(i);
      if (node.outputs().stream().anyMatch(open::contains)) {
        makers.add(0, node);
        Subgraphs.reads(node).stream().filter(others::contains).forEach(open::add);
      }
    }
    return makers;
  }
}
