package io.github.pleas.network;

import io.github.pleas.onnx.Node;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Follows the batch through a graph that was exported for one batch size, where no second run can
 * show which axis grows with it. Operators that move axes about have a line here; others keep the
 * batch where it is. Reshapes leave a choice where lengths are one, and the likeliest is taken:
 * what is built on the result has to be run against the original.
 */
final class BatchTracker {
  /**
   * Where the batch is in a value.
   *
   * @param axis the axis that grows with it
   * @param outer how many elements of that axis are outside of the batch: 1 where the batch is the
   *     axis's outermost part, T where an axis of T steps was merged with the batch inside of it
   */
  record Place(int axis, int outer) {}

  private static final Set<String> BROADCASTING =
      Set.of(
          "Add",
          "Sub",
          "Mul",
          "Div",
          "Pow",
          "Mod",
          "Min",
          "Max",
          "Sum",
          "Mean",
          "Where",
          "PRelu",
          "Expand",
          "And",
          "Or",
          "Xor",
          "Equal",
          "Greater",
          "Less",
          "GreaterOrEqual",
          "LessOrEqual");

  private static final Set<String> RECURRENT = Set.of("LSTM", "GRU", "RNN");

  private final Network network;
  private final int batch;
  private final Map<String, Place> places = new HashMap<>();

  /**
   * Follows the batch from the input to all values.
   *
   * @param network a network of one batch size
   * @param batch that size
   */
  BatchTracker(Network network, int batch) {
    this.network = network;
    this.batch = batch;
    network.inputNames().forEach(input -> places.put(input, new Place(0, 1)));
    for (Node node : network.graph().nodes()) {
      for (int output = 0; output < node.outputs().size(); output++) {
        String value = node.outputs().get(output);
        if (!value.isEmpty()) {
          follow(node, output).ifPresent(place -> places.put(value, place));
        }
      }
    }
  }

  /** Where the batch is in a value; empty where it is in none of its axes, or nobody knows. */
  Optional<Place> place(String value) {
    return Optional.ofNullable(places.get(value));
  }

  private Optional<Place> follow(Node node, int output) {
    int input =
        IntStream.range(0, node.inputs().size())
            .filter(i -> isBatched(node, i))
            .findFirst()
            .orElse(-1);
    if (input < 0 || !node.isStandard()) {
      return Optional.empty();
    }
    Place at = places.get(node.input(input));
    int[] in = dimensions(node.input(input));
    int[] out = dimensions(node.outputs().get(output));
    if (at == null) {
      return Optional.empty();
    }
    Optional<Place> moved;
    if (BROADCASTING.contains(node.op()) || node.is("MatMul")) {
      moved = Optional.of(new Place(at.axis() + out.length - in.length, at.outer()));
    } else if (RECURRENT.contains(node.op())) {
      moved = Optional.of(new Place(output == 0 ? 2 : 1, 1));
    } else if (node.op().startsWith("Reduce") || node.op().startsWith("Arg")) {
      moved = reduced(node, at, in.length);
    } else {
      moved =
          switch (node.op()) {
            case "Reshape" -> reshaped(at, in, out);
            case "Transpose" -> Optional.of(transposed(node, at, in.length));
            case "Gather" -> gathered(node, input, at, in.length);
            case "Einsum" -> summed(node, input, at);
            case "Shape", "Size", "ConstantOfShape" -> Optional.empty();
            default -> Optional.of(at);
          };
    }
    return moved.filter(
        p -> p.axis() >= 0 && p.axis() < out.length && out[p.axis()] % (p.outer() * batch) == 0);
  }

  private boolean isBatched(Node node, int input) {
    return places.containsKey(node.input(input));
  }

  private int[] dimensions(String value) {
    return network.shape(value).forBatch(batch);
  }

  /**
   * The batch keeps its place in the row of all elements: the axis of the new shape into which that
   * place falls. Where an axis of length one was the batch's own and is gone, the batch is in the
   * axis behind it, or, if that is the last one, which holds features, in the one before.
   */
  private Optional<Place> reshaped(Place at, int[] in, int[] out) {
    int before = at.outer() * product(in, at.axis());
    boolean own = in[at.axis()] == at.outer() * batch;
    int prefix = 1;
    for (int axis = 0; axis < out.length; axis++) {
      if (prefix == before) {
        boolean stands = out[axis] == batch;
        boolean last = axis == out.length - 1;
        boolean features = axis > 0 && last && !stands && (own || out.length < in.length);
        return Optional.of(
            features ? new Place(axis - 1, out[axis - 1] / batch) : new Place(axis, 1));
      }
      if (before % prefix == 0 && before < (long) prefix * out[axis]) {
        return Optional.of(new Place(axis, before / prefix));
      }
      prefix *= out[axis];
    }
    return Optional.empty();
  }

  private static int product(int[] dimensions, int axes) {
    return Arrays.stream(dimensions, 0, axes).reduce(1, (a, b) -> a * b);
  }

  private static Place transposed(Node node, Place at, int rank) {
    int[] reversed = IntStream.range(0, rank).map(axis -> rank - 1 - axis).toArray();
    int[] order = node.intsAttribute("perm", reversed);
    int axis = IntStream.range(0, rank).filter(a -> order[a] == at.axis()).findFirst().orElse(-1);
    return new Place(axis, at.outer());
  }

  private Optional<Place> gathered(Node node, int input, Place at, int rank) {
    if (input == 1) { // indices, as into an embedding
      long axis = node.intAttribute("axis", 0);
      int data = network.shape(node.input(0)).rank();
      return Optional.of(new Place((int) (axis < 0 ? axis + data : axis) + at.axis(), at.outer()));
    }
    long axis = node.intAttribute("axis", 0);
    int gathered = (int) (axis < 0 ? axis + rank : axis);
    int added = network.shape(node.input(1)).rank() - 1;
    return gathered == at.axis()
        ? Optional.empty()
        : Optional.of(new Place(at.axis() < gathered ? at.axis() : at.axis() + added, at.outer()));
  }

  private Optional<Place> reduced(Node node, Place at, int rank) {
    if (node.intAttribute("keepdims", 1) != 0) {
      return Optional.of(at);
    }
    long[] axes =
        node.op().startsWith("Arg")
            ? new long[] {node.intAttribute("axis", 0)}
            : node.hasInput(1)
                ? network.isConstant(node.input(1))
                    ? network.constant(node.input(1)).longs()
                    : new long[0]
                : Arrays.stream(node.intsAttribute("axes", new int[0])).asLongStream().toArray();
    long before =
        Arrays.stream(axes).map(a -> a < 0 ? a + rank : a).filter(a -> a < at.axis()).count();
    return Optional.of(new Place(at.axis() - (int) before, at.outer()));
  }

  private static Optional<Place> summed(Node node, int input, Place at) {
    String equation = node.textAttribute("equation", "").replace(" ", "");
    List<String> sides = List.of(equation.split("->", -1));
    List<String> terms = List.of(sides.get(0).split(",", -1));
    if (equation.contains(".") || sides.size() != 2 || at.axis() >= terms.get(input).length()) {
      return Optional.empty();
    }
    int axis = sides.get(1).indexOf(terms.get(input).charAt(at.axis()));
    return axis < 0 ? Optional.empty() : Optional.of(new Place(axis, at.outer()));
  }
}
