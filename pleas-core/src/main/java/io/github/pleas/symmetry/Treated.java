package io.github.pleas.symmetry;

import java.util.HashSet;
import java.util.Set;

/** The axes that the rule at work has asked about. */
final class Treated {
  private record Axis(String tensor, int axis) {}

  private final Set<Axis> axes = new HashSet<>();

  void one(String tensor, int axis) {
    axes.add(new Axis(tensor, axis));
  }

  void all(String tensor, int rank) {
    for (int axis = 0; axis < rank; axis++) {
      one(tensor, axis);
    }
  }

  boolean has(String tensor, int axis) {
    return axes.contains(new Axis(tensor, axis));
  }

  void clear() {
    axes.clear();
  }
}
