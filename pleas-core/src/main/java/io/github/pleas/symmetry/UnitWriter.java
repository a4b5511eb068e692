package io.github.pleas.symmetry;

import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * An operator that writes units: a layer that merging fits, or another one with weights, such as a
 * transposed convolution, a recurrent cell or a quantised convolution.
 *
 * @param node the operator
 * @param tensor where its units stand: a value that it writes or, where not all of them come out,
 *     as queries do not of an attention with its projections, the weight
 * @param axes the axes of the tensor on which they stand, ascending; those of length one left out
 * @param units how many there are
 * @param makes whether they are its own; a standing normalisation passes on what it reads
 */
record UnitWriter(Node node, String tensor, List<Integer> axes, int units, boolean makes) {
  private static final String RUNTIME = "com.microsoft::";

  UnitWriter {
    axes = List.copyOf(axes);
  }

  String name() {
    return node.name();
  }

  /** Those of a network, in graph order. */
  static List<UnitWriter> of(Network network) {
    Map<Node, Layer> layers = new HashMap<>();
    network.layers().forEach(layer -> layers.put(layer.node(), layer));
    List<UnitWriter> all = new ArrayList<>();
    for (Node node : network.graph().nodes()) {
      Layer layer = layers.get(node);
      if (layer != null) {
        int axis = layer.unitAxis(network.shape(layer.output()).rank());
        boolean makes = layer.kind() != Layer.Kind.AFFINE;
        all.add(new UnitWriter(node, layer.output(), List.of(axis), layer.outputs(), makes));
      } else {
        other(node, network).ifPresent(all::add);
      }
    }
    return all;
  }

  private static Optional<UnitWriter> other(Node node, Network network) {
    return switch (node.isStandard() ? node.op() : node.domain() + "::" + node.op()) {
      case "Conv", "ConvTranspose", "ConvInteger", "QLinearConv", RUNTIME + "FusedConv" ->
          Optional.of(on(node, node.output(), network, 1));
      case "Gemm",
          "MatMul",
          "MatMulInteger",
          RUNTIME + "DynamicQuantizeMatMul",
          RUNTIME + "FusedGemm",
          RUNTIME + "FusedMatMul",
          RUNTIME + "MatMulIntegerToFloat" ->
          product(node, node.input(1), network);
      case "QLinearMatMul" -> product(node, node.input(3), network);
      case "LSTM", "GRU", "RNN" -> recurrent(node, network);
      case RUNTIME + "Attention", RUNTIME + "QAttention" ->
          network.isConstant(node.input(1))
              ? Optional.of(on(node, node.input(1), network, 1))
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  /**
   * Rows by a constant matrix: its columns are units; with a matrix for each head, those of each.
   */
  private static Optional<UnitWriter> product(Node node, String weight, Network network) {
    if (!network.isConstant(weight) || network.shape(weight).rank() < 2) {
      return Optional.empty();
    }
    int rank = network.shape(node.output()).rank();
    int own = network.shape(weight).rank();
    int[] heads =
        IntStream.range(0, own - 2)
            .filter(axis -> network.shape(weight).dimension(axis) > 1)
            .map(axis -> rank - own + axis)
            .toArray();
    int[] axes = IntStream.concat(IntStream.of(heads), IntStream.of(rank - 1)).toArray();
    return Optional.of(on(node, node.output(), network, axes));
  }

  /** Y [steps, directions, n, hidden], or else a last state [directions, n, hidden]. */
  private static Optional<UnitWriter> recurrent(Node node, Network network) {
    for (int output = 0; output < node.outputs().size(); output++) {
      String value = node.outputs().get(output);
      if (!value.isEmpty() && network.hasValue(value)) {
        boolean batchFirst = node.intAttribute("layout", 0) != 0;
        int last = network.shape(value).rank() - 1;
        return Optional.of(on(node, value, network, batchFirst ? last - 1 : last - 2, last));
      }
    }
    return Optional.empty();
  }

  private static UnitWriter on(Node node, String tensor, Network network, int... axes) {
    int units = 1;
    List<Integer> along = new ArrayList<>();
    for (int axis : axes) {
      int length = network.shape(tensor).dimension(axis);
      units *= length;
      if (length > 1 || axis == axes[axes.length - 1]) {
        along.add(axis);
      }
    }
    return new UnitWriter(node, tensor, along, units, true);
  }

  /** The values from which some way leads to an operator that makes units. */
  static Set<String> readOn(Network network, List<UnitWriter> writers) {
    Set<Node> makers = new HashSet<>();
    writers.stream().filter(UnitWriter::makes).forEach(writer -> makers.add(writer.node()));
    Set<String> readOn = new HashSet<>();
    List<Node> nodes = network.graph().nodes();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      if (makers.contains(node) || node.outputs().stream().anyMatch(readOn::contains)) {
        readOn.addAll(Subgraphs.reads(node));
      }
    }
    return readOn;
  }
}
