package io.github.pleas.symmetry;

import io.github.pleas.onnx.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * What may be said of elements wherever they stand: which are the same unit, which stand in one
 * block, which do not move; and what becomes of them when an array gets other places.
 */
class ElementTies {
  private final ElementClasses classes = new ElementClasses();
  private final Blocks blocks = new Blocks(classes);
  private final List<Pairs> pairs = new ArrayList<>();

  /** The node whose rule is at work: what does not move stays because of it. */
  private Optional<Node> current = Optional.empty();

  /**
   * Elements that were tied pair by pair.
   *
   * @param a the first of each pair
   * @param b the second of each pair
   */
  record Pairs(int[] a, int[] b) {}

  /** Who says what is said from now on: a node, or nobody. */
  final void speak(Optional<Node> node) {
    current = node;
  }

  /** New elements, which stand nowhere yet. */
  public int[] fresh(int count) {
    return classes.fresh(count);
  }

  /**
   * Element i of one is the same unit as element i of the other.
   *
   * @throws IllegalArgumentException if there are not as many of both
   */
  public void tie(int[] a, int[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          "tied axes of " + a.length + " and " + b.length + " elements");
    }
    for (int e = 0; e < a.length; e++) {
      classes.union(a[e], b[e]);
    }
    pairs.add(new Pairs(a, b));
  }

  /** As {@link #tie(int[], int[])}, of elements on the same axes. */
  public void tie(Elements a, Elements b) {
    tie(a.ids(), b.ids());
  }

  /**
   * The elements, each of them in one place only. A unit that stands in several places of an axis,
   * such as the positions that a flattened channel has, may do so by one element; but who changes
   * the order of places, or leaves some out, must be able to tell which of them goes where.
   */
  Elements distinct(Elements e) {
    return classes.areDistinct(e.ids()) ? e : copy(e);
  }

  /** Elements of their own, which are the same units. */
  Elements copy(Elements e) {
    Elements own = new Elements(e.axes(), e.lengths(), classes.fresh(e.ids().length));
    tie(own, e);
    return own;
  }

  /** The elements where each axis is called by another number. */
  Elements renamed(Elements e, IntUnaryOperator name) {
    int[] named = Arrays.stream(e.axes()).map(name).toArray();
    boolean ordered = IntStream.range(1, named.length).allMatch(k -> named[k - 1] < named[k]);
    return (ordered ? e : distinct(e)).renamed(name);
  }

  /** At each place of an axis what stands at another: a selection, a repetition, an order. */
  Elements gathered(Elements e, int axis, int[] from) {
    return distinct(e).gathered(axis, from);
  }

  /**
   * The elements with what stands along some axes made one unit: these axes are worked along, so
   * that the units may only move there in step.
   */
  public Elements collapsed(Elements e, int[] along) {
    Elements left = e;
    for (int axis : along) {
      Elements first = left.first(axis);
      for (int at = 1; at < left.length(axis); at++) {
        tie(first, left.gathered(axis, new int[] {at}).first(axis));
      }
      left = first;
    }
    return left;
  }

  /**
   * The blocks that stand on some of the elements' axes: what an operator treats as one along the
   * other axes, as a product of query and key treats a head, stays together.
   *
   * @param keep some axes of the elements, ascending
   * @return the blocks, on these axes; the elements themselves if these are all
   */
  public Elements blocks(Elements e, int[] keep) {
    if (keep.length == e.axes().length) {
      return e;
    }
    boolean leading = Arrays.equals(keep, Arrays.copyOf(e.axes(), keep.length));
    int[][] rows = (leading ? e : distinct(e)).rows(keep);
    if (rows[0].length == 1) {
      return new Elements(keep, e.lengths(keep), Arrays.stream(rows).mapToInt(r -> r[0]).toArray());
    }
    int[] ids = classes.fresh(rows.length);
    standIn(ids, rows);
    return new Elements(keep, e.lengths(keep), ids);
  }

  /**
   * Elements on the axes of several: a new one for each combination, in the block of each of those
   * that it combines.
   */
  public Elements product(List<Elements> factors) {
    if (factors.size() == 1) {
      return factors.get(0);
    }
    int[] axes =
        factors.stream().flatMapToInt(e -> Arrays.stream(e.axes())).sorted().distinct().toArray();
    boolean overlap = axes.length < factors.stream().mapToInt(e -> e.axes().length).sum();
    int[] lengths = new int[axes.length];
    for (Elements e : factors) {
      for (int k = 0; k < axes.length; k++) {
        lengths[k] = e.has(axes[k]) ? e.length(axes[k]) : lengths[k];
      }
    }
    int count = Arrays.stream(lengths).reduce(1, (a, b) -> a * b);
    Elements all = new Elements(axes, lengths, classes.fresh(count));
    if (overlap) {
      // Both sides of the scores between the features of a head, say; blocks of them would cross.
      String reason = "stands on axes that are cut in two ways";
      factors.forEach(e -> fix(e.ids(), reason));
      fix(all.ids(), reason);
    } else {
      factors.forEach(e -> tie(blocks(all, e.axes()), e));
    }
    return all;
  }

  /**
   * States that the elements {@code contents[k]} stand in the block {@code ids[k]}. When networks
   * merge they are kept separate with their block or not at all.
   */
  public void standIn(int[] ids, int[][] contents) {
    blocks.add(ids, contents, current);
    for (int[] content : contents) {
      makeRigid(content, "units in blocks, such as attention heads, are separate with their block");
    }
  }

  /** The places on some axes of the elements are told apart, so that nothing moves along them. */
  public void hold(Elements e, int[] axes, String reason) {
    fix(blocks(e, axes).ids(), reason);
  }

  final void hold(Elements e, int[] axes, Reason reason) {
    Arrays.stream(blocks(e, axes).ids()).forEach(id -> classes.fix(id, reason));
  }

  /** These elements do not move. */
  public void fix(int[] ids, String reason) {
    Arrays.stream(ids).forEach(id -> classes.fix(id, new Reason(reason, current)));
  }

  /** These units move, but cannot be kept separate when networks merge. */
  public void makeRigid(int[] ids, String reason) {
    Arrays.stream(ids).forEach(id -> classes.makeRigid(id, reason));
  }

  /** Whether at each place along an axis the same units stand. */
  final boolean isConstantAlong(Elements e, int axis) {
    return Arrays.stream(e.rows(e.axes(other -> other != axis))).allMatch(classes::areOne);
  }

  ElementClasses classes() {
    return classes;
  }

  Blocks blocks() {
    return blocks;
  }

  List<Pairs> pairs() {
    return pairs;
  }
}
