package io.github.pleas.symmetry;

import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import java.util.function.IntPredicate;

/** Operators that work along some axes in their order, and on the others place by place. */
final class SpatialRules {
  private SpatialRules() {}

  /** Pools, and others that act on each channel alike: X [n, c, ...]. */
  static void channelWise(Node node, Ties ties) {
    along(node, ties, axis -> axis > 1);
  }

  /** Along some axes order matters, so that units move there only all together. */
  private static void along(Node node, Ties ties, IntPredicate ordered) {
    for (Elements e : ties.elements(node.input(0))) {
      int[] here = e.axes(ordered);
      if (here.length == e.axes().length) {
        ties.fix(e.ids(), Ties.name(node) + " works along this axis");
      } else {
        ties.assign(node.output(), ties.collapsed(e, here));
      }
    }
  }

  /** CumSum, Trilu, and others that work along one axis, which an attribute or constant names. */
  static void cumulative(Node node, Ties ties) {
    int rank = ties.shape(node.input(0)).rank();
    if (!ties.isConstant(node.input(1))) {
      ties.fixInputs(node, "the axis of " + Ties.name(node) + " is computed");
      return;
    }
    long axis = ties.network().constant(node.input(1)).longs()[0];
    along(node, ties, a -> a == (axis < 0 ? axis + rank : axis));
  }

  /** Trilu: the last two axes. */
  static void triangle(Node node, Ties ties) {
    int rank = ties.shape(node.input(0)).rank();
    along(node, ties, axis -> axis >= rank - 2);
  }

  /** Resize, Upsample: an axis that keeps its length is not resized. */
  static void resize(Node node, Ties ties) {
    along(node, ties, axis -> changes(node, ties, axis));
    if (node.hasInput(3)) {
      ties.elements(node.input(0))
          .forEach(e -> ties.makeRigid(e.ids(), Ties.name(node) + " resizes to a given shape"));
    }
  }

  /** Pad: an axis that is not padded keeps its units. */
  static void pad(Node node, Ties ties) {
    boolean known = padsAreKnown(node, ties);
    along(node, ties, axis -> !known || changes(node, ties, axis));
  }

  private static boolean changes(Node node, Ties ties, int axis) {
    return ties.shape(node.input(0)).dimension(axis) != ties.shape(node.output()).dimension(axis);
  }

  /**
   * Pads that are constants, none of them negative, so that an axis of unchanged length is not
   * padded.
   */
  private static boolean padsAreKnown(Node node, Ties ties) {
    if (!node.hasInput(1)) {
      return java.util.Arrays.stream(node.intsAttribute("pads", new int[0])).allMatch(p -> p >= 0);
    }
    if (!ties.isConstant(node.input(1)) || node.hasInput(3) && !ties.isConstant(node.input(3))) {
      return false;
    }
    Tensor pads = ties.network().constant(node.input(1));
    for (long pad : pads.longs()) {
      if (pad < 0) {
        return false;
      }
    }
    return true;
  }

  /** LRN: each channel is scaled by its neighbours. */
  static void neighbours(Node node, Ties ties) {
    along(node, ties, axis -> axis >= 1);
  }
}
