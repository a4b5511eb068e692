package io.github.pleas.layout;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.ValueShape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Operators that work on the pieces of a value one by one, so that it need not be joined before
 * them. Of all operators, only those that stand between layers of common networks are here: the
 * others get the value whole.
 */
final class PieceRules {
  private static final Set<String> ELEMENT_WISE =
      Set.of(
          "Abs",
          "Add",
          "Celu",
          "Clip",
          "Div",
          "Elu",
          "Erf",
          "Exp",
          "Gelu",
          "HardSigmoid",
          "HardSwish",
          "LeakyRelu",
          "Max",
          "Min",
          "Mish",
          "Mul",
          "Neg",
          "PRelu",
          "Pow",
          "Relu",
          "Selu",
          "Sigmoid",
          "Softplus",
          "Sqrt",
          "Sub",
          "Tanh",
          "ThresholdedRelu");

  private static final Set<String> CHANNEL_WISE =
      Set.of(
          "AveragePool", "GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool", "LpPool", "MaxPool");

  private final PieceGraph graph;
  private final MergedArchitecture merged;

  PieceRules(PieceGraph graph, MergedArchitecture merged) {
    this.graph = graph;
    this.merged = merged;
  }

  /** Adds a node piece by piece, if its operator and its inputs allow it. */
  boolean carry(Node node) {
    Optional<Pieces> first =
        node.inputs().stream().flatMap(input -> graph.pieces(input).stream()).findFirst();
    if (first.isEmpty() || !node.isStandard() || node.outputs().size() != 1) {
      return false;
    }
    Pieces pieces = first.get();
    if (ELEMENT_WISE.contains(node.op())) {
      return elementWise(node, pieces);
    }
    if (CHANNEL_WISE.contains(node.op()) && pieces.axis() == 1) {
      return each(node, pieces, List.of(graph.pieces(node.input(0)).orElseThrow()), 1);
    }
    return switch (node.op()) {
      case "Concat" -> concat(node, pieces);
      case "Reshape" -> flatten(node, pieces);
      case "Conv" -> depthwise(node, pieces);
      default -> false;
    };
  }

  /** Adds a node for each piece. */
  private boolean each(Node node, Pieces pieces, List<Pieces> inputs, int factor) {
    List<Pieces.Piece> results = new ArrayList<>();
    for (int k = 0; k < pieces.list().size(); k++) {
      int piece = k;
      List<String> values = inputs.stream().map(p -> p.list().get(piece).value()).toList();
      results.add(
          new Pieces.Piece(
              graph.addPart(node, values, node.attributes()),
              factor * pieces.list().get(k).length()));
    }
    graph.setPieces(node.output(), new Pieces(pieces.axis(), results));
    return true;
  }

  private boolean elementWise(Node node, Pieces pieces) {
    int rank = merged.shape(node.output()).rank();
    List<Pieces> inputs = new ArrayList<>();
    for (String input : node.inputs()) {
      Optional<Pieces> cut = cutAs(input, pieces, rank);
      if (cut.isEmpty()) {
        return false;
      }
      inputs.add(cut.get());
    }
    return each(node, pieces, inputs, 1);
  }

  /** An operand in the same pieces; one that is the same for all elements is so for all pieces. */
  private Optional<Pieces> cutAs(String input, Pieces pieces, int rank) {
    Optional<Pieces> own = graph.pieces(input);
    if (own.isPresent()) {
      return own.filter(p -> p.isCutAs(pieces) && merged.shape(input).rank() == rank);
    }
    Optional<Tensor> constant = graph.constant(input);
    int[] shape =
        input.isEmpty()
            ? new int[0]
            : constant.map(Tensor::shape).orElseGet(() -> merged.shape(input).dimensions());
    int axis = pieces.axis() - (rank - shape.length);
    if (axis < 0 || shape[axis] == 1) {
      return Optional.of(
          new Pieces(
              pieces.axis(),
              pieces.list().stream().map(p -> new Pieces.Piece(input, p.length())).toList()));
    }
    return constant
        .filter(tensor -> shape[axis] == pieces.length())
        .map(tensor -> cut(input, tensor, axis, pieces));
  }

