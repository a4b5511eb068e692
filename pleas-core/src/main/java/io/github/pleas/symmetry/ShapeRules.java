package io.github.pleas.symmetry;

import io.github.pleas.onnx.Node;
import io.github.pleas.runtime.ValueShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Operators that move elements about without computing. */
final class ShapeRules {
  /**
   * Stands for the batch: prime and large, so that products of other axes do not equal one with it
   * by accident.
   */
  private static final long BATCH = 1_000_003;

  private ShapeRules() {}

  /** Transpose: output axis k is input axis perm[k]. */
  static void transpose(Node node, Ties ties) {
    int rank = ties.shape(node.input(0)).rank();
    int[] reversed = new int[rank];
    for (int axis = 0; axis < rank; axis++) {
      reversed[axis] = rank - 1 - axis;
    }
    int[] order = node.intsAttribute("perm", reversed);
    for (int axis = 0; axis < rank; axis++) {
      ties.assign(node.output(), axis, ties.elements(node.input(0), order[axis]));
    }
  }

  /**
   * Concat: one axis is the parts' axes one after another; along the others, what meets is tied.
   */
  static void concat(Node node, Ties ties) {
    int rank = ties.shape(node.output()).rank();
    int attribute = (int) node.intAttribute("axis", 0);
    int along = attribute < 0 ? attribute + rank : attribute;
    for (int axis = 0; axis < rank; axis++) {
      List<int[]> parts = new ArrayList<>();
      boolean moves = false;
      for (String input : node.inputs()) {
        // A constant's units are its own affair until it is bound to those that it meets.
        Optional<int[]> ids =
            ties.isConstant(input) ? Optional.empty() : ties.elements(input, axis);
        moves |= ids.isPresent();
        parts.add(ids.orElse(new int[0]));
      }
      if (!moves) {
        continue;
      }
      if (axis == along) {
        ties.assign(node.output(), axis, joined(node, ties, parts, axis));
      } else {
        tieAll(node, ties, parts, axis);
      }
    }
  }

  private static int[] joined(Node node, Ties ties, List<int[]> parts, int axis) {
    int[] all = new int[ties.shape(node.output()).dimension(axis)];
    int at = 0;
    for (int i = 0; i < parts.size(); i++) {
      int length = ties.shape(node.input(i)).dimension(axis);
      int[] ids = parts.get(i);
      if (ids.length == 0) {
        ids = ties.classes().fresh(length);
        ties.fix(
            ids, "'" + node.input(i) + "' does not move where " + Ties.name(node) + " joins it");
      }
      System.arraycopy(ids, 0, all, at, length);
      at += length;
    }
    return all;
  }

  private static void tieAll(Node node, Ties ties, List<int[]> parts, int axis) {
    int[] first = parts.stream().filter(ids -> ids.length > 0).findFirst().orElseThrow();
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i).length == first.length) {
        ties.tie(first, parts.get(i));
      } else if (ties.isConstant(node.input(i))) {
        ties.bind(node.input(i), axis, Optional.of(first), node);
      } else {
        ties.fix(first, "meets an axis that does not move at " + Ties.name(node));
      }
    }
    ties.assign(node.output(), axis, first);
  }

  /**
   * Reshape, Flatten, Squeeze, Unsqueeze. The axes of input and output are cut into the shortest
   * runs of equal product. In a run, an output axis moves if each of its elements meets elements of
   * one unit only.
   */
  static void reshape(Node node, Ties ties) {
    String in = node.input(0);
    long[] from = lengths(ties.shape(in));
    long[] to = lengths(ties.shape(node.output()));
    int i = 0;
    int o = 0;
    while (i < from.length || o < to.length) {
      int startIn = i;
      int startOut = o;
      long left = i < from.length ? from[i++] : 1;
      long right = o < to.length ? to[o++] : 1;
      while (left != right) {
        if (left < right) {
          left *= from[i++];
        } else {
          right *= to[o++];
        }
      }
      // Axes of one element belong to the run before them: a squeezed axis changes nothing.
      while (i < from.length && from[i] == 1) {
        i++;
      }
      while (o < to.length && to[o] == 1) {
        o++;
      }
      regroup(node, ties, new int[] {startIn, i}, new int[] {startOut, o}, from, to);
    }
  }

  /** The shape with a number that stands for the batch. */
  private static long[] lengths(ValueShape shape) {
    long[] lengths = new long[shape.rank()];
    for (int axis = 0; axis < lengths.length; axis++) {
      lengths[axis] = shape.dimension(axis) * (axis == shape.batchAxis() ? BATCH : 1);
    }
    return lengths;
  }

  private static void regroup(
      Node node, Ties ties, int[] inRun, int[] outRun, long[] from, long[] to) {
    List<Integer> moving = new ArrayList<>();
    boolean batch = false;
    for (int axis = inRun[0]; axis < inRun[1]; axis++) {
      batch |= from[axis] % BATCH == 0;
      if (ties.elements(node.input(0), axis).isPresent()) {
        moving.add(axis);
      }
    }
    if (moving.isEmpty()) {
      return;
    }
    if (batch || moving.size() > 1) {
      String what = batch ? " mixes units with the batch" : " mixes two axes of units";
      for (int axis : moving) {
        ties.elements(node.input(0), axis).ifPresent(ids -> ties.fix(ids, Ties.name(node) + what));
      }
      return;
    }
    int[] ids = ties.elements(node.input(0), moving.get(0)).orElseThrow();
    int inner = product(from, moving.get(0) + 1, inRun[1]);
    int total = product(from, inRun[0], inRun[1]);
    boolean carried = false;
    for (int axis = outRun[0]; axis < outRun[1] && !carried; axis++) {
      Optional<int[]> along =
          along(ids, inner, total, product(to, axis + 1, outRun[1]), (int) to[axis]);
      ties.assign(node.output(), axis, along);
      carried = along.isPresent();
    }
    if (!carried) {
      ties.fix(ids, Ties.name(node) + " splits the units over two axes");
    }
  }

  /** The unit of each element of an output axis, if each element meets one unit only. */
  private static Optional<int[]> along(int[] ids, int inner, int total, int innerOut, int length) {
    int[] found = new int[length];
    java.util.Arrays.fill(found, -1);
    for (int flat = 0; flat < total; flat++) {
      int id = ids[flat / inner % ids.length];
      int element = flat / innerOut % length;
      if (found[element] >= 0 && found[element] != id) {
        return Optional.empty();
      }
      found[element] = id;
    }
    return Optional.of(found);
  }

  private static int product(long[] shape, int from, int to) {
    long product = 1;
    for (int axis = from; axis < to; axis++) {
      product = Math.multiplyExact(product, shape[axis]);
    }
    return Math.toIntExact(product);
  }

  /** Shape, Size: what remains after constant folding computes with lengths, so they must stay. */
  static void readShape(Node node, Ties ties) {
    for (int axis = 0; axis < ties.shape(node.input(0)).rank(); axis++) {
      ties.elements(node.input(0), axis)
          .ifPresent(ids -> ties.makeRigid(ids, Ties.name(node) + " reads the number of units"));
    }
  }
}
