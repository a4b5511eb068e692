package io.github.pleas.symmetry;

import io.github.pleas.network.Network;
import io.github.pleas.onnx.Node;
import io.github.pleas.runtime.ValueShape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

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

  Ties(Network network) {
    this.network = network;
  }

  public ValueShape shape(String value) {
    return network.shape(value);
  }

  public boolean isConstant(String value) {
    return network.isConstant(value);
  }

  public Network network() {
    return network;
  }

  /** The elements of an axis, if it moves at all. */
  public Optional<int[]> elements(String tensor, int axis) {
    return Optional.ofNullable(elements.get(new Axis(tensor, axis)));
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
    Axis key = new Axis(constant, axis);
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

  /** Fixes every axis of every input of a node. */
  public void fixInputs(Node node, String reason) {
    for (String input : node.inputs()) {
      if (input.isEmpty()) {
        continue;
      }
      for (int axis = 0; axis < shape(input).rank(); axis++) {
        if (isConstant(input)) {
          bind(input, axis, Optional.empty(), node);
        }
        elements(input, axis).ifPresent(ids -> fix(ids, reason));
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
