package io.github.pleas.symmetry;

import io.github.pleas.onnx.Node;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the self-check found. Errors are relative to the largest value of an output.
 *
 * @param error by how much all groups in random order change the outputs
 * @param noise by how much noise of a few units in the last place of the input and the weights
 *     does; asked only where the error is more than rounding
 * @param remaining as the error, when the groups to blame do not move
 * @param defects the groups to blame
 * @param silent outputs without a finite number other than zero, which show nothing
 */
public record Proof(
    double error,
    OptionalDouble noise,
    double remaining,
    List<Defect> defects,
    List<String> silent) {
  /** How the check ended. */
  public enum Verdict {
    /** The outputs stay the same. */
    PASSED,
    /**
     * The check says nothing: the outputs change, but so they do by rounding alone, or they are
     * zero or no numbers.
     */
    UNPROVEN,
    /** Units move that must not. */
    DEFECT
  }

  public Proof {
    defects = List.copyOf(defects);
    silent = List.copyOf(silent);
  }

  public Verdict verdict() {
    if (!defects.isEmpty()) {
      return Verdict.DEFECT;
    }
    return error <= SelfCheck.TOLERANCE && silent.isEmpty() ? Verdict.PASSED : Verdict.UNPROVEN;
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
              "DEFECT: all groups in random order change the outputs by %.1e (relative), without %d groups by %.1e. A rule for an operator is wrong (%s), please report it; until then these groups do not move",
              error,
              defects.size(),
              remaining,
              suspects());
    };
  }

  /** A wrong rule is to blame for all of them, most likely, so one of what they all stand at. */
  private String suspects() {
    Set<String> common = new TreeSet<>(names(defects.get(0)));
    defects.forEach(defect -> common.retainAll(names(defect)));
    return common.isEmpty()
        ? "or several are: the groups have none in common"
        : "all of the groups stand at " + String.join(", ", common);
  }

  private static List<String> names(Defect defect) {
    return defect.operators().stream().map(Node::op).toList();
  }

  private String unproven() {
    if (!silent.isEmpty()) {
      return "unproven: on random input there is no finite number but zero in the output '%s', so that nothing can be compared"
          .formatted(String.join("', '", silent));
    }
    return String.format(
        Locale.ROOT,
        "unproven: the network amplifies rounding by %,.0f; noise in the last places of input and weights changes the outputs by %.1e (relative), all groups in random order by %.1e",
        amplification().orElse(0),
        noise.orElse(0),
        error);
  }
}
