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
public final class Ties extends ElementTies {
  private final Network network;
  private final Map<String, List<Elements>> values = new LinkedHashMap<>();
  private final Map<String, Set<Integer>> uniform = new HashMap<>();
  private final Treated treated = new Treated();
  private final BoundConstants constants;

  Ties(Network network) {
    this.network = network;
    this.constants = new BoundConstants(this, treated);
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

  /**
   * The elements on all axes of a value; a rule that asks says what becomes of them. Of a constant
   * there are none, and it stays where it is unless the rule binds it.
   */
  public List<Elements> elements(String value) {
    if (isConstant(value)) {
      return List.of();
    }
    treated.all(value, shape(value).rank());
    return List.copyOf(values.getOrDefault(value, List.of()));
  }

  /**
   * The elements of an axis for a rule that thinks of this axis alone; a rule that asks says what
   * becomes of them. Units that stand on other axes too can only move there all together. Of a
   * constant there are none, as with {@link #elements(String)}.
   */
  public Optional<int[]> elements(String value, int axis) {
    if (isConstant(value)) {
      return Optional.empty();
    }
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
    int[] ids = fresh(shape(value).dimension(axis));
    assign(value, axis, ids);
    return ids;
  }

  /**
   * Ties an axis of a constant to elements of the values that meet it; where these do not move, the
   * axis does not either, and no other use may move it.
   *
   * @param node the node that reads the constant
   */
  public void bind(String constant, int axis, Optional<int[]> ids, Node node) {
    constants.bind(constant, axis, ids, node);
  }

  /**
   * Ties axes of a constant, seen in another shape, to elements of the values that meet them.
   *
   * @param view a shape of as many elements
   * @param e elements on axes of the view
   */
  public void bind(String constant, int[] view, Elements e, Node node) {
    constants.bind(constant, view, e, node);
  }

  /** The elements on an axis of a constant that is read as a value: new ones where it has none. */
  public int[] unitsOf(String constant, int axis, Node node) {
    int[] ids = fresh(shape(constant).dimension(axis));
    bind(constant, axis, Optional.of(ids), node);
    return ids;
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
    speak(Optional.of(node));
    for (String input : Subgraphs.reads(node)) {
      for (int axis = 0; axis < shape(input).rank(); axis++) {
        fixAxis(input, axis, node, reason);
      }
    }
  }

  /** Fixes every axis of all that a node reads, and what has been said of its outputs. */
  void fixAll(Node node, String reason) {
    fixInputs(node, reason);
    for (String output : node.outputs()) {
      values.getOrDefault(output, List.of()).forEach(e -> fix(e.ids(), reason));
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
    speak(Optional.of(node));
    rule.apply(node, this);
    for (String input : Subgraphs.reads(node)) {
      for (int axis = 0; axis < shape(input).rank(); axis++) {
        if (!treated.has(input, axis)) {
          fixAxis(input, axis, node, "no rule for axis " + axis + " of what enters " + name(node));
        }
      }
    }
  }

  /** How messages name a node. */
  public static String name(Node node) {
    return node.op() + " '" + node.name() + "'";
  }

  Map<String, List<Elements>> values() {
    return values;
  }

  Map<String, ConstantUnits> constants() {
    return constants.all();
  }
}
