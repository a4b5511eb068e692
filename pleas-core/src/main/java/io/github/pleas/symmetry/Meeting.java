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
        Elements labelled = ties.renamed(left, axis -> labels[axis]);
        Arrays.stream(labelled.axes()).forEach(immovableHere::remove);
        join(met, labelled, ties);
      }
    }
    immovable.add(immovableHere);
  }

  /** Where elements share labels they agree: what is on other labels too does so by its blocks. */
  private static void join(List<Elements> met, Elements e, Ties ties) {
    boolean covered = false;
    for (Elements other : List.copyOf(met)) {
      int[] shared = other.axes(e::has);
      if (shared.length > 0) {
        ties.tie(ties.blocks(other, shared), ties.blocks(e, shared));
        covered |= shared.length == e.axes().length;
      }
    }
    if (!covered) {
      met.removeIf(other -> other.axes(e::has).length == other.axes().length);
      met.add(e);
    }
  }

  /** The elements by label, all operands' taken together, where none of them are summed over. */
  List<Elements> meet() {
    return remaining(meet(label -> false), label -> true);
  }

  /**
   * The elements by label, all operands' taken together. A constant that alone reaches along a
   * label makes new units there, as a layer's weight does: one for each combination of places on
   * the labels that are its own and that remain, as in the weights of several heads.
   *
   * @param remains labels of new units that are not summed over
   */
  List<Elements> meet(IntPredicate remains) {
    constants.forEach(constant -> makeUnits(constant, remains));
    for (Set<Integer> labels : immovable) {
      for (Elements e : met) {
        int[] held = e.axes(labels::contains);
        if (held.length > 0) {
          ties.hold(e, held, "meets an axis that does not move at " + Ties.name(node));
        }
      }
    }
    constants.forEach(this::bind);
    return List.copyOf(met);
  }

  private void makeUnits(Operand operand, IntPredicate remains) {
    int[] labels =
        Arrays.stream(operand.labels())
            .filter(label -> remains.test(label) && stretches(operand, label))
            .filter(label -> lengths[label] > 1 || !isReached(label))
            .sorted()
            .toArray();
    if (Arrays.stream(labels).allMatch(this::isReached)) {
      return;
    }
    int[] sizes = Arrays.stream(labels).map(label -> lengths[label]).toArray();
    Elements made =
        new Elements(labels, sizes, ties.fresh(Arrays.stream(sizes).reduce(1, (a, b) -> a * b)));
    join(met, made, ties);
  }

  private boolean isReached(int label) {
    return reached.contains(label) || met.stream().anyMatch(e -> e.has(label));
  }

  private boolean stretches(Operand operand, int label) {
    int[] shape = ties.shape(operand.constant()).dimensions();
    return axisOf(operand, label) >= 0 && shape[axisOf(operand, label)] == lengths[label];
  }

  private void bind(Operand operand) {
    int[] shape = ties.shape(operand.constant()).dimensions();
    for (int label : operand.labels()) {
      if (stretches(operand, label)
          && lengths[label] > 1
          && met.stream().noneMatch(e -> e.has(label))) {
        ties.bind(operand.constant(), axisOf(operand, label), Optional.empty(), node);
      }
    }
    for (Elements e : met) {
      int[] shared = e.axes(label -> stretches(operand, label));
      if (shared.length > 0) {
        ties.bind(
            operand.constant(),
            shape,
            ties.renamed(ties.blocks(e, shared), label -> axisOf(operand, label)),
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
  List<Elements> remaining(List<Elements> elements, IntPredicate remains) {
    List<Elements> left = new ArrayList<>();
    for (Elements e : elements) {
      int[] keep = e.axes(remains);
      if (keep.length > 0) {
        join(left, ties.blocks(e, keep), ties);
      }
    }
    return left;
  }

  /** Hands the elements to the output, whose axes are the labels. */
  static void assign(String output, List<Elements> elements, Ties ties) {
    elements.forEach(e -> ties.assign(output, e));
  }
}
