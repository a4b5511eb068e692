package io.github.pleas.fit;

import java.util.Optional;

/**
 * How the published objective is minimised.
 *
 * @param targets whose features are fitted
 * @param ridge a ridge, relative to the mean diagonal of X'X / R. The paper has none; this one is
 *     small enough to do nothing but make the solution unique
 * @param adam by gradient steps, as the paper's code does; in closed form if empty
 */
public record PublishedOptions(Targets targets, double ridge, Optional<AdamOptions> adam) {
  /** Whose features inputs and targets are, brought into the merged layout. */
  public enum Targets {
    /** The mean of both originals' (PLeaS, equation 4). */
    AVERAGED(1),
    /** Each original's in rows of its own, zero where the other alone has a unit. */
    SEPARATE(2),
    /** Inputs as averaged, targets as separate. */
    MIXED(2);

    private final int times;

    Targets(int times) {
      this.times = times;
    }

    /** How many rows one position of an image gives. */
    int times() {
      return times;
    }
  }

  /** In closed form, on averaged features. */
  public static final PublishedOptions DEFAULT =
      new PublishedOptions(Targets.AVERAGED, 1e-4, Optional.empty());
}
