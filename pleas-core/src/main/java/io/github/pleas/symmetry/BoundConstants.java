package io.github.pleas.symmetry;

import io.github.pleas.onnx.Node;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The constants that rules have bound to units, each with what is known of its axes. */
final class BoundConstants {
  private final Ties ties;
  private final Treated treated;
  private final Map<String, ConstantUnits> constants = new LinkedHashMap<>();

  BoundConstants(Ties ties, Treated treated) {
    this.ties = ties;
    this.treated = treated;
  }

  /** By name, in the order in which they were bound first. */
  Map<String, ConstantUnits> all() {
    return constants;
  }

  /**
   * Ties an axis of a constant to elements of the values that meet it; where these do not move, the
   * axis does not either, and no other use may move it.
   *
   * @param node the node that reads the constant
   */
  void bind(String constant, int axis, Optional<int[]> ids, Node node) {
    if (ids.isPresent()) {
      bind(constant, ties.shape(constant).dimensions(), Elements.on(axis, ids.get()), node);
      return;
    }
    ConstantUnits units = constant(constant);
    treated.one(constant, axis);
    Reason reason =
        new Reason("meets an axis that does not move at " + Ties.name(node), Optional.of(node));
    int[] axes = units.viewAxes(axis);
    units.makeImmovable(axes, reason);
    for (Elements e : units.elements()) {
      int[] held = e.axes(a -> Arrays.stream(axes).anyMatch(b -> b == a));
      if (held.length > 0) {
        ties.hold(e, held, reason);
      }
    }
  }

  /**
   * Ties axes of a constant, seen in another shape, to elements of the values that meet them.
   *
   * @param view a shape of as many elements
   * @param e elements on axes of the view
   */
  void bind(String constant, int[] view, Elements e, Node node) {
    ConstantUnits units = constant(constant);
    Optional<int[][]> parts = units.refine(view);
    if (parts.isEmpty()) {
      String reason = "'" + constant + "' is cut in two ways, here by " + Ties.name(node);
      treated.all(constant, ties.shape(constant).rank());
      ties.fix(e.ids(), reason);
      units.elements().forEach(other -> ties.fix(other.ids(), reason));
      return;
    }
    Elements found = ConstantUnits.cut(e, parts.get(), units.view());
    for (int axis = 0; axis < ties.shape(constant).rank(); axis++) {
      if (Arrays.stream(units.viewAxes(axis)).anyMatch(found::has)) {
        treated.one(constant, axis);
      }
    }
    boolean known = false;
    for (Elements other : units.elements()) {
      // What is on some axes together with other things elsewhere agrees on these.
      int[] shared = other.axes(found::has);
      if (shared.length > 0) {
        ties.tie(ties.blocks(other, shared), ties.blocks(found, shared));
        known |= Arrays.equals(other.axes(), found.axes());
      }
    }
    if (!known) {
      units.add(found);
    }
    for (int axis : found.axes()) {
      units.whyImmovable(axis).ifPresent(reason -> ties.hold(found, new int[] {axis}, reason));
    }
  }

  private ConstantUnits constant(String name) {
    if (!ties.isConstant(name)) {
      throw new IllegalArgumentException("'" + name + "' is not a constant");
    }
    return constants.computeIfAbsent(name, any -> new ConstantUnits(ties.shape(name).dimensions()));
  }
}
