package io.github.pleas.symmetry;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Interchangeable units: reordering them, in all the places where they stand, leaves the network's
 * function as it is. Where the units stand in blocks, such as the features of an attention head,
 * they are interchangeable within a block, and whole blocks are among each other: the blocks are
 * the units of another group.
 *
 * @param index its place in the list of groups
 * @param name after the layer that makes its units
 * @param size how many units; those of a block follow each other
 * @param blocks the group whose units are the blocks that these stand in, if they stand in blocks
 * @param members where its units stand
 * @param whyRigid why its units cannot be kept separate when networks merge, if they cannot
 */
public record UnitGroup(
    int index,
    String name,
    int size,
    OptionalInt blocks,
    List<Member> members,
    Optional<String> whyRigid) {
  /**
   * A place where the group's units stand.
   *
   * @param tensor a value or a constant
   * @param axes the axes on which they stand: one, or several together
   * @param fills whether they fill these axes, rather than a part of each stretch of them
   */
  public record Member(String tensor, List<Integer> axes, boolean fills) {
    public Member {
      axes = List.copyOf(axes);
    }

    /** Whether the units stand on a single axis, and fill it. */
    public boolean isOnOneAxis() {
      return fills && axes.size() == 1;
    }

    /** The one axis on which they stand. */
    public int axis() {
      if (!isOnOneAxis()) {
        throw new IllegalStateException("units stand on the axes " + axes + " of '" + tensor + "'");
      }
      return axes.get(0);
    }
  }

  public UnitGroup {
    members = List.copyOf(members);
  }
}
