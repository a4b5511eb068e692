package io.github.pleas.bench.families;

/** What is told of each graph; also the columns of the CSV file. */
enum Fact {
  /** The file's name. */
  NAME,
  /** The folder that it lies in, which says which exporter made it. */
  EXPORTER,
  NODES,
  LAYERS,
  /** Units that layers write and that are not the network's outputs. */
  HIDDEN,
  /** Those of them that can move. */
  MOVABLE,
  GROUPS,
  /** The only batch size that it takes, if it takes only one. */
  FIXED_BATCH,
  /** How the self-check ended: passed, unproven and why, failed and why. */
  CHECK,
  /** Relative error of the self-check. */
  ERROR,
  READ_SECONDS,
  /** Processor time of the thread that analyses; all other seconds are by the clock. */
  ANALYSIS_SECONDS,
  CHECK_SECONDS,
  /** ok, or why not. */
  MERGED,
  MERGED_SECONDS,
  /** ok, or why not, with some pairs separate. */
  PARTLY_MERGED,
  PARTLY_MERGED_SECONDS,
  /** The most memory that the process held, in MB. */
  PEAK_MB,
  /** Why it could not be read, analysed, checked or merged. */
  FAILURE,
  /** Operators without a rule. */
  UNKNOWN,
  /** Which hidden units cannot move, and why. */
  FIXED
}
