package io.github.pleas.fit;

/** How the heads of the merged network are found. */
public enum HeadFit {
  /**
   * Least squares on all images: an original's head gives its smallest logit on the other domain's
   * images.
   */
  JOINT,
  /** Least squares, each head on the images of its own domain. */
  TASKS,
  /** The originals' heads, put on the merged units that stand for theirs. */
  ORIGINAL
}
