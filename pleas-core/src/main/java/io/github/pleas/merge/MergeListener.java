package io.github.pleas.merge;

/** Told how far a merge is. */
@FunctionalInterface
public interface MergeListener {
  /** Tells nobody. */
  MergeListener NONE = (stage, done, total) -> {};

  /**
   * A stage has come further.
   *
   * @param stage the stage
   * @param done steps done
   * @param total steps in all; the stage is over when both are equal
   */
  void progress(Stage stage, int done, int total);
}
