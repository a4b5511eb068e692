package io.github.pleas.merge;

/** Told how far a merge is. */
@FunctionalInterface
public interface MergeListener {
  /** Tells nobody. */
  MergeListener NONE = (stage, done, total) -> {};

  /**
   * A stage begins (then nothing is done, of 1, until it is known of how many), or has come
   * further.
   *
   * @param stage the stage
   * @param done steps done
   * @param total steps in all; the stage is over when both are equal
   */
  void progress(Stage stage, int done, int total);
}
