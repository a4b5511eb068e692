package io.github.pleas.symmetry;

import io.github.pleas.onnx.Node;
import java.util.Optional;

/**
 * Layers with weights: the weight's axes follow the units that it reads and those that it writes.
 */
final class LinearRules {
  private LinearRules() {}

  /** Conv: X [n, c, ...], W [o, c / group, ...], B [o]. */
  static void convolution(Node node, Ties ties) {
    String weight = node.input(1);
    if (!areConstant(node, ties)) {
      ties.fixInputs(node, Ties.name(node) + " is not a layer with constant weights");
      return;
    }
    ties.assign(node.output(), 0, ties.elements(node.input(0), 0));
    Optional<int[]> in = ties.elements(node.input(0), 1);
    long groups = node.intAttribute("group", 1);
    int channels = ties.shape(node.input(0)).dimension(1);
    if (groups == 1) {
      ties.bind(weight, 1, in, node);
      outputUnits(node, ties, Optional.of(ties.newUnits(node.output(), 1)));
    } else if (groups == channels && ties.shape(weight).dimension(0) == channels) {
      ties.assign(node.output(), 1, in);
      outputUnits(node, ties, in);
    } else {
      String reason = "grouped convolution " + Ties.name(node) + " (" + groups + " groups)";
      in.ifPresent(ids -> ties.fix(ids, reason));
      int[] out = ties.newUnits(node.output(), 1);
      ties.fix(out, reason);
      outputUnits(node, ties, Optional.of(out));
    }
  }

  /** Whether everything but the first input is a constant, or left out. */
  private static boolean areConstant(Node node, Ties ties) {
    return node.inputs().stream().skip(1).allMatch(i -> i.isEmpty() || ties.isConstant(i));
  }

  private static void outputUnits(Node node, Ties ties, Optional<int[]> out) {
    ties.bind(node.input(1), 0, out, node);
    if (node.hasInput(2)) {
      ties.bind(node.input(2), 0, out, node);
    }
  }

  /** Gemm in canonical form: X [n, i], W [o, i], B [o]. */
  static void gemm(Node node, Ties ties) {
    boolean bias =
        !node.hasInput(2)
            || ties.shape(node.input(2)).rank() == 1
                && ties.shape(node.input(2)).dimension(0) == ties.shape(node.output()).dimension(1);
    if (!areConstant(node, ties)
        || !bias
        || node.intAttribute("transB", 0) == 0
        || node.intAttribute("transA", 0) != 0) {
      ties.fixInputs(node, Ties.name(node) + " is not a layer with constant weights");
      return;
    }
    ties.assign(node.output(), 0, ties.elements(node.input(0), 0));
    ties.bind(node.input(1), 1, ties.elements(node.input(0), 1), node);
    outputUnits(node, ties, Optional.of(ties.newUnits(node.output(), 1)));
  }

  /** MatMul: X [..., i] with a constant W [i, o]; others do not move. */
  static void matMul(Node node, Ties ties) {
    String x = node.input(0);
    String y = node.input(1);
    int rankX = ties.shape(x).rank();
    int rank = ties.shape(node.output()).rank();
    if (ties.isConstant(y) && ties.shape(y).rank() == 2 && !ties.isConstant(x)) {
      ties.bind(y, 0, ties.elements(x, rankX - 1), node);
      ties.bind(y, 1, Optional.of(ties.newUnits(node.output(), rank - 1)), node);
      for (int axis = 0; axis < rank - 1; axis++) {
        ties.assign(node.output(), axis, ties.elements(x, axis));
      }
      return;
    }
    ties.fixInputs(node, Ties.name(node) + " is not a value times a constant matrix");
  }

  /** BatchNormalization: X [n, c, ...] and four vectors [c]. */
  static void batchNormalization(Node node, Ties ties) {
    if (!areConstant(node, ties)) {
      ties.fixInputs(node, Ties.name(node) + " is not a layer with constant weights");
      return;
    }
    for (int axis = 0; axis < ties.shape(node.input(0)).rank(); axis++) {
      Optional<int[]> ids = ties.elements(node.input(0), axis);
      ties.assign(node.output(), axis, ids);
      if (axis == 1) {
        node.inputs().stream().skip(1).forEach(p -> ties.bind(p, 0, ids, node));
      }
    }
  }
}