  private Pieces cut(String name, Tensor constant, int axis, Pieces pieces) {
    List<Pieces.Piece> parts = new ArrayList<>();
    int start = 0;
    for (Pieces.Piece piece : pieces.list()) {
      int[] elements = IntStream.range(start, start + piece.length()).toArray();
      parts.add(
          new Pieces.Piece(
              graph.addConstant(name, constant.gather(axis, elements)), piece.length()));
      start += piece.length();
    }
    return new Pieces(pieces.axis(), parts);
  }

  /** Values one after another along the unit axis: their pieces one after another. */
  private boolean concat(Node node, Pieces pieces) {
    int rank = merged.shape(node.output()).rank();
    int declared = (int) node.intAttribute("axis", 0);
    int axis = declared < 0 ? declared + rank : declared;
    List<Pieces.Piece> all = new ArrayList<>();
    for (String input : node.inputs()) {
      Optional<Pieces> own = graph.pieces(input);
      if (axis != pieces.axis()
          || graph.constant(input).isPresent()
          || own.filter(p -> p.axis() != axis).isPresent()) {
        return false;
      }
      all.addAll(
          own.orElseGet(() -> Pieces.whole(input, axis, merged.shape(input).dimension(axis)))
              .list());
    }
    graph.setPieces(node.output(), new Pieces(axis, all));
    return true;
  }

  /** [batch, units, positions...] to [batch, units x positions]: each unit becomes a run. */
  private boolean flatten(Node node, Pieces pieces) {
    ValueShape in = merged.shape(node.input(0));
    ValueShape out = merged.shape(node.output());
    boolean flat =
        pieces.axis() == 1
            && out.rank() == 2
            && in.batchAxis() == 0
            && out.batchAxis() == 0
            && graph.constant(node.input(1)).isPresent();
    if (!flat) {
      return false;
    }
    int positions = (int) (in.elementsPerImage() / pieces.length());
    List<Pieces.Piece> results = new ArrayList<>();
    for (Pieces.Piece piece : pieces.list()) {
      int length = piece.length() * positions;
      String shape =
          graph.addConstant(node.input(1), Tensor.ofLongs(new int[] {2}, new long[] {-1, length}));
      results.add(
          new Pieces.Piece(
              graph.addPart(node, List.of(piece.value(), shape), node.attributes()), length));
    }
    graph.setPieces(node.output(), new Pieces(1, results));
    return true;
  }

  /** A convolution of each channel alone. */
  private boolean depthwise(Node node, Pieces pieces) {
    Optional<Tensor> weight = graph.constant(node.input(1));
    Optional<Tensor> bias = graph.constant(node.input(2));
    int channels = pieces.length();
    if (pieces.axis() != 1
        || weight.isEmpty()
        || weight.get().dimension(0) != channels
        || node.intAttribute("group", 1) != channels
        || node.hasInput(2) && bias.isEmpty()) {
      return false;
    }
    Pieces weights = cut(node.input(1), weight.get(), 0, pieces);
    Optional<Pieces> biases = bias.map(tensor -> cut(node.input(2), tensor, 0, pieces));
    List<Pieces.Piece> results = new ArrayList<>();
    for (int k = 0; k < pieces.list().size(); k++) {
      int piece = k;
      List<String> inputs = new ArrayList<>();
      inputs.add(pieces.list().get(k).value());
      inputs.add(weights.list().get(k).value());
      biases.ifPresent(b -> inputs.add(b.list().get(piece).value()));
      Map<String, Attribute> attributes = new LinkedHashMap<>(node.attributes());
      attributes.put("group", new Attribute.Int(pieces.list().get(k).length()));
      results.add(
          new Pieces.Piece(graph.addPart(node, inputs, attributes), pieces.list().get(k).length()));
    }
    graph.setPieces(node.output(), new Pieces(1, results));
    return true;
  }
}
