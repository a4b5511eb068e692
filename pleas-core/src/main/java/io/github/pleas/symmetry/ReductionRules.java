package io.github.pleas.symmetry;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Node;
import java.util.stream.IntStream;

/** Operators that sum, or take an extreme, along axes. */
final class ReductionRules {
  private ReductionRules() {}

  /** Reduce*: the order along a reduced axis does not matter, its length does. */
  static void reduce(Node node, Ties ties) {
    int rank = ties.shape(node.input(0)).rank();
    boolean[] reduced = new boolean[rank];
    int[] axes = axes(node, ties, rank);
    for (int axis : axes) {
      reduced[axis < 0 ? axis + rank : axis] = true;
    }
    boolean keep = node.intAttribute("keepdims", 1) != 0;
    int out = 0;
    for (int axis = 0; axis < rank; axis++) {
      if (reduced[axis]) {
        ties.elements(node.input(0), axis)
            .ifPresent(ids -> ties.makeRigid(ids, Ties.name(node) + " reduces over the units"));
        out += keep ? 1 : 0;
      } else {
        ties.assign(node.output(), out++, ties.elements(node.input(0), axis));
      }
    }
  }

  private static int[] axes(Node node, Ties ties, int rank) {
    if (node.attributes().get("axes") instanceof Attribute.Ints) {
      return node.intsAttribute("axes", new int[0]);
    }
    if (node.hasInput(1)) {
      if (!ties.isConstant(node.input(1))) {
        ties.fixInputs(node, "the axes of " + Ties.name(node) + " are computed");
        return IntStream.range(0, rank).toArray();
      }
      long[] axes = ties.network().constant(node.input(1)).longs();
      if (axes.length > 0) {
        return IntStream.range(0, axes.length).map(i -> (int) axes[i]).toArray();
      }
    }
    boolean none = node.intAttribute("noop_with_empty_axes", 0) != 0;
    return none ? new int[0] : IntStream.range(0, rank).toArray();
  }

  /** Softmax: follows a reordering, but more units change every value. */
  static void softmax(Node node, Ties ties) {
    int rank = ties.shape(node.input(0)).rank();
    boolean oneAxis = ties.network().graph().opset() >= 13;
    int axis = (int) node.intAttribute("axis", oneAxis ? -1 : 1);
    int along = axis < 0 ? axis + rank : axis;
    for (int a = 0; a < rank; a++) {
      ties.assign(node.output(), a, ties.elements(node.input(0), a));
      if (a == along || !oneAxis && a > along) {
        ties.elements(node.input(0), a)
            .ifPresent(ids -> ties.makeRigid(ids, Ties.name(node) + " normalises over the units"));
      }
    }
  }
}
