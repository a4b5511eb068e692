package io.github.pleas.architecture;

import io.github.pleas.checkpoint.StateDict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The parameters of a state dict by name and shape, and an account of how they meet what an
 * architecture asks for: what is missing, has another shape, or is left over.
 */
final class Parameters {
  /** How many batches a running statistic has seen: used in training only. */
  private static final String COUNTER = "num_batches_tracked";

  private final Map<String, int[]> shapes = new LinkedHashMap<>();
  private final Set<String> used = new LinkedHashSet<>();
  private final List<String> missing = new ArrayList<>();
  private final List<String> different = new ArrayList<>();

  Parameters(StateDict dict) {
    for (StateDict.Entry entry : dict.entries()) {
      if (!entry.name().endsWith(COUNTER) && !entry.name().equals(StateDict.AVERAGED)) {
        shapes.put(entry.name(), dimensions(entry.shape()));
      }
    }
  }

  /** Lengths beyond what an array can have are no layer's; the check of sizes refuses them. */
  private static int[] dimensions(long[] shape) {
    return Arrays.stream(shape).mapToInt(n -> (int) Math.min(n, Integer.MAX_VALUE)).toArray();
  }

  /** Whether a shape has elements, and not more than an array. */
  private static boolean isSensible(int[] shape) {
    long count = 1;
    for (int length : shape) {
      count *= length;
      if (count < 1 || count > Integer.MAX_VALUE) {
        return false;
      }
    }
    return true;
  }

  boolean has(String name) {
    return shapes.containsKey(name);
  }

  /** All names, in the order of the file. */
  Set<String> names() {
    return shapes.keySet();
  }

  /** The shape of a parameter, which is not taken by that; empty also if no layer has such. */
  Optional<int[]> shape(String name) {
    return Optional.ofNullable(shapes.get(name)).filter(Parameters::isSensible).map(int[]::clone);
  }

  /**
   * Takes a parameter.
   *
   * @param expected its dimensions, -1 where any length will do
   * @return its shape; empty if it is missing or has another number of dimensions. What does not
   *     meet the expectation is noted
   */
  Optional<int[]> take(String name, int... expected) {
    int[] shape = shapes.get(name);
    if (shape == null) {
      missing.add(name + " " + text(expected));
      return Optional.empty();
    }
    used.add(name);
    if (!isSensible(shape)) {
      differs(name, text(expected));
      return Optional.empty();
    }
    if (!fits(shape, expected)) {
      differs(name, text(expected));
      return shape.length == expected.length ? Optional.of(shape.clone()) : Optional.empty();
    }
    return Optional.of(shape.clone());
  }

  /** Notes that a parameter is not what the architecture needs. */
  void differs(String name, String expected) {
    different.add(
        "%s: expected %s, found %s"
            .formatted(name, expected, text(shapes.getOrDefault(name, new int[0]))));
  }

  /** Says more of the parameter that was last noted not to be what the architecture needs. */
  void explain(String why) {
    int last = different.size() - 1;
    different.set(last, different.get(last) + " (" + why + ")");
  }

  /** Notes that something is missing which is no single parameter, such as a block. */
  void lacks(String what) {
    missing.add(what);
  }

  private static boolean fits(int[] shape, int[] expected) {
    if (shape.length != expected.length) {
      return false;
    }
    for (int axis = 0; axis < shape.length; axis++) {
      if (expected[axis] >= 0 && expected[axis] != shape[axis]) {
        return false;
      }
    }
    return true;
  }

  /** A shape as users read it: [64, ?, 3, 3]. */
  static String text(int... shape) {
    return Arrays.toString(shape).replace("-1", "?");
  }

  /** Those that were taken, in the order of the file. */
  List<String> used() {
    return shapes.keySet().stream().filter(used::contains).toList();
  }

  List<String> missing() {
    return List.copyOf(missing);
  }

  List<String> different() {
    return List.copyOf(different);
  }

  /** Those that nothing has asked for. */
  List<String> unexpected() {
    return shapes.entrySet().stream()
        .filter(entry -> !used.contains(entry.getKey()))
        .map(entry -> entry.getKey() + " " + text(entry.getValue()))
        .toList();
  }
}
