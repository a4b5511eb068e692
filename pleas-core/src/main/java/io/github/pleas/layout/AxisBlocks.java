package io.github.pleas.layout;

import io.github.pleas.symmetry.AxisUnits;
import io.github.pleas.symmetry.Symmetry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An axis read as a row of whole groups, each with its units in order and each unit a run of
 * elements.
 */
final class AxisBlocks {
  /**
   * A whole group, or elements that do not move.
   *
   * @param group the group, or -1
   * @param start the first element
   * @param run elements for each unit; where nothing moves, all elements of the block
   */
  record Block(int group, int start, int run) {}

  private AxisBlocks() {}

  /** The blocks of an axis, or nothing where it is not such a row. */
  static Optional<List<Block>> of(AxisUnits units, Symmetry symmetry) {
    List<Block> blocks = new ArrayList<>();
    int at = 0;
    while (at < units.length()) {
      int group = units.group()[at];
      int end = at + 1;
      if (group < 0) {
        while (end < units.length() && units.group()[end] < 0) {
          end++;
        }
        blocks.add(new Block(-1, at, end - at));
        at = end;
        continue;
      }
      while (end < units.length()
          && units.group()[end] == group
          && units.unit()[end] == units.unit()[at]) {
        end++;
      }
      int run = end - at;
      int size = symmetry.groups().get(group).size();
      for (int e = 0; e < size * run; e++) {
        if (at + e >= units.length()
            || units.group()[at + e] != group
            || units.unit()[at + e] != e / run) {
          return Optional.empty();
        }
      }
      blocks.add(new Block(group, at, run));
      at += size * run;
    }
    return Optional.of(blocks);
  }
}
