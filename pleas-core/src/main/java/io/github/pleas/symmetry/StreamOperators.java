package io.github.pleas.symmetry;

import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether what operators do to a residual stream is the same whatever rotation it is in: layers
 * that write to it and read from it, sums of it, factors that all its units share, operators that
 * move or add up positions, normalisations without a scale.
 */
final class StreamOperators {
  /** Sums, of the stream's values and constants in its order only. */
  private static final Set<String> SUMS = Set.of("Add", "Sub", "Sum", "Mean", "Neg");

  /** Linear over positions, whose data is the first input. */
  private static final Set<String> OVER_POSITIONS =
      Set.of(
          "Expand",
          "Flatten",
          "Gather",
          "GlobalAveragePool",
          "Identity",
          "ReduceMean",
          "ReduceSum",
          "Reshape",
          "Slice",
          "Split",
          "Squeeze",
          "Transpose",
          "Unsqueeze");

  private final Network network;
  private final ResidualStream stream;
  private final Map<Node, Layer> layers = new HashMap<>();

  StreamOperators(Network network, ResidualStream stream) {
    this.network = network;
    this.stream = stream;
    network.layers().forEach(layer -> layers.put(layer.node(), layer));
  }

  /**
   * Requires it of all operators that the stream passes.
   *
   * @throws io.github.pleas.InvalidInputException naming the first that sees its units apart
   */
  void require() {
    for (Node node : network.graph().nodes()) {
      boolean touched =
          Subgraphs.reads(node).stream().anyMatch(stream::has)
              || node.outputs().stream().anyMatch(stream::has);
      if (touched && !commutes(node)) {
        throw ResidualStream.refused(
            network,
            "%s treats each of its %d units by itself, or some unlike others"
                .formatted(Ties.name(node), stream.width()));
      }
    }
  }

  private boolean commutes(Node node) {
    Layer layer = layers.get(node);
    if (layer != null) {
      return commutes(layer);
    }
    if (!node.isStandard()) {
      return false;
    }
    List<String> inputs = node.inputs().stream().filter(input -> !input.isEmpty()).toList();
    boolean out = node.outputs().stream().allMatch(o -> o.isEmpty() || stream.has(o));
    if (ResidualStream.isNorm(node)) {
      return stream.norms().contains(node) && out && isPlain(node);
    }
    if (SUMS.contains(node.op())) {
      return out && inputs.stream().allMatch(stream::has);
    }
    if (OVER_POSITIONS.contains(node.op())) {
      return out && stream.has(node.input(0));
    }
    return switch (node.op()) {
      case "Concat" -> out && inputs.stream().allMatch(stream::has);
      // Factors of positions, or one for all; and sums of positions with computed weights.
      case "Mul", "MatMul" -> out && inputs.stream().filter(stream::has).count() == 1;
      case "Div" -> out && stream.has(node.input(0)) && !stream.has(node.input(1));
      case "Shape", "Size" -> true;
      default -> false;
    };
  }

  private boolean commutes(Layer layer) {
    boolean reads = stream.has(layer.input());
    boolean writes = stream.has(layer.output()) || stream.has(layer.node().output());
    return layer.kind().isDense()
        && reads == stream.has(layer.weight(), layer.inputAxis())
        && writes == stream.has(layer.weight(), layer.outputAxis());
  }

  private boolean isPlain(Node norm) {
    return isAll(norm, 1, 1) && isAll(norm, 2, 0);
  }

  private boolean isAll(Node norm, int input, float value) {
    return !norm.hasInput(input)
        || network.isConstant(norm.input(input))
            && NormFolding.isAll(network.constant(norm.input(input)).floats(), value);
  }
}
