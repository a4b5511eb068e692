package io.github.pleas.symmetry;

import io.github.pleas.onnx.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Concat: along one axis the parts' elements stand one after another; along the others, what meets
 * is tied. Where units stand on the joined axis together with others, such as heads, all these axes
 * are the seam's.
 */
final class ConcatRule {
  private final Node node;
  private final Ties ties;
  private final int[] shape;
  private final int along;

  /** The joined axis, and those on which units stand together with it. */
  private final Set<Integer> seam = new TreeSet<>();

  private ConcatRule(Node node, Ties ties) {
    this.node = node;
    this.ties = ties;
    this.shape = ties.shape(node.output()).dimensions();
    int axis = (int) node.intAttribute("axis", 0);
    this.along = axis < 0 ? axis + shape.length : axis;
  }

  static void apply(Node node, Ties ties) {
    new ConcatRule(node, ties).apply();
  }

  private void apply() {
    findSeam();
    int[] lengths = shape.clone();
    lengths[along] = 1;
    seam.forEach(axis -> lengths[axis] = 1);
    Meeting meeting = new Meeting(node, ties, lengths);
    int[] labels = IntStream.range(0, shape.length).toArray();
    for (String input : node.inputs()) {
      if (ties.isConstant(input)) {
        meeting.add(input, labels);
      } else {
        int[] own = ties.shape(input).dimensions();
        own[along] = 1;
        seam.forEach(axis -> own[axis] = 1);
        List<Elements> off = ties.elements(input).stream().filter(e -> !touches(e)).toList();
        meeting.add(off, labels, own);
      }
    }
    Meeting.assign(node.output(), meeting.meet(), ties);
    if (!seam.isEmpty()) {
      joined();
    }
  }

  private void findSeam() {
    List<Elements> all =
        node.inputs().stream()
            .filter(input -> !ties.isConstant(input))
            .flatMap(input -> ties.elements(input).stream())
            .toList();
    if (all.stream().noneMatch(e -> e.has(along))) {
      return;
    }
    seam.add(along);
    int before;
    do {
      before = seam.size();
      all.stream().filter(this::touches).forEach(e -> Arrays.stream(e.axes()).forEach(seam::add));
    } while (seam.size() > before);
  }

  private boolean touches(Elements e) {
    return Arrays.stream(e.axes()).anyMatch(seam::contains);
  }

  private void joined() {
    int[] axes = seam.stream().mapToInt(Integer::intValue).toArray();
    int outer = 1;
    for (int axis : axes) {
      outer *= axis < along ? shape[axis] : 1;
    }
    boolean interleaved = outer > 1;
    List<Elements> parts =
        node.inputs().stream()
            .map(input -> part(input, axes))
            .map(part -> interleaved ? ties.copy(part) : part)
            .toList();
    int[] lengths = Arrays.stream(axes).map(axis -> shape[axis]).toArray();
    int[] ids = new int[Arrays.stream(lengths).reduce(1, (a, b) -> a * b)];
    int at = 0;
    for (int o = 0; o < outer; o++) {
      for (Elements part : parts) {
        int run = part.ids().length / outer;
        System.arraycopy(part.ids(), o * run, ids, at, run);
        at += run;
      }
    }
    ties.assign(node.output(), new Elements(axes, lengths, ids));
  }

  /** A part's elements on all axes of the seam; on those where none stand, new ones that stay. */
  private Elements part(String input, int[] axes) {
    List<Elements> factors = new ArrayList<>();
    if (!ties.isConstant(input)) {
      ties.elements(input).stream().filter(this::touches).forEach(factors::add);
    }
    int[] dimensions = ties.shape(input).dimensions();
    for (int axis : axes) {
      if (factors.stream().noneMatch(e -> e.has(axis))) {
        int[] ids = ties.fresh(dimensions[axis]);
        ties.fix(ids, "'" + input + "' does not move where " + Ties.name(node) + " joins it");
        factors.add(Elements.on(axis, ids));
      }
    }
    return ties.product(factors);
  }
}
