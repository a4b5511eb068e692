package io.github.pleas.symmetry;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Where units stand on a constant. Unlike a value's, a constant's axes may be cut: the weight of a
 * grouped convolution, [outputs, inputs / groups, ...], is seen as [groups, outputs / groups,
 * inputs / groups, ...], and output units stand on the axes 0 and 1, input units on 0 and 2.
 */
final class ConstantUnits {
  private final int[] shape;
  private int[] view;
  private List<Elements> elements = new ArrayList<>();
  private Map<Integer, Reason> immovable = new LinkedHashMap<>();

  ConstantUnits(int[] shape) {
    this.shape = shape.clone();
    this.view = shape.clone();
  }

  int[] view() {
    return view.clone();
  }

  List<Elements> elements() {
    return List.copyOf(elements);
  }

  /** Why an axis of the view does not move, where that was stated. */
  Optional<Reason> whyImmovable(int axis) {
    return Optional.ofNullable(immovable.get(axis));
  }

  void makeImmovable(int[] axes, Reason reason) {
    for (int axis : axes) {
      immovable.putIfAbsent(axis, reason);
    }
  }

  void add(Elements e) {
    elements.add(e);
  }

  /** The axis of the tensor that some axes of the view make up, if they make up exactly one. */
  Optional<Integer> tensorAxis(int[] axes) {
    int[] many = longAxes(axes);
    for (int axis = 0; axis < shape.length; axis++) {
      int[] parts = viewAxes(axis);
      // Axes of one element, which cutting leaves behind, make no difference.
      if (many.length == 0 ? Arrays.equals(axes, parts) : Arrays.equals(many, longAxes(parts))) {
        return Optional.of(axis);
      }
    }
    return Optional.empty();
  }

  private int[] longAxes(int[] axes) {
    return Arrays.stream(axes).filter(axis -> view[axis] > 1).toArray();
  }

  /** The axes of the view that one axis of the tensor is cut into. */
  int[] viewAxes(int axis) {
    int at = 0;
    for (int earlier = 0; earlier < axis; earlier++) {
      at = end(at, shape[earlier], false);
    }
    return IntStream.range(at, end(at, shape[axis], axis == shape.length - 1)).toArray();
  }

  /** Where in the view an axis of some length ends; axes of length one go with the axis before. */
  private int end(int from, int length, boolean last) {
    return end(view, from, length, last);
  }

  private static int end(int[] view, int from, int length, boolean last) {
    int product = 1;
    int at = from;
    while (at < view.length && (product < length || at == from || last)) {
      product *= view[at++];
    }
    return at;
  }

  /**
   * Cuts the view so that it is at least as fine as another.
   *
   * @param other a shape of as many elements
   * @return for each axis of the other the axes of this view that it is cut into, or nothing if the
   *     two have no common refinement
   */
  Optional<int[][]> refine(int[] other) {
    Optional<int[]> common = common(view, other);
    if (common.isEmpty()) {
      return Optional.empty();
    }
    int[] finer = common.get();
    int[][] old = parts(finer, view);
    elements = new ArrayList<>(elements.stream().map(e -> cut(e, old, finer)).toList());
    Map<Integer, Reason> held = new LinkedHashMap<>();
    immovable.forEach((axis, reason) -> Arrays.stream(old[axis]).forEach(a -> held.put(a, reason)));
    immovable = held;
    view = finer;
    return Optional.of(parts(finer, other));
  }

  /** The same elements over the axes that theirs are cut into. */
  static Elements cut(Elements e, int[][] parts, int[] view) {
    int[] axes = Arrays.stream(e.axes()).flatMap(axis -> Arrays.stream(parts[axis])).toArray();
    return new Elements(axes, Arrays.stream(axes).map(a -> view[a]).toArray(), e.ids());
  }

  private static int[][] parts(int[] finer, int[] coarser) {
    int[][] parts = new int[coarser.length][];
    int at = 0;
    for (int axis = 0; axis < coarser.length; axis++) {
      int end = end(finer, at, coarser[axis], axis == coarser.length - 1);
      parts[axis] = IntStream.range(at, end).toArray();
      at = end;
    }
    return parts;
  }

  /** The coarsest shape that both can be made of by joining neighbouring axes. */
  private static Optional<int[]> common(int[] a, int[] b) {
    if (Arrays.equals(a, b)) {
      return Optional.of(a.clone());
    }
    List<Integer> finer = new ArrayList<>();
    int i = 0;
    int j = 0;
    int left = 1;
    int right = 1;
    while (i < a.length || j < b.length) {
      if (left == 1 && right == 1 && i < a.length && j < b.length) {
        left = a[i++];
        right = b[j++];
      } else if (left == 1 && i < a.length) {
        left = a[i++];
      } else if (right == 1 && j < b.length) {
        right = b[j++];
      }
      int small = Math.min(left, right);
      if (Math.max(left, right) % small != 0) {
        return Optional.empty();
      }
      finer.add(small);
      left /= small;
      right /= small;
    }
    return Optional.of(finer.stream().mapToInt(Integer::intValue).toArray());
  }
}
