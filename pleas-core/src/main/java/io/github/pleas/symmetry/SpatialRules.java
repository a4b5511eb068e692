package io.github.pleas.symmetry;

import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;

/** Operators that act on each channel alike and work along the spatial axes. */
final class SpatialRules {
  private SpatialRules() {}

  /** Pools: X [n, c, ...]. */
  static void pooling(Node node, Ties ties) {
    ties.assign(node.output(), 0, ties.elements(node.input(0), 0));
    ties.assign(node.output(), 1, ties.elements(node.input(0), 1));
    for (int axis = 2; axis < ties.shape(node.input(0)).rank(); axis++) {
      ties.elements(node.input(0), axis)
          .ifPresent(ids -> ties.fix(ids, Ties.name(node) + " works along this axis"));
    }
  }

  /** Pad: an axis that is not padded keeps its units. */
  static void pad(Node node, Ties ties) {
    int rank = ties.shape(node.input(0)).rank();
    for (int axis = 0; axis < rank; axis++) {
      boolean padded =
          ties.shape(node.input(0)).dimension(axis) != ties.shape(node.output()).dimension(axis);
      if (padded || !padsAreKnown(node, ties)) {
        ties.elements(node.input(0), axis)
            .ifPresent(ids -> ties.fix(ids, Ties.name(node) + " pads this axis"));
      } else {
        ties.assign(node.output(), axis, ties.elements(node.input(0), axis));
      }
    }
  }

  /**
   * Pads that are constants, none of them negative, so that an axis of unchanged length is not
   * padded.
   */
  private static boolean padsAreKnown(Node node, Ties ties) {
    if (!node.hasInput(1) || !ties.isConstant(node.input(1))) {
      return false;
    }
    Tensor pads = ties.network().constant(node.input(1));
    for (long pad : pads.longs()) {
      if (pad < 0) {
        return false;
      }
    }
    return !node.hasInput(3);
  }
}
