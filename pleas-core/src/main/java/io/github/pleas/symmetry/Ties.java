package io.github.pleas.symmetry;

import io.github.pleas.network.Network;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import io.github.pleas.runtime.ValueShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * What a rule may say about the axes of a network's values: which elements are the same unit, which
 * stand in one block, which cannot move. An axis that no rule has given elements does not move, nor
 * does one that the rule of a node that reads it has not asked about.
 *
 * <p>An element is a number; a rule passes the numbers on (what stands at a place of the output?),
 * makes new ones, and ties those that are one unit. It asks with {@link #elements(String, int)} or,
 * where units may stand on several axes, {@link #elements(String)}, and answers with {@link
 * #assign(String, int, Optional)}, {@link #bind(String, int, Optional, Node)} for parameters,
 * {@link #fix} and {@link #makeRigid}.
 */
public final class Ties {
  private final Network network;
  private final ElementClasses classes = new ElementClasses();
  private final Blocks blocks = new Blocks(classes);
  private final Map<String, List<Elements>> values = new LinkedHashMap<>();
  private final Map<String, ConstantUnits> constants = new LinkedHashMap<>();
  private final Map<String, Set<Integer>> uniform = new HashMap<>();
  private final List<Pairs> pairs = new ArrayList<>();
  private final Treated treated = new Treated();

  /** The node whose rule is at work: what does not move stays because of it. */
  private Optional<Node> current = Optional.empty();

  /**
   * Elements that were tied pair by pair.
   *
   * @param a the first of each pair
   * @param b the second of each pair
   */
  record Pairs(int[] a, int[] b) {}

  Ties(Network network) {
    this.network = network;
  }

  /** The shape of a value; where the network takes only one batch size, the shape for that one. */
  public ValueShape shape(String value) {
    ValueShape shape = network.shape(value);
    return network.fixedBatch().isPresent()
        ? new ValueShape(shape.forBatch(network.fixedBatch().getAsInt()), -1)
        : shape;
  }

  /** Whether a value is a constant of the network: its elements are bound, not asked for. */
  public boolean isConstant(String value) {
    return network.isConstant(value);
  }

  /** The network, for the content of constants. */
  public Network network() {
    return network;
  }

  /** The elements on all axes of a value; a rule that asks says what becomes of them. */
  public List<Elements> elements(String value) {
    treated.all(value, shape(value).rank());
    return List.copyOf(values.getOrDefault(value, List.of()));
  }

  /**
   * The elements of an axis for a rule that thinks of this axis alone; a rule that asks says what
   * becomes of them. Units that stand on other axes too can only move there all together.
   */
  public Optional<int[]> elements(String value, int axis) {
    treated.one(value, axis);
    List<Elements> found =
        values.getOrDefault(value, List.of()).stream()
            .filter(e -> e.has(axis))
            .map(e -> collapsed(e, e.axes(other -> other != axis)))
            .toList();
    found.stream().skip(1).forEach(e -> tie(found.get(0), e));
    return found.stream().findFirst().map(Elements::ids);
  }

  /** Gives an axis of a value its elements, one for each of its places. */
  public void assign(String value, int axis, int[] ids) {
    assign(value, Elements.on(axis, ids));
  }

  /** As {@link #assign(String, int, int[])}, where there is something to assign. */
  public void assign(String value, int axis, Optional<int[]> ids) {
    ids.ifPresent(found -> assign(value, axis, found));
  }

  /**
   * Gives axes of a value their elements.
   *
   * @throws IllegalArgumentException if an axis has another length
   */
  public void assign(String value, Elements e) {
    for (int axis : e.axes()) {
      if (shape(value).dimension(axis) != e.length(axis)) {
        throw new IllegalArgumentException(
            "axis %d of '%s' has %d elements, found %d"
                .formatted(axis, value, shape(value).dimension(axis), e.length(axis)));
      }
    }
    values.computeIfAbsent(value, any -> new ArrayList<>()).add(withoutConstantAxes(e));
  }

  /** Along an axis on which each place has the same units there is nothing to say. */
  private Elements withoutConstantAxes(Elements e) {
    Elements left = e;
    for (int axis : e.axes()) {
      if (left.axes().length > 1 && isConstantAlong(left, axis)) {
        left = left.first(axis);
      }
    }
    return left;
  }

  private boolean isConstantAlong(Elements e, int axis) {
    return Arrays.stream(e.rows(e.axes(other -> other != axis))).allMatch(classes::areOne);
  }

  /** States that a value is the same all along an axis, as if that had been broadcast only now. */
  void makeUniform(String value, int axis) {
    uniform.computeIfAbsent(value, any -> new HashSet<>()).add(axis);
  }

  /** What is the same everywhere is so in any arrangement. */
  void keepUniform(Node node) {
    String from = node.input(0);
    if (Arrays.stream(ownLengths(from)).allMatch(length -> length == 1)) {
      for (String output : node.outputs()) {
        for (int axis = 0; !output.isEmpty() && axis < shape(output).rank(); axis++) {
          makeUniform(output, axis);
        }
      }
    }
  }

  /** The lengths of a value's axes, those along which it is uniform as if broadcast: one. */
  int[] ownLengths(String value) {
    int[] lengths = shape(value).dimensions();
    uniform.getOrDefault(value, Set.of()).forEach(axis -> lengths[axis] = 1);
    return lengths;
  }

  /** New units, as many as the axis is long. */
  public int[] newUnits(String value, int axis) {
    int[] ids = classes.fresh(shape(value).dimension(axis));
    assign(value, axis, ids);
    return ids;
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

  /** States that the elements {@code contents[k]} stand in the block {@code ids[k]}. */
  public void standIn(int[] ids, int[][] contents) {
    blocks.add(ids, contents);
    String reason = "units in blocks, such as heads or groups of a convolution, merge whole";
    makeRigid(ids, reason);
    for (int[] content : contents) {
      makeRigid(content, reason);
    }
  }

  /** The places on some axes of the elements are told apart, so that nothing moves along them. */
  public void hold(Elements e, int[] axes, String reason) {
    fix(blocks(e, axes).ids(), reason);
  }

  private void hold(Elements e, int[] axes, Reason reason) {
    Arrays.stream(blocks(e, axes).ids()).forEach(id -> classes.fix(id, reason));
  }

  /**
   * Ties an axis of a constant to elements of the values that meet it; where these do not move, the
   * axis does not either, and no other use may move it.
   *
   * @param node the node that reads the constant
   */
  public void bind(String constant, int axis, Optional<int[]> ids, Node node) {
    if (ids.isPresent()) {
      bind(constant, shape(constant).dimensions(), Elements.on(axis, ids.get()), node);
      return;
    }
    ConstantUnits units = constant(constant);
    treated.one(constant, axis);
    Reason reason =
        new Reason("meets an axis that does not move at " + name(node), Optional.of(node));
    int[] axes = units.viewAxes(axis);
    units.makeImmovable(axes, reason);
    for (Elements e : units.elements()) {
      int[] held = e.axes(a -> Arrays.stream(axes).anyMatch(b -> b == a));
      if (held.length > 0) {
        hold(e, held, reason);
      }
    }
  }

  /**
   * Ties axes of a constant, seen in another shape, to elements of the values that meet them.
   *
   * @param view a shape of as many elements
   * @param e elements on axes of the view
   */
  public void bind(String constant, int[] view, Elements e, Node node) {
    ConstantUnits units = constant(constant);
    Optional<int[][]> parts = units.refine(view);
    if (parts.isEmpty()) {
      String reason = "'" + constant + "' is cut in two ways, here by " + name(node);
      treated.all(constant, shape(constant).rank());
      fix(e.ids(), reason);
      units.elements().forEach(other -> fix(other.ids(), reason));
      return;
    }
    Elements found = ConstantUnits.cut(e, parts.get(), units.view());
    for (int axis = 0; axis < shape(constant).rank(); axis++) {
      if (Arrays.stream(units.viewAxes(axis)).anyMatch(found::has)) {
        treated.one(constant, axis);
      }
    }
    boolean known = false;
    for (Elements other : units.elements()) {
      // What is on some axes together with other things elsewhere agrees on these.
      int[] shared = other.axes(found::has);
      if (shared.length > 0) {
        tie(blocks(other, shared), blocks(found, shared));
        known |= Arrays.equals(other.axes(), found.axes());
      }
    }
    if (!known) {
      units.add(found);
    }
    for (int axis : found.axes()) {
      units.whyImmovable(axis).ifPresent(reason -> hold(found, new int[] {axis}, reason));
    }
  }

  private ConstantUnits constant(String name) {
    if (!isConstant(name)) {
      throw new IllegalArgumentException("'" + name + "' is not a constant");
    }
    return constants.computeIfAbsent(name, any -> new ConstantUnits(shape(name).dimensions()));
  }

  /** The elements on an axis of a constant that is read as a value: new ones where it has none. */
  public int[] unitsOf(String constant, int axis, Node node) {
    int[] ids = classes.fresh(shape(constant).dimension(axis));
    bind(constant, axis, Optional.of(ids), node);
    return ids;
  }

  /** These elements do not move. */
  public void fix(int[] ids, String reason) {
    Arrays.stream(ids).forEach(id -> classes.fix(id, new Reason(reason, current)));
  }

  /** These units move, but cannot be kept separate when networks merge. */
  public void makeRigid(int[] ids, String reason) {
    Arrays.stream(ids).forEach(id -> classes.makeRigid(id, reason));
  }

  /**
   * Where a node combines units and is no layer whose weights merging fits, the networks' separate
   * units would be mixed there.
   */
  void keepTogether(Node node, List<Elements> elements) {
    if (network.layers().stream().noneMatch(layer -> layer.node().equals(node))) {
      String reason = name(node) + " combines the units and is no layer that is fitted";
      elements.forEach(e -> makeRigid(e.ids(), reason));
    }
  }

  /** Fixes every axis of everything that a node reads. */
  public void fixInputs(Node node, String reason) {
    current = Optional.of(node);
    for (String input : Subgraphs.reads(node)) {
      for (int axis = 0; axis < shape(input).rank(); axis++) {
        fixAxis(input, axis, node, reason);
      }
    }
  }

  private void fixAxis(String input, int axis, Node node, String reason) {
    if (isConstant(input)) {
      bind(input, axis, Optional.empty(), node);
      return;
    }
    treated.one(input, axis);
    for (Elements e : values.getOrDefault(input, List.of())) {
      // Units that the rule has put together along this axis do not move along it.
      if (e.has(axis) && !(e.axes().length > 1 && isConstantAlong(e, axis))) {
        fix(e.ids(), reason);
      }
    }
  }

  /**
   * Applies a rule to a node. An axis of an input that the rule does not treat does not move: what
   * no rule has thought of is never reordered.
   */
  void apply(OperatorRule rule, Node node) {
    treated.clear();
    current = Optional.of(node);
    rule.apply(node, this);
    for (String input : Subgraphs.reads(node)) {
      for (int axis = 0; axis < shape(input).rank(); axis++) {
        if (!treated.has(input, axis)) {
          fixAxis(input, axis, node, "no rule for axis " + axis + " of what enters " + name(node));
        }
      }
    }
  }

  /** What is said from now on is said by no node. */
  void endOfNodes() {
    current = Optional.empty();
  }

  /** How messages name a node. */
  public static String name(Node node) {
    return node.op() + " '" + node.name() + "'";
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

  Map<String, List<Elements>> values() {
    return values;
  }

  Map<String, ConstantUnits> constants() {
    return constants;
  }
}
