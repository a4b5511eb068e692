package io.github.pleas.symmetry;

import io.github.pleas.network.Network;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import io.github.pleas.runtime.ValueShape;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a rule may say about the axes of a network's values: which elements are the same unit, which
 * cannot move. An axis that no rule has given elements does not move.
 */
public final class Ties {
  private record Axis(String tensor, int axis) {}

  private final Network network;
  private final ElementClasses classes = new ElementClasses();
  private final Map<Axis, int[]> elements = new LinkedHashMap<>();
  private final Map<Axis, String> immovable = new LinkedHashMap<>();
  private final Set<Axis> treated = new HashSet<>();

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

  public boolean isConstant(String value) {
    return network.isConstant(value);
  }

  public Network network() {
    return network;
  }

  /** The elements of an axis, if it moves at all; a rule that asks says what becomes of them. */
  public Optional<int[]> elements(String tensor, int axis) {
    Axis key = new Axis(tensor, axis);
    if (!isConstant(tensor)) {
      treated.add(key);
    }
    return Optional.ofNullable(elements.get(key));
  }

  /** Gives an axis of a value its elements. */
  public void assign(String value, int axis, int[] ids) {
    if (shape(value).dimension(axis) != ids.length) {
      throw new IllegalArgumentException(
          "axis %d of '%s' has %d elements, found %d"
              .formatted(axis, value, shape(value).dimension(axis), ids.length));
    }
    elements.put(new Axis(value, axis), ids);
  }

  /** As {@link #assign}, where there is something to assign. */
  public void assign(String value, int axis, Optional<int[]> ids) {
    ids.ifPresent(found -> assign(value, axis, found));
  }

  /** New units, as many as the axis is long. */
  public int[] newUnits(String value, int axis) {
    int[] ids = classes.fresh(shape(value).dimension(axis));
    assign(value, axis, ids);
    return ids;
  }

  /** Element i of one is the same unit as element i of the other. */
  public void tie(int[] a, int[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          "tied axes of " + a.length + " and " + b.length + " elements");
    }
    for (int e = 0; e < a.length; e++) {
      classes.union(a[e], b[e]);
    }
  }

  /**
   * Ties an axis of a constant to elements of the values that meet it; where these do not move, the
   * axis does not either, and no other use may move it.
   */
  public void bind(String constant, int axis, Optional<int[]> ids, Node node) {
    if (!isConstant(constant)) {
      throw new IllegalArgumentException("'" + constant + "' is not a constant");
    }
    Axis key = new Axis(constant, axis);
    treated.add(key);
    int[] known = elements.get(key);
    if (ids.isEmpty()) {
      String reason = "meets an axis that does not move at " + name(node);
      immovable.putIfAbsent(key, reason);
      if (known != null) {
        fix(known, reason);
      }
      return;
    }
    if (known == null) {
      known = classes.fresh(shape(constant).dimension(axis));
      elements.put(key, known);
    }
    tie(known, ids.get());
    if (immovable.containsKey(key)) {
      fix(known, immovable.get(key));
    }
  }

  /** These elements do not move. */
  public void fix(int[] ids, String reason) {
    for (int id : ids) {
      classes.fix(id, reason);
    }
  }

  /** These units move, but cannot be kept separate when networks merge. */
  public void makeRigid(int[] ids, String reason) {
    for (int id : ids) {
      classes.makeRigid(id, reason);
    }
  }

  /** Fixes every axis of everything that a node reads. */
  public void fixInputs(Node node, String reason) {
    for (String input : Subgraphs.reads(node)) {
      for (int axis = 0; axis < shape(input).rank(); axis++) {
        fixAxis(input, axis, node, reason);
      }
    }
  }

  private void fixAxis(String input, int axis, Node node, String reason) {
    if (isConstant(input)) {
      bind(input, axis, Optional.empty(), node);
    }
    elements(input, axis).ifPresent(ids -> fix(ids, reason));
  }

  /**
   * Applies a rule to a node. An axis of an input that the rule does not treat does not move: what
   * no rule has thought of is never reordered.
   */
  void apply(OperatorRule rule, Node node) {
    treated.clear();
    rule.apply(node, this);
    for (String input : Subgraphs.reads(node)) {
      for (int axis = 0; axis < shape(input).rank(); axis++) {
        if (!treated.contains(new Axis(input, axis))) {
          fixAxis(input, axis, node, "no rule for axis " + axis + " of what enters " + name(node));
        }
      }
    }
  }

  /** How messages name a node. */
  public static String name(Node node) {
    return node.op() + " '" + node.name() + "'";
  }

  ElementClasses classes() {
    return classes;
  }

  /** Every axis that has elements, in the order in which rules gave them. */
  void forEachAxis(AxisVisitor visitor) {
    elements.forEach((axis, ids) -> visitor.visit(axis.tensor(), axis.axis(), ids));
  }

  interface AxisVisitor {
    void visit(String tensor, int axis, int[] ids);
  }
}
