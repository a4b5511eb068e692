package io.github.pleas.symmetry;

import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.SliceBounds;
import io.github.pleas.network.TargetShape;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.IntPredicate;

/**
 * Whether operators can do with more blocks of units, such as more attention heads, than the
 * original network has, each of them computed as before and by itself. They can where blocks are
 * places along one axis, and this is not an axis that the operator works along. What merged
 * networks would have to say otherwise, they can say: the shape of a Reshape, sizes of a Split,
 * bounds of a Slice, {@code num_heads}. An operator that is not known here cannot.
 */
final class Growth {
  private static final String RUNTIME = "com.microsoft::";

  /** Whole arrays one after another, or place by place; all element-wise operators beside these. */
  private static final Set<String> ANY_AXIS =
      Set.of(
          "CastLike",
          "Concat",
          "Reshape",
          "Split",
          "Transpose",
          "Attention",
          "RotaryEmbedding",
          RUNTIME + "Attention",
          RUNTIME + "BiasGelu",
          RUNTIME + "FastGelu",
          RUNTIME + "Gelu",
          RUNTIME + "GroupQueryAttention",
          RUNTIME + "MultiHeadAttention",
          RUNTIME + "QuickGelu",
          RUNTIME + "RotaryEmbedding");

  private final Network network;
  private final BiFunction<String, Integer, Optional<UnitRow>> rows;

  /**
   * The growth of one group.
   *
   * @param rows of a tensor and an axis, the row of the group's units there
   */
  Growth(Network network, BiFunction<String, Integer, Optional<UnitRow>> rows) {
    this.network = network;
    this.rows = rows;
  }

  /**
   * Why a node cannot do with more of the group's units; nothing where it can.
   *
   * @param layer the node as a layer, if it is one
   * @param tensors on which the group's units stand, or what is in them
   */
  Optional<String> whyNot(Node node, Optional<Layer> layer, Set<String> tensors) {
    boolean can = layer.map(this::isAlongUnits).orElseGet(() -> can(node, tensors));
    return can
        ? Optional.empty()
        : Optional.of(Ties.name(node) + " cannot be made to take more of them");
  }

  /** A layer whose units they are; not one that works on each of them in the same way. */
  private boolean isAlongUnits(Layer layer) {
    int in = layer.unitAxis(network.shape(layer.input()).rank());
    int out = layer.unitAxis(network.shape(layer.output()).rank());
    return layer.kind() != Layer.Kind.GROUPED
        && axes(layer.input()).stream().allMatch(axis -> axis == in)
        && axes(layer.output()).stream().allMatch(axis -> axis == out);
  }

  /** The axes of a value or constant along which the group's units stand. */
  private Set<Integer> axes(String tensor) {
    Set<Integer> axes = new TreeSet<>();
    for (int axis = 0; axis < network.shape(tensor).rank(); axis++) {
      if (rows.apply(tensor, axis).isPresent()) {
        axes.add(axis);
      }
    }
    return axes;
  }

  private boolean can(Node node, Set<String> tensors) {
    Set<String> own = new TreeSet<>(Subgraphs.reads(node));
    own.addAll(node.outputs());
    own.retainAll(tensors);
    if (own.stream().anyMatch(tensor -> axes(tensor).size() != 1)) {
      return false;
    }
    String operator = node.isStandard() ? node.op() : node.domain() + "::" + node.op();
    if (ElementWiseRules.OPERATORS.contains(operator) || ANY_AXIS.contains(operator)) {
      return !node.is("Reshape") || network.isConstant(node.input(1));
    }
    if (ReductionRules.OPERATORS.contains(operator)) {
      return isFree(node, reduced(node));
    }
    return switch (operator) {
      case "MatMul" -> isApartInProduct(node);
      case "Einsum" -> isApartInSum(node);
      case "Softmax", "LogSoftmax" -> isFree(node, softmax(node));
      case "LpNormalization" -> isFree(node, only(axis(node, -1)));
      case "LayerNormalization", "RMSNormalization", "SimplifiedLayerNormalization" -> {
        int first = axis(node, -1);
        yield isFree(node, axis -> axis >= first);
      }
      case "Expand" -> isSpread(node);
      case "Slice" -> isSliced(node);
      case "Gather" -> isFree(node, only(axis(node, 0)));
      case "Shape" -> isFree(node, axis -> ShapeRules.axesRead(node, network).contains(axis));
      default -> false;
    };
  }

