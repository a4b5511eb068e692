package io.github.pleas.symmetry;

import java.util.List;
import java.util.Optional;

/**
 * Interchangeable units: reordering them, in all the places where they stand, leaves the network's
 * function as it is.
 *
 * @param index its place in the list of groups
 * @param name after the layer that makes its units
 * @param size how many units
 * @param members the axes on which its units stand
 * @param whyRigid why its units cannot be kept separate when networks merge, if they cannot
 */
public record UnitGroup(
    int index, String name, int size, List<Member> members, Optional<String> whyRigid) {
  /**
   * A place where the group's units stand.
   *
   * @param tensor a value or a constant
   * @param axis which of its axes
   */
  public record Member(String tensor, int axis) {}

  public UnitGroup {
    members = List.copyOf(members);
  }
}
