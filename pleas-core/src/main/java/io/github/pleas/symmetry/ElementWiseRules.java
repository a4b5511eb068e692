package io.github.pleas.symmetry;

import io.github.pleas.onnx.Node;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Operators that work element by element, with NumPy broadcasting: what meets in one place is one
 * unit.
 */
final class ElementWiseRules {
  private ElementWiseRules() {}

  static void apply(Node node, Ties ties) {
    Meeting.assign(node.output(), Meeting.inOutput(node, ties).meet(false), ties);
  }

  /**
   * Expand, ConstantOfShape's kin: the second input is a shape. What is spread keeps its units; a
   * parameter that is spread over the batch, such as a class token, brings units of its own.
   */
  static void expand(Node node, Ties ties) {
    int[] out = ties.shape(node.output()).dimensions();
    String input = node.input(0);
    int rank = ties.shape(input).rank();
    int[] labels = IntStream.range(out.length - rank, out.length).toArray();
    Meeting meeting = new Meeting(node, ties, out);
    meeting.add(input, labels);
    List<Elements> met = meeting.meet(true);
    met.forEach(e -> ties.makeRigid(e.ids(), Ties.name(node) + " spreads to a given shape"));
    Meeting.assign(node.output(), met, ties);
    int[] in = ties.ownLengths(input);
    for (int axis = 0; axis < out.length; axis++) {
      int own = axis - (out.length - rank);
      if (own < 0 || in[own] == 1) {
        ties.makeUniform(node.output(), axis);
      }
    }
  }
}
