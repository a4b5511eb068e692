package io.github.pleas.layout;

import io.github.pleas.InvalidInputException;

/**
 * Whose outputs the merged network has.
 *
 * @param separate one output for each original, rather than one that both share
 * @param nameA what A's output is called after: {@code <output>_<nameA>}
 * @param nameB what B's output is called after
 */
public record Heads(boolean separate, String nameA, String nameB) {
  public Heads {
    if (separate && (nameA.isEmpty() || nameB.isEmpty() || nameA.equals(nameB))) {
      throw new InvalidInputException(
          "the outputs of two networks need two names; found '%s' and '%s'"
              .formatted(nameA, nameB));
    }
  }

  /** One head under the originals' output name. */
  public static Heads shared() {
    return new Heads(false, "a", "b");
  }

  /** One head for each original. */
  public static Heads separate(String nameA, String nameB) {
    return new Heads(true, nameA, nameB);
  }

  /** The name of A's copy of something in the tails. */
  public String ofA(String name) {
    return separate ? name + "_" + nameA : name;
  }

  /** The name of B's copy of something in the tails. */
  public String ofB(String name) {
    return separate ? name + "_" + nameB : name;
  }
}
