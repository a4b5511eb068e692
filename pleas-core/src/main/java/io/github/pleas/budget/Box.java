package io.github.pleas.budget;

/**
 * A part of all allocations: for each group the counts between two of its choices, both included.
 *
 * @param from for each group the place of the lowest
 * @param to for each group the place of the highest
 */
record Box(int[] from, int[] to) {
  /** All allocations. */
  static Box all(Choices choices) {
    int[] to = new int[choices.groups()];
    for (int g = 0; g < to.length; g++) {
      to[g] = choices.last(g);
    }
    return new Box(new int[to.length], to);
  }

  /** The same with other counts for one group. */
  Box with(int group, int lowest, int highest) {
    int[] lower = from.clone();
    int[] higher = to.clone();
    lower[group] = lowest;
    higher[group] = highest;
    return new Box(lower, higher);
  }
}
