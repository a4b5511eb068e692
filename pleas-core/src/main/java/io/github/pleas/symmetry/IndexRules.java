package io.github.pleas.symmetry;

import io.github.pleas.onnx.Node;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Operators that read or write at places that another array names. Along the axes that are counted
 * by these numbers nothing moves; along the others, what meets is tied.
 */
final class IndexRules {
  private final Node node;
  private final Ties ties;

  /** The labels' lengths: the output's axes, and last the label of all axes that are counted. */
  private final int[] lengths;

  private final int counted;
  private final Meeting meeting;

  private IndexRules(Node node, Ties ties) {
    this.node = node;
    this.ties = ties;
    int[] out = ties.shape(node.output()).dimensions();
    this.counted = out.length;
    // A length that no axis has, so that nothing meets there.
    this.lengths = Arrays.copyOf(out, counted + 1);
    this.meeting = new Meeting(node, ties, lengths);
  }

  /** An operand, with the label of each axis. */
  private void add(int input, int[] labels) {
    String value = node.input(input);
    if (ties.isConstant(value)) {
      meeting.add(value, labels);
      return;
    }
    meeting.add(
        ties.elements(value).stream()
            .filter(e -> !isCounted(e, labels))
            .map(e -> ties.collapsed(e, e.axes(axis -> labels[axis] == counted)))
            .toList(),
        labels,
        ties.shape(value).dimensions());
  }

  private boolean isCounted(Elements e, int[] labels) {
    boolean all = e.axes(axis -> labels[axis] == counted).length == e.axes().length;
    if (all) {
      ties.fix(e.ids(), Ties.name(node) + " counts along this axis");
    }
    return all;
  }

  private void assign() {
    Meeting.assign(node.output(), meeting.meet(), ties);
  }

  /** GatherElements: output [i][j] = data [indices [i][j]][j], for axis 0. */
  static void gatherElements(Node node, Ties ties) {
    IndexRules rule = new IndexRules(node, ties);
    int rank = rule.counted;
    int axis = SelectionRules.axis(node, "axis", 0, rank);
    if (differ(node, ties, axis, 0, 1)) {
      return;
    }
    rule.add(0, except(rank, axis, rule.counted));
    rule.add(1, IntStream.range(0, rank).toArray());
    rule.assign();
  }

  /** ScatterElements: output [indices [i][j]][j] = updates [i][j], for axis 0; else the data. */
  static void scatterElements(Node node, Ties ties) {
    IndexRules rule = new IndexRules(node, ties);
    int rank = rule.counted;
    int axis = SelectionRules.axis(node, "axis", 0, rank);
    if (differ(node, ties, axis, 0, 1)) {
      return;
    }
    for (int input = 0; input < 3; input++) {
      rule.add(input, except(rank, axis, rule.counted));
    }
    rule.assign();
  }

  /** Whether two inputs differ in length off an axis, so that one is read in part; fixes all. */
  private static boolean differ(Node node, Ties ties, int axis, int a, int b) {
    int[] first = ties.shape(node.input(a)).dimensions();
    int[] second = ties.shape(node.input(b)).dimensions();
    first[axis] = second[axis];
    if (Arrays.equals(first, second)) {
      return false;
    }
    ties.fixInputs(node, Ties.name(node) + " reads a part of its data");
    return true;
  }

  private static int[] except(int rank, int axis, int counted) {
    return IntStream.range(0, rank).map(a -> a == axis ? counted : a).toArray();
  }

  /** GatherND: the last axis of the indices counts along the data's axes behind batch_dims. */
  static void gatherNd(Node node, Ties ties) {
    IndexRules rule = new IndexRules(node, ties);
    int rank = ties.shape(node.input(0)).rank();
    int first = (int) node.intAttribute("batch_dims", 0) + depth(node, ties);
    rule.add(0, behind(rank, first, rule.counted, rule.counted));
    rule.assign();
  }

  /** ScatterND: the last axis of the indices counts along the first axes of the data. */
  static void scatterNd(Node node, Ties ties) {
    IndexRules rule = new IndexRules(node, ties);
    int rank = rule.counted;
    int first = depth(node, ties);
    rule.add(0, behind(rank, first, rank, rule.counted));
    int updates = ties.shape(node.input(2)).rank();
    rule.add(2, behind(updates, updates - (rank - first), rank, rule.counted));
    rule.assign();
  }

  private static int depth(Node node, Ties ties) {
    int[] indices = ties.shape(node.input(1)).dimensions();
    return indices[indices.length - 1];
  }

  /** Axes from one on are aligned with the last of the output; those before it are counted. */
  private static int[] behind(int rank, int first, int out, int counted) {
    return IntStream.range(0, rank).map(a -> a < first ? counted : out - (rank - a)).toArray();
  }

  /** OneHot: a new axis, along which each index becomes a one among zeros. */
  static void oneHot(Node node, Ties ties) {
    int axis = SelectionRules.axis(node, "axis", -1, ties.shape(node.output()).rank());
    if (ties.isConstant(node.input(0))) {
      return;
    }
    for (Elements e : ties.elements(node.input(0))) {
      ties.assign(node.output(), e.renamed(a -> a < axis ? a : a + 1));
    }
  }
}
