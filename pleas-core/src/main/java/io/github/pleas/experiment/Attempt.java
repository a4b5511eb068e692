package io.github.pleas.experiment;

import io.github.pleas.PleasException;
import java.util.Optional;

/** A step that may fail without ending what comes after it. */
final class Attempt {
  private Attempt() {}

  /**
   * Does a step.
   *
   * @return why it failed, if it did: what is wrong, or that memory did not suffice
   */
  static Optional<String> failure(Runnable step) {
    try {
      step.run();
      return Optional.empty();
    } catch (PleasException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    } catch (OutOfMemoryError e) {
      // What was allocated is unreachable by now.
      return Optional.of(
          "out of memory (%s). Use fewer images (samples, test-samples), or give Java more by PLEAS_JAVA_OPTS=-Xmx8g"
              .formatted(e.getMessage()));
    }
  }
}
