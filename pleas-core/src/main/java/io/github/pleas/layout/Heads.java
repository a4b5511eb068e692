package io.github.pleas.layout;

import io.github.pleas.InvalidInputException;
import java.util.Optional;

/**
 * Whose outputs the merged network has, and where the ways to them part.
 *
 * @param separate one output for each original, rather than one that both share
 * @param nameA what A's output is called after: {@code <output>_<nameA>}
 * @param nameB what B's output is called after
 * @param fork the node of A behind which everything stays separate; without it, the last layers are
 *     the first to be separate
 */
public record Heads(boolean separate, String nameA, String nameB, Optional<String> fork) {
  public Heads {
    if (separate && (nameA.isEmpty() || nameB.isEmpty() || nameA.equals(nameB))) {
      throw new InvalidInputException(
          "the outputs of two networks need two names; found '%s' and '%s'"
              .formatted(nameA, nameB));
    }
    if (fork.isPresent() && !separate) {
      throw new InvalidInputException("behind a fork there are two networks: no shared head");
    }
  }

  /** One head under the originals' output name. */
  public static Heads shared() {
    return new Heads(false, "a", "b", Optional.empty());
  }

  /** One head for each original. */
  public static Heads separate(String nameA, String nameB) {
    return new Heads(true, nameA, nameB, Optional.empty());
  }

  /** Two tails behind a node of A. */
  public Heads forkedAt(String node) {
    return new Heads(separate, nameA, nameB, Optional.of(node));
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
