package io.github.pleas.cli;

import io.github.pleas.InvalidInputException;
import io.github.pleas.PleasException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** All that is wrong, found one after another and told at once. */
final class Findings {
  private final List<String> found = new ArrayList<>();

  /** Does something that may fail in a way that a user can act on. */
  void check(Runnable step) {
    get(
        () -> {
          step.run();
          return Optional.empty();
        });
  }

  /** Makes something; empty where it cannot be made, which is then noted. */
  <T> Optional<T> get(Supplier<T> step) {
    try {
      return Optional.of(step.get());
    } catch (PleasException e) {
      add(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  /** Notes a problem; the same one only once. */
  void add(String problem) {
    if (!found.contains(problem)) {
      found.add(problem);
    }
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  /**
   * Ends here if anything was found.
   *
   * @throws InvalidInputException all of it
   */
  void throwIfAny() {
    if (found.size() == 1) {
      throw new InvalidInputException(found.get(0));
    }
    if (!found.isEmpty()) {
      throw new InvalidInputException(found.size() + " problems:\n  " + String.join("\n  ", found));
    }
  }

  /**
   * Ends here if anything was found.
   *
   * @throws InvalidInputException the first of it
   */
  void throwFirst() {
    if (!found.isEmpty()) {
      throw new InvalidInputException(found.get(0));
    }
  }
}
