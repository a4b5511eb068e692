package io.github.pleas.symmetry;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Operators that work along some axes in their order, and on the others place by place. */
final class SpatialRules {
  private SpatialRules() {}

  /** Pools, and others that act on each channel alike: X [n, c, ...]. */
  static void channelWise(Node node, Ties ties) {
    along(node, ties, axis -> axis > 1);
  }

  /** GridSample, RoiAlign, MaxRoiPool: each channel alike, by what another input says of images. */
  static void sampled(Node node, Ties ties) {
    along(node, ties, axis -> axis != 1);
  }

  /** Along some axes order matters, so that units move there only all together. */
  private static void along(Node node, Ties ties, IntPredicate ordered) {
    passing(node, ties, ordered).forEach(e -> ties.assign(node.output(), e));
  }

  private static List<Elements> passing(Node node, Ties ties, IntPredicate ordered) {
    List<Elements> left = new ArrayList<>();
    for (Elements e : ties.elements(node.input(0))) {
      int[] here = e.axes(ordered);
      if (here.length == e.axes().length) {
        ties.fix(e.ids(), Ties.name(node) + " works along this axis");
      } else {
        left.add(ties.collapsed(e, here));
      }
    }
    return left;
  }

  /** CumSum, and others that work along one axis, which a constant names. */
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

  /** TopK: what is largest along one axis, and where. */
  static void top(Node node, Ties ties) {
    int axis = SelectionRules.axis(node, "axis", -1, ties.shape(node.input(0)).rank());
    List<Elements> left = passing(node, ties, a -> a == axis);
    for (String output : node.outputs()) {
      left.stream().filter(e -> !output.isEmpty()).forEach(e -> ties.assign(output, e));
    }
  }

  /** Hardmax: of equal ones the first, so that order matters. */
  static void hardmax(Node node, Ties ties) {
    along(node, ties, ReductionRules.softmaxAxes(node, ties));
  }

  /** ArgMax, ArgMin: where along one axis, which may be left out. */
  static void extreme(Node node, Ties ties) {
    int axis = SelectionRules.axis(node, "axis", 0, ties.shape(node.input(0)).rank());
    boolean keep = node.intAttribute("keepdims", 1) != 0;
    for (Elements e : passing(node, ties, a -> a == axis)) {
      ties.assign(node.output(), e.renamed(a -> keep || a < axis ? a : a - 1));
    }
  }

  /** ReverseSequence: along the time, for each member of the batch up to a length of its own. */
  static void reverse(Node node, Ties ties) {
    long batch = node.intAttribute("batch_axis", 1);
    long time = node.intAttribute("time_axis", 0);
    along(node, ties, axis -> axis == batch || axis == time);
  }

  /** Resize, Upsample: an axis that keeps its length, at a scale of one, is not resized. */
  static void resize(Node node, Ties ties) {
    along(node, ties, axis -> changes(node, ties, axis) || isScaled(node, ties, axis));
    if (node.hasInput(3)) {
      ties.elements(node.input(0))
          .forEach(e -> ties.makeRigid(e.ids(), Ties.name(node) + " resizes to a given shape"));
    }
  }

  /**
   * Whether an axis of unchanged length may yet be sampled at other places: 5 pixels at a scale of
   * 1.1 are 5 pixels, and so are 10 of which a half was cut out at a scale of 2.
   */
  private static boolean isScaled(Node node, Ties ties, int axis) {
    int rank = ties.shape(node.input(0)).rank();
    int[] axes = node.intsAttribute("axes", IntStream.range(0, rank).toArray());
    int[] named = Arrays.stream(axes).map(a -> a < 0 ? a + rank : a).toArray();
    int k = IntStream.range(0, named.length).filter(i -> named[i] == axis).findFirst().orElse(-1);
    if (k < 0) {
      return false;
    }
    if (node.textAttribute("coordinate_transformation_mode", "").equals("tf_crop_and_resize")) {
      Optional<float[]> box = floats(node, ties, 1);
      return box.isEmpty() || box.get()[k] != 0 || box.get()[named.length + k] != 1;
    }
    boolean sizes = node.hasInput(3);
    if (sizes || node.hasInput(2) && ties.shape(node.input(2)).dimension(0) == 0) {
      return !node.textAttribute("keep_aspect_ratio_policy", "stretch").equals("stretch");
    }
    if (node.attributes().get("scales") instanceof Attribute.Floats scales) {
      return scales.values().get(k) != 1;
    }
    // Behind a region of interest from operator set 11 on.
    Optional<float[]> scales = floats(node, ties, node.inputs().size() > 2 ? 2 : 1);
    return scales.isEmpty() || scales.get()[k] != 1;
  }

