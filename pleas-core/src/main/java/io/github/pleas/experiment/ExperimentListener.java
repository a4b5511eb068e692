package io.github.pleas.experiment;

/** Hears how far an experiment is. */
public interface ExperimentListener {
  /**
   * A cell was computed and kept.
   *
   * @param done cells that are there, kept ones included
   * @param total cells of the experiment
   */
  void computed(Cell cell, CellResult result, int done, int total);

  /**
   * A cell, or what several need, failed; the others go on.
   *
   * @param what which
   * @param reason why
   */
  void failed(String what, String reason);

  /** A pair of which something was missing is done, whatever became of it. */
  void ended(Pair pair);
}
