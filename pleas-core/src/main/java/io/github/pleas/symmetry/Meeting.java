package io.github.pleas.symmetry;

import io.github.pleas.onnx.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;

/**
 * Where operands of a node meet place by place: in element-wise operators with NumPy broadcasting,
 * and, before the sum is taken, in products of matrices. The places are those of an array with a
 * <em>label</em> for each axis, as in Einstein's notation; an operand stretches over some of the
 * labels. What meets in one place is tied.
 */
final class Meeting {
  private record Operand(String constant, int[] labels) {}

  private final Node node;
  private final Ties ties;
  private final int[] lengths;
  private final List<Elements> met = new ArrayList<>();
  private final List<Operand> constants = new ArrayList<>();
  private final List<Set<Integer>> immovable = new ArrayList<>();

  /** Labels along which some value is long. */
  private final Set<Integer> reached = new TreeSet<>();

  /**
   * A meeting.
   *
   * @param lengths how long each label is
   */
  Meeting(Node node, Ties ties, int[] lengths) {
    this.node = node;
    this.ties = ties;
    this.lengths = lengths.clone();
  }

  /** A meeting in the places of a node's output, its operands aligned at the last axis. */
  static Meeting inOutput(Node node, Ties ties) {
    Meeting meeting = new Meeting(node, ties, ties.shape(node.output()).dimensions());
    for (String input : node.inputs()) {
      if (!input.isEmpty()) {
        meeting.add(input, meeting.aligned(ties.shape(input).rank()));
      }
    }
    return meeting;
  }

  /** Labels for an operand of some rank that is aligned at the last axis. */
  int[] aligned(int rank) {
    int[] labels = new int[rank];
    for (int axis = 0; axis < rank; axis++) {
      labels[axis] = lengths.length - rank + axis;
    }
    return labels;
  }

  /** An operand, with the label of each of its axes. */
  void add(String input, int[] labels) {
    if (ties.isConstant(input)) {
      constants.add(new Operand(input, labels));
    } else {
      add(ties.elements(input), labels, ties.ownLengths(input));
    }
  }

  /** An operand of which the elements and the lengths of its axes are known. */
  void add(List<Elements> elements, int[] labels, int[] dimensions) {
    Set<Integer> immovableHere = new TreeSet<>();
    IntPredicate stretches = axis -> dimensions[axis] == lengths[labels[axis]];
    for (int axis = 0; axis < labels.length; axis++) {
      if (stretches.test(axis)) {
        reached.add(labels[axis]);
        if (lengths[labels[axis]] > 1) {
          immovableHere.add(labels[axis]);
        }
      }
    }
    for (Elements e : elements) {
      Elements left = e;
      for (int axis : e.axes(axis -> !stretches.test(axis))) {
        left = left.first(axis);
      }
      if (left.axes().length > 0) {
        Elements labelled = left.renamed(axis -> labels[axis]);
        Arrays.stream(labelled.axes()).forEach(immovableHere::remove);
        join(labelled);
      }
    }
    immovable.add(immovableHere);
  }

  private void join(Elements e) {
    List<Elements> overlapping =
        met.stream().filter(other -> other.axes(e::has).length > 0).toList();
    Optional<Elements> larger =
        overlapping.stream().filter(o -> o.axes(e::has).length == e.axes().length).findFirst();
    if (larger.isPresent()) {
      ties.tie(ties.blocks(larger.get(), e.axes()), e);
    } else if (overlapping.stream().allMatch(o -> Arrays.stream(o.axes()).allMatch(e::has))) {
      overlapping.forEach(other -> ties.tie(ties.blocks(e, other.axes()), other));
      met.removeAll(overlapping);
      met.add(e);
    } else {
      String reason = "axes are cut in two ways at " + Ties.name(node);
      ties.fix(e.ids(), reason);
      overlapping.forEach(other -> ties.fix(other.ids(), reason));
    }
  }

  /**
   * The elements by label, all operands' taken together.
   *
   * @param makesUnits whether a constant that alone reaches along a label makes new units there, as
   *     a layer's weight does
   */
  List<Elements> meet(boolean makesUnits) {
    for (Set<Integer> labels : immovable) {
      for (Elements e : met) {
        int[] held = e.axes(labels::contains);
        if (held.length > 0) {
          ties.hold(e, held, "meets an axis that does not move at " + Ties.name(node));
        }
      }
    }
    for (Operand constant : constants) {
      bind(constant, makesUnits);
    }
    return List.copyOf(met);
  }

  private void bind(Operand operand, boolean makesUnits) {
    int[] shape = ties.shape(operand.constant()).dimensions();
    for (int axis = 0; axis < shape.length; axis++) {
      int label = operand.labels()[axis];
      boolean stretches = shape[axis] == lengths[label] && (lengths[label] > 1 || makesUnits);
      if (!stretches) {
        continue;
      }
      if (met.stream().noneMatch(e -> e.has(label))) {
        if (makesUnits && !reached.contains(label)) {
          met.add(Elements.on(label, ties.fresh(lengths[label])));
        } else {
          ties.bind(operand.constant(), axis, Optional.empty(), node);
        }
      }
    }
    for (Elements e : met) {
      int[] shared =
          e.axes(
              label ->
                  axisOf(operand, label) >= 0 && shape[axisOf(operand, label)] == lengths[label]);
      if (shared.length > 0) {
        ties.bind(
            operand.constant(),
            shape,
            ties.blocks(e, shared).renamed(label -> axisOf(operand, label)),
            node);
      }
    }
  }

  private static int axisOf(Operand operand, int label) {
    for (int axis = 0; axis < operand.labels().length; axis++) {
      if (operand.labels()[axis] == label) {
        return axis;
      }
    }
    return -1;
  }

  /**
   * What is left of elements when labels are summed over: units on these labels alone are gone, of
   * others the blocks are left.
   */
  static List<Elements> summed(List<Elements> elements, IntPredicate remains, Ties ties) {
    List<Elements> left = new ArrayList<>();
    for (Elements e : elements) {
      int[] keep = e.axes(remains);
      if (keep.length > 0) {
        left.add(ties.blocks(e, keep));
      }
    }
    return left;
  }

  /** Hands the elements to the output, whose axes are the labels. */
  static void assign(String output, List<Elements> elements, Ties ties) {
    elements.forEach(e -> ties.assign(output, e));
  }
}
