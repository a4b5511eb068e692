package io.github.pleas.merge;

/** Told how far a merge is. */
@FunctionalInterface
public interface MergeListener {
  /** Tells nobody. */
  MergeListener NONE = (stage, done, total) -> {};

  /**
   * A stage has come further; or has begun, with none of one step done, before its steps are known.
   *
   * @param stage the stage
   * @param done steps done
   * @param total steps in all; the stage is over when both are equal
   */
  void progress(Stage stage, int done, int total);
}
