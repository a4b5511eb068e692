package io.github.pleas.symmetry;

import io.github.pleas.network.Network;
import io.github.pleas.onnx.Node;
import io.github.pleas.runtime.ValueShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Operators that give the axes of an array another form. */
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
    int[] reversed = IntStream.range(0, rank).map(axis -> rank - 1 - axis).toArray();
    int[] order = node.intsAttribute("perm", reversed);
    int[] place = new int[rank];
    for (int axis = 0; axis < rank; axis++) {
      place[order[axis]] = axis;
    }
    ties.keepUniform(node);
    for (Elements e : ties.elements(node.input(0))) {
      ties.assign(node.output(), ties.renamed(e, axis -> place[axis]));
    }
  }

  /**
   * Reshape, which in canonical form Flatten, Squeeze and Unsqueeze are too. The axes of input and
   * output are cut into the shortest runs of equal product; in each run the elements stay where
   * they are in memory.
   */
  static void reshape(Node node, Ties ties) {
    String in = node.input(0);
    ties.keepUniform(node);
    reshape(node, ties, ties.elements(in), ties.shape(in), ties.shape(node.output()))
        .forEach(e -> ties.assign(node.output(), e));
  }

  /** Elements on an array as they stand on it in another shape. */
  static List<Elements> reshape(
      Node node, Ties ties, List<Elements> elements, ValueShape from, ValueShape to) {
    Apart before = Apart.of(from);
    Apart after = Apart.of(to);
    List<Elements> moved = new ArrayList<>();
    List<Elements> left =
        new ArrayList<>(elements.stream().map(e -> e.renamed(before::apart)).toList());
    List<Run> runs = Run.between(before.lengths(BATCH), after.lengths(BATCH));
    while (!left.isEmpty()) {
      // All runs and elements that share axes, directly or through others.
      List<Run> touched = new ArrayList<>();
      List<Elements> inside = new ArrayList<>(List.of(left.remove(0)));
      for (int i = 0; i < inside.size(); i++) {
        Elements e = inside.get(i);
        runs.stream().filter(r -> r.reads(e) && !touched.contains(r)).forEach(touched::add);
        List<Elements> more =
            left.stream().filter(o -> touched.stream().anyMatch(r -> r.reads(o))).toList();
        inside.addAll(more);
        left.removeAll(more);
      }
      if (touched.stream().anyMatch(r -> r.mixes(before, after))) {
        inside.forEach(e -> ties.fix(e.ids(), Ties.name(node) + " mixes units with the batch"));
      } else {
        moved.add(after.together(moved(ties, ties.product(inside), touched, before, after)));
      }
    }
    return moved;
  }

  /** Runs lie in the same order in memory before and after: only the axes have other names. */
  private static Elements moved(Ties ties, Elements e, List<Run> runs, Apart from, Apart to) {
    int[] in = runs.stream().flatMapToInt(Run::inputAxes).sorted().toArray();
    int[] out = runs.stream().flatMapToInt(Run::outputAxes).sorted().toArray();
    int[] before = Arrays.stream(in).map(from::length).toArray();
    int[] after = Arrays.stream(out).map(to::length).toArray();
    Elements spread = in.length == e.axes().length ? e : ties.distinct(e).spread(in, before);
    return new Elements(out, after, spread.ids());
  }

  /** ConstantOfShape, where the batch is a part of the shape: everywhere the same. */
  static void constantOfShape(Node node, Ties ties) {
    for (int axis = 0; axis < ties.shape(node.output()).rank(); axis++) {
      ties.makeUniform(node.output(), axis);
    }
  }

  /** Shape, Size: what remains after constant folding computes with lengths, so they must stay. */
  static void readShape(Node node, Ties ties) {
    Set<Integer> read = axesRead(node, ties.network());
    for (Elements e : ties.elements(node.input(0))) {
      if (e.axes(read::contains).length > 0) {
        ties.makeRigid(e.ids(), Ties.name(node) + " reads the number of units");
      }
    }
  }

  /** The axes whose length is used: where only Gathers by number read a Shape, those they pick. */
  static Set<Integer> axesRead(Node node, Network network) {
    int rank = network.shape(node.input(0)).rank();
    Set<Integer> all = IntStream.range(0, rank).boxed().collect(Collectors.toSet());
    boolean whole =
        node.is("Shape")
            && node.intAttribute("start", 0) == 0
            && !node.attributes().containsKey("end");
    Set<Integer> picked = new TreeSet<>();
    for (Node reader : network.consumers(node.output())) {
      if (!whole
          || !reader.is("Gather")
          || !reader.input(0).equals(node.output())
          || !network.isConstant(reader.input(1))) {
        return all;
      }
      for (long axis : network.constant(reader.input(1)).longs()) {
        picked.add((int) (axis < 0 ? axis + rank : axis));
      }
    }
    boolean output =
        network.graph().outputs().stream().anyMatch(o -> o.name().equals(node.output()));
    return output ? all : picked;
  }
}