  /** Whether the operator does not work along the axis on which the units of its input stand. */
  private boolean isFree(Node node, IntPredicate along) {
    return axes(node.input(0)).stream().noneMatch(along::test);
  }

  private int axis(Node node, int otherwise) {
    return SelectionRules.axis(node, "axis", otherwise, network.shape(node.input(0)).rank());
  }

  private static IntPredicate only(int axis) {
    return other -> other == axis;
  }

  private IntPredicate softmax(Node node) {
    return network.graph().opset() >= 13
        ? only(axis(node, -1))
        : other -> other >= axis(node, 1); // all axes from one on, taken together
  }

  private IntPredicate reduced(Node node) {
    int rank = network.shape(node.input(0)).rank();
    long[] axes = null;
    if (node.attributes().get("axes") instanceof Attribute.Ints) {
      axes = Arrays.stream(node.intsAttribute("axes", new int[0])).asLongStream().toArray();
    } else if (node.hasInput(1) && network.isConstant(node.input(1))) {
      axes = network.constant(node.input(1)).longs();
    }
    if (axes == null || axes.length == 0) {
      return axis -> true;
    }
    List<Integer> all = Arrays.stream(axes).mapToObj(a -> (int) (a < 0 ? a + rank : a)).toList();
    return all::contains;
  }

  /** A product of matrices over whose inner axis no blocks are summed. */
  private boolean isApartInProduct(Node node) {
    int first = network.shape(node.input(0)).rank();
    int second = network.shape(node.input(1)).rank();
    return !axes(node.input(0)).contains(first - 1)
        && !axes(node.input(1)).contains(Math.max(0, second - 2))
        && axes(node.output()).size() == 1;
  }

  /** An Expand whose target can say how many there are. */
  private boolean isSpread(Node node) {
    int rank = network.shape(node.output()).rank();
    TargetShape target = TargetShape.of(network, node.input(1));
    return axes(node.output()).stream()
        .map(axis -> axis - rank)
        .allMatch(
            fromEnd ->
                target.lacks(network, fromEnd) || target.entry(network, fromEnd).isPresent());
  }

  /** A sum in Einstein's notation of which the result has the blocks, each by itself. */
  private boolean isApartInSum(Node node) {
    String equation = node.textAttribute("equation", "").replace(" ", "");
    int arrow = equation.indexOf("->");
    if (arrow < 0) {
      return false;
    }
    String result = equation.substring(arrow + 2);
    Set<String> labels = new TreeSet<>(labels(result, node.output()));
    String[] terms = equation.substring(0, arrow).split(",", -1);
    for (int input = 0; input < terms.length; input++) {
      labels.addAll(labels(terms[input], node.input(input)));
    }
    return labels.size() == 1 && !axes(node.output()).isEmpty();
  }

  /** The labels of the axes along which blocks stand; those of "..." are numbered from the last. */
  private List<String> labels(String term, String tensor) {
    int spread = network.shape(tensor).rank() - term.replace("...", "").length();
    List<String> names = new ArrayList<>();
    for (String name : ContractionRules.names(term, spread, spread)) {
      names.add(name.startsWith(".") ? "." + (spread - Integer.parseInt(name.substring(1))) : name);
    }
    return axes(tensor).stream().map(names::get).toList();
  }

  /** A Slice that takes whole segments of the row, in order, or does not cut it. */
  private boolean isSliced(Node node) {
    Set<Integer> along = axes(node.input(0));
    if (along.isEmpty()) {
      return true;
    }
    int axis = along.iterator().next();
    Optional<SliceBounds> bounds = SliceBounds.of(node, network, axis);
    if (bounds.isEmpty()) {
      return SliceBounds.areKnown(node, network);
    }
    UnitRow row = rows.apply(node.input(0), axis).orElseThrow();
    int[] none =
        new int[row.segments().stream().mapToInt(UnitRow.Segment::group).max().orElse(0) + 1];
    return bounds.get().step() == 1
        && row.grown(bounds.get().first(), none).isPresent()
        && row.grown(bounds.get().end(), none).isPresent();
  }
}
