package io.github.pleas.symmetry;

import io.github.pleas.network.SliceBounds;
import io.github.pleas.onnx.Node;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Operators that take some elements of an axis, or the same ones several times. */
final class SelectionRules {
  private SelectionRules() {}

  /** Split: every output is a stretch of the axis. */
  static void split(Node node, Ties ties) {
    int rank = ties.shape(node.input(0)).rank();
    int axis = axis(node, "axis", 0, rank);
    List<Elements> elements = ties.elements(node.input(0));
    ties.keepUniform(node);
    int at = 0;
    for (String output : node.outputs()) {
      int length = output.isEmpty() ? 0 : ties.shape(output).dimension(axis);
      int[] stretch = IntStream.range(at, at + length).toArray();
      for (Elements e : elements) {
        if (length > 0) {
          ties.assign(output, e.has(axis) ? ties.gathered(e, axis, stretch) : e);
        }
      }
      at += length;
    }
  }

  /** Slice: data, starts, ends, axes, steps (attributes before operator set 10). */
  static void slice(Node node, Ties ties) {
    Optional<long[]> starts = numbers(node, ties, 1, "starts");
    Optional<long[]> ends = numbers(node, ties, 2, "ends");
    Optional<long[]> named = numbers(node, ties, 3, "axes");
    Optional<long[]> steps = numbers(node, ties, 4, "steps");
    boolean known =
        starts.isPresent()
            && ends.isPresent()
            && (named.isPresent() || !node.hasInput(3))
            && (steps.isPresent() || !node.hasInput(4));
    if (!known) {
      ties.fixInputs(node, "the bounds of " + Ties.name(node) + " are computed");
      return;
    }
    ties.keepUniform(node);
    int[] shape = ties.shape(node.input(0)).dimensions();
    int[][] taken = new int[shape.length][];
    for (int k = 0; k < starts.get().length; k++) {
      int axis = named.isPresent() ? (int) named.get()[k] : k;
      axis += axis < 0 ? shape.length : 0;
      long step = steps.isPresent() ? steps.get()[k] : 1;
      if (axis == ties.shape(node.input(0)).batchAxis()) {
        // The whole of it for any batch; backwards, what lies within an image turns round too.
        int length = shape[axis];
        taken[axis] =
            step > 0 ? null : IntStream.range(0, length).map(i -> length - 1 - i).toArray();
        continue;
      }
      taken[axis] = stretch(shape[axis], starts.get()[k], ends.get()[k], step);
    }
    for (Elements e : ties.elements(node.input(0))) {
      Elements left = e;
      for (int axis : e.axes()) {
        if (taken[axis] != null) {
          left = ties.gathered(left, axis, taken[axis]);
          picks(node, ties, e);
        }
      }
      ties.assign(node.output(), left);
    }
  }

  /** The indices that a slice takes; negative bounds count from the end (ONNX, Slice). */
  private static int[] stretch(int length, long start, long end, long step) {
    long from = start < 0 ? start + length : start;
    long to = end < 0 ? end + length : end;
    if (step > 0) {
      long first = clamp(from, 0, length);
      long last = clamp(to, 0, length);
      return steps(first, step, last > first ? 1 + (last - first - 1) / step : 0);
    }
    long first = clamp(from, 0, length - 1);
    // An end that lies before the first element takes that one too.
    long last = end < -length ? -1 : clamp(to, -1, length - 1);
    return steps(first, step, first > last ? 1 - (first - last - 1) / step : 0);
  }

  private static int[] steps(long first, long step, long count) {
    return IntStream.range(0, (int) count).map(i -> (int) (first + i * step)).toArray();
  }

  /** What is picked by number must keep its number. */
  private static void picks(Node node, Ties ties, Elements e) {
    ties.makeRigid(e.ids(), Ties.name(node) + " picks units by their number");
  }

  private static long clamp(long value, long least, long most) {
    return Math.max(least, Math.min(most, value));
  }

  private static Optional<long[]> numbers(Node node, Ties ties, int input, String attribute) {
    return SliceBounds.numbers(node, ties.network(), input, attribute);
  }

  /**
   * Gather: indices [q...] into one axis of the data. Constant indices select; others may meet any
   * element, so that this axis stays. A constant table, as of embeddings, brings units of its own
   * on its other axes.
   */
  static void gather(Node node, Ties ties) {
    String data = node.input(0);
    String indices = node.input(1);
    int[] shape = ties.shape(data).dimensions();
    int axis = axis(node, "axis", 0, shape.length);
    int rank = ties.shape(indices).rank();
    if (!ties.isConstant(indices)) {
      ties.elements(indices)
          .forEach(e -> ties.fix(e.ids(), "indexes what " + Ties.name(node) + " reads"));
    }
    if (ties.isConstant(data)) {
      ties.bind(data, axis, Optional.empty(), node);
      for (int other = 0; other < shape.length; other++) {
        if (other != axis && shape[other] > 1) {
          ties.assign(node.output(), moved(other, axis, rank), ties.unitsOf(data, other, node));
        }
      }
      return;
    }
    boolean known = ties.isConstant(indices);
    for (Elements e : ties.elements(data)) {
      if (!e.has(axis)) {
        ties.assign(node.output(), e.renamed(a -> moved(a, axis, rank)));
      } else if (known) {
        long[] from = ties.network().constant(indices).longs();
        int length = shape[axis];
        int[] taken = Arrays.stream(from).mapToInt(i -> (int) (i < 0 ? i + length : i)).toArray();
        picks(node, ties, e);
        selected(node, ties, ties.gathered(e, axis, taken), axis, rank);
      } else if (e.isOn(axis)) {
        ties.fix(e.ids(), Ties.name(node) + " picks by a computed index");
      } else {
        Elements left = ties.collapsed(e, new int[] {axis});
        ties.assign(node.output(), left.renamed(a -> moved(a, axis, rank)));
      }
    }
  }

