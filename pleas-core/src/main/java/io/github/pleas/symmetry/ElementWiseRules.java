package io.github.pleas.symmetry;

import io.github.pleas.network.TargetShape;
import io.github.pleas.onnx.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Operators that work element by element, with NumPy broadcasting: what meets in one place is one
 * unit.
 */
final class ElementWiseRules {
  /** ONNX's operators that compute each place by itself. */
  static final Set<String> OPERATORS =
      Set.of(
          "Abs",
          "Acos",
          "Acosh",
          "Add",
          "And",
          "Asin",
          "Asinh",
          "Atan",
          "Atanh",
          "Cast",
          "Ceil",
          "Celu",
          "Clip",
          "Cos",
          "Cosh",
          "Div",
          "Dropout",
          "Elu",
          "Equal",
          "Erf",
          "Exp",
          "Floor",
          "Gelu",
          "Greater",
          "GreaterOrEqual",
          "HardSigmoid",
          "HardSwish",
          "Identity",
          "IsInf",
          "IsNaN",
          "LeakyRelu",
          "Less",
          "LessOrEqual",
          "Log",
          "Max",
          "Mean",
          "Min",
          "Mish",
          "Mod",
          "Mul",
          "Neg",
          "Not",
          "Or",
          "PRelu",
          "Pow",
          "Reciprocal",
          "Relu",
          "Round",
          "Selu",
          "Shrink",
          "Sigmoid",
          "Sign",
          "Sin",
          "Sinh",
          "Softplus",
          "Softsign",
          "Sqrt",
          "Sub",
          "Sum",
          "Swish",
          "Tan",
          "Tanh",
          "ThresholdedRelu",
          "Where",
          "Xor");

  private ElementWiseRules() {}

  static void apply(Node node, Ties ties) {
    Meeting.assign(node.output(), Meeting.inOutput(node, ties).meet(), ties);
  }

  /** CastLike: of the second input only the type is read. */
  static void castLike(Node node, Ties ties) {
    if (!ties.isConstant(node.input(1))) {
      ties.elements(node.input(1));
    }
    ties.elements(node.input(0)).forEach(e -> ties.assign(node.output(), e));
  }

  /**
   * Expand, ConstantOfShape's kin: the second input is a shape. What is spread keeps its units; a
   * parameter that is spread over the batch, such as a class token, brings units of its own.
   */
  static void expand(Node node, Ties ties) {
    String input = node.input(0);
    int[] out = ties.shape(node.output()).dimensions();
    int shift = out.length - ties.shape(input).rank();
    int[] in = ties.ownLengths(input);
    List<Elements> spread = new ArrayList<>();
    if (ties.isConstant(input)) {
      for (int axis = 0; axis < in.length; axis++) {
        if (in[axis] > 1) {
          spread.add(Elements.on(axis, ties.unitsOf(input, axis, node)));
        }
      }
    } else {
      for (Elements e : ties.elements(input)) {
        Elements left = e;
        for (int axis : e.axes(axis -> in[axis] == 1 && out[axis + shift] > 1)) {
          left = left.first(axis);
        }
        if (left.axes().length > 0) {
          spread.add(left);
        }
      }
    }
    for (Elements e : spread) {
      if (e.axes(axis -> !isSayable(node, ties, axis + shift - out.length)).length > 0) {
        ties.makeRigid(e.ids(), Ties.name(node) + " spreads to a computed shape");
      }
      ties.assign(node.output(), e.renamed(axis -> axis + shift));
    }
    for (int axis = 0; axis < out.length; axis++) {
      if (axis < shift || in[axis - shift] == 1) {
        ties.makeUniform(node.output(), axis);
      }
    }
  }

  /**
   * Whether the target shape of an Expand can say another length of an axis: by a constant, or by
   * saying nothing.
   *
   * @param fromEnd the axis, counted from the end: -1 is the last
   */
  private static boolean isSayable(Node node, Ties ties, int fromEnd) {
    TargetShape target = TargetShape.of(ties.network(), node.input(1));
    return target.lacks(ties.network(), fromEnd)
        || target.entry(ties.network(), fromEnd).isPresent();
  }
}
