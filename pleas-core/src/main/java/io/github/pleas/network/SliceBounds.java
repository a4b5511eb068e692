package io.github.pleas.network;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Node;
import java.util.Arrays;
import java.util.Optional;

/**
 * Where a Slice cuts one axis.
 *
 * @param at the place of this axis in the operator's lists of starts, ends and axes
 * @param first the first element taken
 * @param end the element after the last, for steps forward
 * @param step from one element taken to the next
 */
public record SliceBounds(int at, int first, int end, long step) {
  /** Whether all bounds of a Slice are constants. */
  public static boolean areKnown(Node slice, Network network) {
    return numbers(slice, network, 1, "starts").isPresent()
        && numbers(slice, network, 2, "ends").isPresent()
        && (numbers(slice, network, 3, "axes").isPresent() || !slice.hasInput(3))
        && (numbers(slice, network, 4, "steps").isPresent() || !slice.hasInput(4));
  }

  /** The bounds on an axis; nothing where it is not cut, or it is not known where. */
  public static Optional<SliceBounds> of(Node slice, Network network, int axis) {
    if (!areKnown(slice, network)) {
      return Optional.empty();
    }
    long[] starts = numbers(slice, network, 1, "starts").orElseThrow();
    long[] ends = numbers(slice, network, 2, "ends").orElseThrow();
    Optional<long[]> axes = numbers(slice, network, 3, "axes");
    Optional<long[]> steps = numbers(slice, network, 4, "steps");
    int rank = network.shape(slice.input(0)).rank();
    int length = network.shape(slice.input(0)).dimension(axis);
    for (int k = 0; k < starts.length; k++) {
      long named = axes.isPresent() ? axes.get()[k] : k;
      if ((named < 0 ? named + rank : named) == axis) {
        return Optional.of(
            new SliceBounds(
                k,
                within(starts[k], length),
                within(ends[k], length),
                steps.isPresent() ? steps.get()[k] : 1));
      }
    }
    return Optional.empty();
  }

  /** Negative bounds count from the end; those beyond an end are there (ONNX, Slice). */
  private static int within(long bound, int length) {
    return (int) Math.max(0, Math.min(length, bound < 0 ? bound + length : bound));
  }

  /** Constant numbers of an input, or of an attribute as before operator set 10. */
  public static Optional<long[]> numbers(Node slice, Network network, int input, String attribute) {
    if (slice.attributes().get(attribute) instanceof Attribute.Ints) {
      return Optional.of(
          Arrays.stream(slice.intsAttribute(attribute, new int[0])).asLongStream().toArray());
    }
    return slice.hasInput(input) && network.isConstant(slice.input(input))
        ? Optional.of(network.constant(slice.input(input)).longs())
        : Optional.empty();
  }
}