  /** An axis behind the gathered one moves by the rank of the indices, less one. */
  private static int moved(int axis, int gathered, int rank) {
    return axis < gathered ? axis : axis + rank - 1;
  }

  /** The gathered axis becomes the axes of the indices: none of them for a single index. */
  private static void selected(Node node, Ties ties, Elements e, int axis, int rank) {
    int[] others = e.axes(a -> a != axis);
    if (rank == 0) {
      if (others.length > 0) {
        ties.assign(node.output(), e.first(axis).renamed(a -> moved(a, axis, 0)));
      } else {
        ties.fix(e.ids(), Ties.name(node) + " picks this unit");
      }
      return;
    }
    int[] axes =
        IntStream.concat(
                Arrays.stream(others).map(a -> moved(a, axis, rank)),
                IntStream.range(axis, axis + rank))
            .sorted()
            .toArray();
    int[] out = ties.shape(node.output()).dimensions();
    ties.assign(
        node.output(), new Elements(axes, Arrays.stream(axes).map(a -> out[a]).toArray(), e.ids()));
  }

  /**
   * Tile: the second input says how often each axis is repeated. A parameter that is repeated for
   * the batch, such as a class token, brings units of its own on the axes that are not repeated.
   */
  static void tile(Node node, Ties ties) {
    String input = node.input(0);
    int[] in = ties.shape(input).dimensions();
    int[] own = ties.ownLengths(input);
    int[] out = ties.shape(node.output()).dimensions();
    for (int axis = 0; axis < in.length; axis++) {
      boolean repeated = out[axis] != in[axis] || axis == ties.shape(node.output()).batchAxis();
      if (own[axis] == 1) {
        ties.makeUniform(node.output(), axis);
      } else if (!repeated && ties.isConstant(input)) {
        ties.assign(node.output(), axis, ties.unitsOf(input, axis, node));
      }
    }
    for (Elements e : ties.elements(input)) {
      Elements left = e;
      for (int axis : e.axes()) {
        int length = in[axis];
        if (out[axis] != length) {
          picks(node, ties, e);
        }
        left =
            ties.gathered(left, axis, IntStream.range(0, out[axis]).map(i -> i % length).toArray());
      }
      ties.assign(node.output(), left);
    }
  }

  /** DepthToSpace: b x b channels become the places of one, so that they move together. */
  static void depthToSpace(Node node, Ties ties) {
    int b = (int) node.intAttribute("blocksize", 1);
    boolean depthFirst = node.textAttribute("mode", "DCR").equals("DCR");
    channels(node, ties)
        .ifPresent(
            in -> {
              int channels = in.length / (b * b);
              int[] out = new int[channels];
              for (int k = 0; k < b * b; k++) {
                int[] part = new int[channels];
                for (int c = 0; c < channels; c++) {
                  part[c] = in[depthFirst ? k * channels + c : c * b * b + k];
                }
                if (k == 0) {
                  out = part;
                } else {
                  ties.tie(out, part);
                }
              }
              ties.assign(node.output(), 1, out);
            });
  }

  /** SpaceToDepth: each channel gives b x b, the place within the block first. */
  static void spaceToDepth(Node node, Ties ties) {
    int b = (int) node.intAttribute("blocksize", 1);
    channels(node, ties)
        .ifPresent(
            in ->
                ties.assign(
                    node.output(),
                    1,
                    IntStream.range(0, in.length * b * b).map(o -> in[o % in.length]).toArray()));
  }

  /** The units on axis 1; those on other axes do not move. */
  private static Optional<int[]> channels(Node node, Ties ties) {
    Optional<int[]> channels =
        ties.elements(node.input(0), 1).map(ids -> ties.distinct(Elements.on(1, ids)).ids());
    for (Elements e : ties.elements(node.input(0))) {
      if (!e.has(1)) {
        ties.fix(e.ids(), Ties.name(node) + " works along this axis");
      }
    }
    return channels;
  }

  static int axis(Node node, String attribute, int otherwise, int rank) {
    int axis = (int) node.intAttribute(attribute, otherwise);
    return axis < 0 ? axis + rank : axis;
  }
}
