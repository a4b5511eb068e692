package io.github.pleas.symmetry;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Node;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Operators that sum, or take an extreme, along axes, or scale by what they find there. */
final class ReductionRules {
  /** Operators that make one number of all places along some axes. */
  static final Set<String> OPERATORS =
      Set.of(
          "ReduceL1",
          "ReduceL2",
          "ReduceLogSum",
          "ReduceLogSumExp",
          "ReduceMax",
          "ReduceMean",
          "ReduceMin",
          "ReduceProd",
          "ReduceSum",
          "ReduceSumSquare");

  private ReductionRules() {}

  /** Reduce*: the order along a reduced axis does not matter, its length does. */
  static void reduce(Node node, Ties ties) {
    int rank = ties.shape(node.input(0)).rank();
    int[] axes = axes(node, ties, rank);
    boolean keep = node.intAttribute("keepdims", 1) != 0;
    IntPredicate reduced =
        axis -> Arrays.stream(axes).anyMatch(a -> (a < 0 ? a + rank : a) == axis);
    List<Elements> left = normalised(node, ties, reduced, "reduces over the units");
    int[] place = new int[rank];
    for (int axis = 1; axis < rank; axis++) {
      place[axis] = place[axis - 1] + (keep || !reduced.test(axis - 1) ? 1 : 0);
    }
    for (Elements e : left) {
      int[] kept = e.axes(reduced.negate());
      if (kept.length > 0) {
        ties.assign(node.output(), ties.blocks(e, kept).renamed(axis -> place[axis]));
      }
    }
  }

  /**
   * The elements of the first input of an operator that works along some axes in whatever order:
   * where units stand on other axes too, what stands along these axes stays together.
   *
   * @param reason for that the number of units along the axes must stay
   */
  static List<Elements> normalised(Node node, Ties ties, IntPredicate along, String reason) {
    return normalised(node, ties, node.input(0), along, reason);
  }

  private static List<Elements> normalised(
      Node node, Ties ties, String value, IntPredicate along, String reason) {
    List<Elements> elements = ties.isConstant(value) ? List.of() : ties.elements(value);
    for (Elements e : elements) {
      int[] outside = e.axes(along.negate());
      if (outside.length < e.axes().length) {
        ties.makeRigid(e.ids(), Ties.name(node) + " " + reason);
        if (outside.length > 0) {
          ties.blocks(e, outside);
        }
      }
    }
    return elements;
  }

  /** Global pools: sums or extremes over all positions, X [n, c, ...], whatever their order. */
  static void overPositions(Node node, Ties ties) {
    normalised(node, ties, axis -> axis > 1, "reduces over the units").stream()
        .filter(e -> e.axes(axis -> axis <= 1).length > 0)
        .forEach(e -> ties.assign(node.output(), ties.blocks(e, e.axes(axis -> axis <= 1))));
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
    scaled(node, ties, softmaxAxes(node, ties));
  }

  /** One axis; before operator set 13 all from one on. */
  static IntPredicate softmaxAxes(Node node, Ties ties) {
    boolean oneAxis = ties.network().graph().opset() >= 13;
    int axis =
        SelectionRules.axis(node, "axis", oneAxis ? -1 : 1, ties.shape(node.input(0)).rank());
    return a -> a == axis || !oneAxis && a > axis;
  }

  /** LpNormalization: one axis. */
  static void lpNormalization(Node node, Ties ties) {
    int axis = SelectionRules.axis(node, "axis", -1, ties.shape(node.input(0)).rank());
    scaled(node, ties, a -> a == axis);
  }

  /** MeanVarianceNormalization: by default over all axes but the channels'. */
  static void meanVariance(Node node, Ties ties) {
    int rank = ties.shape(node.input(0)).rank();
    int[] axes = node.intsAttribute("axes", new int[] {0, 2, 3});
    scaled(node, ties, a -> Arrays.stream(axes).anyMatch(b -> (b < 0 ? b + rank : b) == a));
  }

  private static void scaled(Node node, Ties ties, IntPredicate along) {
    normalised(node, ties, along, "normalises over the units")
        .forEach(e -> ties.assign(node.output(), e));
  }

  /**
   * LayerNormalization, RMSNormalization: X, a scale and perhaps an offset that are aligned with
   * X's last axes; the mean and variance are taken over all axes from one on.
   */
  static void layerNormalization(Node node, Ties ties) {
    int rank = ties.shape(node.input(0)).rank();
    int axis = SelectionRules.axis(node, "axis", -1, rank);
    normalised(node, ties, a -> a >= axis, "normalises over the units");
    ElementWiseRules.apply(node, ties);
  }

  /**
   * SkipLayerNormalization: X, a skip path, a scale and offsets; the fourth output is the sum that
   * is normalised.
   */
  static void skipLayerNormalization(Node node, Ties ties) {
    if (node.outputs().stream().skip(1).limit(2).anyMatch(output -> !output.isEmpty())) {
      ties.fixInputs(node, Ties.name(node) + " gives its mean or variance");
      return;
    }
    int last = ties.shape(node.input(0)).rank() - 1;
    for (int input = 0; input < 2; input++) {
      normalised(node, ties, node.input(input), a -> a == last, "normalises over the units");
    }
    List<Elements> met = Meeting.inOutput(node, ties).meet();
    Meeting.assign(node.output(), met, ties);
    if (node.outputs().size() > 3 && !node.outputs().get(3).isEmpty()) {
      Meeting.assign(node.outputs().get(3), met, ties);
    }
  }

  /** InstanceNormalization: X [n, c, ...], each channel by itself; scale and offset [c]. */
  static void instanceNormalization(Node node, Ties ties) {
    List<Elements> elements = normalised(node, ties, axis -> axis > 1, "normalises over the units");
    int[] shape = ties.shape(node.input(0)).dimensions();
    Meeting meeting = new Meeting(node, ties, shape);
    meeting.add(elements, IntStream.range(0, shape.length).toArray(), shape);
    meeting.add(node.input(1), new int[] {1});
    meeting.add(node.input(2), new int[] {1});
    Meeting.assign(node.output(), meeting.meet(), ties);
  }

  /**
   * GroupNormalization: X [n, c, ...], the channels of a group stand in one block; scale and offset
   * [c], and before operator set 21 [groups].
   */
  static void groupNormalization(Node node, Ties ties) {
    if (!ties.isConstant(node.input(1)) || !ties.isConstant(node.input(2))) {
      ties.fixInputs(node, "the scale or offset of " + Ties.name(node) + " is computed");
      return;
    }
    int groups = (int) node.intAttribute("num_groups", 1);
    ties.elements(node.input(0)).stream()
        .filter(e -> !e.has(1))
        .forEach(e -> ties.fix(e.ids(), Ties.name(node) + " normalises along this axis"));
    var channels = ties.elements(node.input(0), 1);
    for (int input = 1; input < 3; input++) {
      boolean forEachChannel =
          ties.shape(node.input(input)).dimension(0) == ties.shape(node.input(0)).dimension(1);
      var bound = forEachChannel ? channels : channels.map(ids -> groups(ties, ids, groups).ids());
      ties.bind(node.input(input), 0, bound, node);
    }
    channels.ifPresent(
        ids -> {
          groups(ties, ids, groups);
          ties.makeRigid(ids, Ties.name(node) + " normalises over the units of a group");
          ties.assign(node.output(), 1, ids);
        });
  }

  private static Elements groups(Ties ties, int[] ids, int groups) {
    int[] lengths = {groups, ids.length / groups};
    return ties.blocks(new Elements(new int[] {0, 1}, lengths, ids), new int[] {0});
  }
}
