package io.github.pleas.network;

import io.github.pleas.onnx.Node;
import java.util.List;
import java.util.Optional;

/**
 * The shape that an Expand spreads to: a constant, or joined of parts some of which are, as where
 * the batch is computed.
 *
 * @param join the Concat that joins it, if one does
 * @param parts its parts in order
 */
public record TargetShape(Optional<Node> join, List<String> parts) {
  /**
   * Where a constant says the length of an axis.
   *
   * @param part its place among the parts
   * @param at the place of the number in it
   */
  public record Entry(int part, int at) {}

  public TargetShape {
    parts = List.copyOf(parts);
  }

  /** The shape of a name. */
  public static TargetShape of(Network network, String target) {
    Optional<Node> join =
        network.graph().nodes().stream()
            .filter(node -> node.is("Concat") && node.outputs().contains(target))
            .findFirst();
    return new TargetShape(join, join.map(Node::inputs).orElse(List.of(target)));
  }

  /**
   * Where the length of an axis is said, if a constant says it.
   *
   * @param fromEnd the axis, counted from the end: -1 is the last
   */
  public Optional<Entry> entry(Network network, int fromEnd) {
    int end = 0;
    for (int part = parts.size() - 1; part >= 0; part--) {
      String name = parts.get(part);
      int length = network.shape(name).rank() == 0 ? 1 : network.shape(name).dimension(0);
      int at = length + fromEnd - end;
      if (at >= 0) {
        return network.isConstant(name) ? Optional.of(new Entry(part, at)) : Optional.empty();
      }
      end -= length;
    }
    return Optional.empty();
  }

  /** Whether it has no number for an axis, counted from the end: the axis is then as it was. */
  public boolean lacks(Network network, int fromEnd) {
    int length =
        parts.stream()
            .mapToInt(p -> network.shape(p).rank() == 0 ? 1 : network.shape(p).dimension(0))
            .sum();
    return -fromEnd > length;
  }
}
