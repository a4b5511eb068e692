package io.github.pleas.symmetry;

import io.github.pleas.onnx.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Operators that work element by element, with NumPy broadcasting: what meets in one place is one
 * unit.
 */
final class ElementWiseRules {
  private record Operand(String name, int axis) {}

  private ElementWiseRules() {}

  static void apply(Node node, Ties ties) {
    int rank = ties.shape(node.output()).rank();
    for (int axis = 0; axis < rank; axis++) {
      int length = ties.shape(node.output()).dimension(axis);
      List<Operand> values = new ArrayList<>();
      List<Operand> constants = new ArrayList<>();
      for (String input : node.inputs()) {
        int aligned = input.isEmpty() ? -1 : axis - rank + ties.shape(input).rank();
        if (aligned >= 0 && ties.shape(input).dimension(aligned) == length) {
          (ties.isConstant(input) ? constants : values).add(new Operand(input, aligned));
        }
      }
      Optional<int[]> ids = meet(node, ties, values);
      ties.assign(node.output(), axis, ids);
      if (length > 1) {
        constants.forEach(constant -> ties.bind(constant.name(), constant.axis(), ids, node));
      }
    }
  }

  /**
   * The common elements of the values' axes; none where no axis moves, fixed where one of them does
   * not.
   */
  private static Optional<int[]> meet(Node node, Ties ties, List<Operand> values) {
    List<int[]> moving =
        values.stream().flatMap(v -> ties.elements(v.name(), v.axis()).stream()).toList();
    if (moving.isEmpty()) {
      return Optional.empty();
    }
    for (int[] other : moving) {
      ties.tie(moving.get(0), other);
    }
    if (moving.size() < values.size()) {
      ties.fix(moving.get(0), "meets an axis that does not move at " + Ties.name(node));
    }
    return Optional.of(moving.get(0));
  }
}
