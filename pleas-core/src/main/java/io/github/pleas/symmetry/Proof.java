package io.github.pleas.symmetry;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What the self-check found. Errors are relative to the largest value of an output.
 *
 * @param error by how much all groups in random order change the outputs
 * @param noise by how much noise of a few units in the last place of the input and the weights
 *     does; asked only where the error is more than rounding
 * @param remaining as the error, when the groups to blame do not move
 * @param defects the groups to blame
 */
public record Proof(double error, OptionalDouble noise, double remaining, List<Defect> defects) {
  /** How the check ended. */
  public enum Verdict {
    /** The outputs stay the same. */
    PASSED,
    /** The outputs change, but so they do by rounding alone: the check says nothing. */
    UNPROVEN,
    /** Units move that must not. */
    DEFECT
  }

  public Proof {
    defects = List.copyOf(defects);
  }

  public Verdict verdict() {
    if (!defects.isEmpty()) {
      return Verdict.DEFECT;
    }
    return error <= SelfCheck.TOLERANCE ? Verdict.PASSED : Verdict.UNPROVEN;
  }

  /** How much larger noise comes out than it goes in; asked only where the error is large. */
  public OptionalDouble amplification() {
    return noise.isPresent()
        ? OptionalDouble.of(noise.getAsDouble() / Trial.NOISE)
        : OptionalDouble.empty();
  }

  /** For the user; defects are counted, not named. */
  @Override
  public String toString() {
    return switch (verdict()) {
      case PASSED ->
          String.format(
              Locale.ROOT,
              "passed: all groups in random order change the outputs by %.1e (relative)",
              error);
      case UNPROVEN -> unproven();
      case DEFECT ->
          String.format(
              Locale.ROOT,
              "DEFECT: all groups in random order change the outputs by %.1e (relative), without %d groups by %.1e. A rule for an operator is wrong, please report it; until then these groups do not move",
              error,
              defects.size(),
              remaining);
    };
  }

  private String unproven() {
    return String.format(
        Locale.ROOT,
        "unproven: the network amplifies rounding by %,.0f; noise in the last places of input and weights changes the outputs by %.1e (relative), all groups in random order by %.1e",
        amplification().orElse(0),
        noise.orElse(0),
        error);
  }
}
