package io.github.pleas.symmetry;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A residual stream: a unit group along which normalisations work. Layers write to it and read from
 * it by matrices, and what is between these only adds, scales or moves positions; so not only may
 * its units take each other's places: any rotation of them, written into the matrices, leaves the
 * network's function as it is (Ashkboos et al.: "SliceGPT", 2024).
 *
 * @param group its units; on every axis on which they stand they fill it, in their order
 * @param norms the normalisations, in graph order
 * @param keepsMean whether a rotation must leave the mean of a position's numbers as it is, Q 1 =
 *     1: some normalisation, as LayerNormalization does, takes it off
 */
public record ResidualStream(UnitGroup group, List<Node> norms, boolean keepsMean) {
  private static final Set<String> NORMS =
      Set.of("LayerNormalization", "RMSNormalization", "SimplifiedLayerNormalization");

  public ResidualStream {
    norms = List.copyOf(norms);
  }

  /** What is told where a stream cannot be rotated. */
  static InvalidInputException refused(Network network, String reason) {
    return new InvalidInputException(
        "%s: the residual stream cannot be rotated: %s. Leave it to a permutation (--stream permutation, which is the default)"
            .formatted(network.source(), reason));
  }

  /** Whether a node is a normalisation under which a stream may stand. */
  static boolean isNorm(Node node) {
    return node.isStandard() && NORMS.contains(node.op());
  }

  /** The values that the normalisations write, in graph order. */
  public List<String> normalised() {
    return norms.stream().map(Node::output).toList();
  }

  /** How many units it has. */
  public int width() {
    return group.size();
  }

  /** Whether the stream's units stand on a tensor. */
  boolean has(String tensor) {
    return group.members().stream().anyMatch(member -> member.tensor().equals(tensor));
  }

  /** Whether they stand on one of its axes. */
  boolean has(String tensor, int axis) {
    return group.members().stream()
        .anyMatch(m -> m.tensor().equals(tensor) && m.axes().equals(List.of(axis)));
  }

  /**
   * The streams of a network: one for each group that a normalisation works along.
   *
   * @throws io.github.pleas.InvalidInputException if there is none, or one of them does not stand
   *     where a rotation could be written: at which value or constant
   */
  static List<ResidualStream> of(Network network, Symmetry symmetry) {
    List<ResidualStream> streams = new ArrayList<>();
    for (UnitGroup group : symmetry.groups()) {
      List<Node> norms =
          network.graph().nodes().stream()
              .filter(node -> isNorm(node) && isAlong(network, group, node.input(0)))
              .toList();
      if (!norms.isEmpty()) {
        requireWhole(network, symmetry, group);
        boolean mean = norms.stream().anyMatch(node -> node.op().startsWith("Layer"));
        streams.add(new ResidualStream(group, norms, mean));
      }
    }
    if (streams.isEmpty()) {
      throw refused(
          network,
          "it has no residual stream whose units move, under LayerNormalization or"
              + " RMSNormalization");
    }
    return streams;
  }

  private static boolean isAlong(Network network, UnitGroup group, String value) {
    int last = network.shape(value).rank() - 1;
    return group.members().stream()
        .anyMatch(m -> m.tensor().equals(value) && m.axes().contains(last));
  }

  private static void requireWhole(Network network, Symmetry symmetry, UnitGroup group) {
    for (UnitGroup.Member member : group.members()) {
      boolean whole =
          member.isOnOneAxis()
              && symmetry.standings(member.tensor()).stream()
                  .filter(standing -> standing.isOn(member.axis()))
                  .allMatch(standing -> isInOrder(standing.units(), group));
      if (!whole) {
        String where = network.isConstant(member.tensor()) ? "the constant" : "the value";
        throw refused(
            network,
            "on the axes %s of %s '%s' stands not just each of its %d units once, in one order"
                .formatted(member.axes(), where, member.tensor(), group.size()));
      }
    }
  }

  private static boolean isInOrder(AxisUnits units, UnitGroup group) {
    return units.length() == group.size()
        && IntStream.range(0, units.length())
            .allMatch(e -> units.group()[e] == group.index() && units.unit()[e] == e);
  }
}