  private static Optional<float[]> floats(Node node, Ties ties, int input) {
    return node.hasInput(input) && ties.isConstant(node.input(input))
        ? Optional.of(ties.network().constant(node.input(input)).floats())
        : Optional.empty();
  }

  /** CenterCropPad: an axis that keeps its length is neither cropped nor padded. */
  static void cropOrPad(Node node, Ties ties) {
    along(node, ties, axis -> changes(node, ties, axis));
  }

  /**
   * Pad: an axis that is not padded keeps its units. With a constant, on an axis of units, what is
   * added has places of its own, such as the channels that a shortcut lacks.
   */
  static void pad(Node node, Ties ties) {
    Optional<int[]> found = pads(node, ties);
    if (found.isEmpty() || !node.textAttribute("mode", "constant").equals("constant")) {
      along(node, ties, axis -> found.isEmpty() || changes(node, ties, axis));
      return;
    }
    int[] pads = found.get();
    int rank = pads.length / 2;
    for (Elements e : ties.elements(node.input(0))) {
      Elements left = e;
      for (int axis : e.axes(axis -> changes(node, ties, axis))) {
        int before = pads[axis];
        int after = pads[axis + rank];
        int added = left.ids().length / left.length(axis) * (before + after);
        left = ties.distinct(left).padded(axis, before, after, ties.fresh(added));
        ties.makeRigid(left.ids(), Ties.name(node) + " adds to the units");
      }
      ties.assign(node.output(), left);
    }
  }

  private static boolean changes(Node node, Ties ties, int axis) {
    return ties.shape(node.input(0)).dimension(axis) != ties.shape(node.output()).dimension(axis);
  }

  /**
   * How many places are added before each axis, and then behind each, where constants say so and
   * none are taken away: an axis of unchanged length is not padded.
   */
  private static Optional<int[]> pads(Node node, Ties ties) {
    int rank = ties.shape(node.input(0)).rank();
    int[] axes = IntStream.range(0, rank).toArray();
    int[] pads = node.intsAttribute("pads", new int[2 * rank]);
    if (node.hasInput(1)) {
      if (!ties.isConstant(node.input(1)) || node.hasInput(3) && !ties.isConstant(node.input(3))) {
        return Optional.empty();
      }
      pads = integers(node.input(1), ties);
      axes = node.hasInput(3) ? integers(node.input(3), ties) : axes;
    }
    if (Arrays.stream(pads).anyMatch(pad -> pad < 0)) {
      return Optional.empty();
    }
    int[] all = new int[2 * rank];
    for (int k = 0; k < axes.length; k++) {
      int axis = axes[k] < 0 ? axes[k] + rank : axes[k];
      all[axis] = pads[k];
      all[axis + rank] = pads[k + axes.length];
    }
    return Optional.of(all);
  }

  private static int[] integers(String constant, Ties ties) {
    return Arrays.stream(ties.network().constant(constant).longs())
        .mapToInt(Math::toIntExact)
        .toArray();
  }

  /** LRN: each channel is scaled by its neighbours. */
  static void neighbours(Node node, Ties ties) {
    along(node, ties, axis -> axis >= 1);
  }
}
