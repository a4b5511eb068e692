package io.github.pleas.runtime;

import io.github.pleas.onnx.ValueInfo;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where a frontier will be asked to go on to after what it is asked for now, so that the part on
 * the way can be loaded, and run once for what first runs cost, meanwhile.
 *
 * @param wanted the values
 * @param tap the nodes of the tap on some of them
 * @param late constants of the way, the tap's included, that will be known by then only, of single
 *     precision; those that the part does not read are left alone
 * @param lengths how long the free axes of what the tap takes and makes are in the first batch, by
 *     their names; without them the part is loaded only
 */
public record NextStop(
    Set<String> wanted,
    Optional<TapGraph> tap,
    List<ValueInfo> late,
    Map<String, Integer> lengths) {
  public NextStop {
    wanted = Set.copyOf(wanted);
    late = List.copyOf(late);
    lengths = Map.copyOf(lengths);
  }

  /** A stop without a tap. */
  public NextStop(Set<String> wanted, List<ValueInfo> late) {
    this(wanted, Optional.empty(), late, Map.of());
  }

  /** Whether it says itself what a value's shape is: it is late, or the tap takes or makes it. */
  boolean declares(String value) {
    Stream<ValueInfo> tapped =
        tap.stream().flatMap(t -> Stream.concat(t.inputs().stream(), t.outputs().stream()));
    return Stream.concat(late.stream(), tapped).anyMatch(info -> info.name().equals(value));
  }

  /** The shape of such a value in the first batch, if it is known. */
  Optional<int[]> shape(ValueInfo declared) {
    int[] shape = new int[declared.shape().size()];
    for (int axis = 0; axis < shape.length; axis++) {
      ValueInfo.Dimension dimension = declared.shape().get(axis);
      Integer length =
          dimension.isFree()
              ? lengths.get(dimension.symbol())
              : Integer.valueOf(Math.toIntExact(dimension.size()));
      if (length == null) {
        return Optional.empty();
      }
      shape[axis] = length;
    }
    return Optional.of(shape);
  }
}
