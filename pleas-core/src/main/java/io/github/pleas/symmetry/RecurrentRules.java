package io.github.pleas.symmetry;

import io.github.pleas.onnx.Node;
import java.util.List;
import java.util.Optional;

/**
 * LSTM, GRU, RNN: each direction has hidden units of its own, and each of these has a row in the
 * weights of every gate. X [steps, n, in], W [directions, gates x hidden, in], R [directions, gates
 * x hidden, hidden], B [directions, 2 x gates x hidden]; Y [steps, directions, n, hidden], Y_h and
 * Y_c [directions, n, hidden].
 */
final class RecurrentRules {
  private RecurrentRules() {}

  static void lstm(Node node, Ties ties) {
    recurrent(node, ties, 4);
  }

  static void gru(Node node, Ties ties) {
    recurrent(node, ties, 3);
  }

  static void rnn(Node node, Ties ties) {
    recurrent(node, ties, 1);
  }

  private static void recurrent(Node node, Ties ties, int gates) {
    boolean weights = ties.isConstant(node.input(1)) && ties.isConstant(node.input(2));
    boolean bias = !node.hasInput(3) || ties.isConstant(node.input(3));
    boolean peepholes = !node.hasInput(7) || ties.isConstant(node.input(7));
    if (!weights
        || !bias
        || !peepholes
        || node.hasInput(4)
        || node.intAttribute("layout", 0) != 0) {
      ties.fixInputs(node, Ties.name(node) + " is not of a kind whose units may move");
      return;
    }
    int directions = ties.shape(node.input(1)).dimension(0);
    int features = ties.shape(node.input(1)).dimension(2);
    int hidden = ties.shape(node.input(2)).dimension(2);
    int[] ids = ties.fresh(directions * hidden);
    Elements units = over(0, 2, directions, hidden, ids);
    // Forwards and backwards are told apart.
    ties.hold(units, new int[] {0}, "a direction of " + Ties.name(node));
    Optional<int[]> in = ties.elements(node.input(0), 2);
    for (int axis = 0; axis < 2; axis++) {
      int along = axis;
      ties.elements(node.input(0), axis)
          .ifPresent(other -> ties.fix(other, Ties.name(node) + " runs along axis " + along));
    }
    in.ifPresent(read -> ties.keepTogether(node, List.of(Elements.on(2, read))));
    int[] viewW = {directions, gates, hidden, features};
    ties.bind(node.input(1), viewW, units, node);
    ties.bind(node.input(1), 2, in, node);
    int[] viewR = {directions, gates, hidden, hidden};
    ties.bind(node.input(2), viewR, units, node);
    ties.bind(node.input(2), viewR, over(0, 3, directions, hidden, ids), node);
    if (node.hasInput(3)) {
      ties.bind(node.input(3), new int[] {directions, 2 * gates, hidden}, units, node);
    }
    if (node.hasInput(7)) {
      ties.bind(node.input(7), new int[] {directions, 3, hidden}, units, node);
    }
    states(node, ties, gates, over(0, 2, directions, hidden, ids));
    assign(node, ties, 0, over(1, 3, directions, hidden, ids));
    assign(node, ties, 1, units);
    assign(node, ties, 2, units);
  }

  /** Initial states [directions, n, hidden]. */
  private static void states(Node node, Ties ties, int gates, Elements units) {
    for (int input = 5; input < (gates == 4 ? 7 : 6); input++) {
      if (node.hasInput(input)) {
        Meeting meeting =
            new Meeting(node, ties, new int[] {units.lengths()[0], 1, units.lengths()[1]});
        meeting.add(
            List.of(units),
            new int[] {0, 1, 2},
            new int[] {units.lengths()[0], 1, units.lengths()[1]});
        meeting.add(node.input(input), new int[] {0, 1, 2});
        meeting.meet();
      }
    }
  }

  private static void assign(Node node, Ties ties, int output, Elements e) {
    if (output < node.outputs().size() && !node.outputs().get(output).isEmpty()) {
      ties.assign(node.outputs().get(output), e);
    }
  }

  private static Elements over(int first, int second, int directions, int hidden, int[] ids) {
    return new Elements(new int[] {first, second}, new int[] {directions, hidden}, ids);
  }
}
