package io.github.pleas.fit;

/** Which objective the merged weights minimise. */
public enum FitMethod {
  /**
   * Ours: inputs as the merged network computes them, targets from the original whose domain an
   * image is of, shrunk.
   */
  PROGRESSIVE,
  /**
   * The paper's: inputs and targets both the mean of the originals' aligned features (PLeaS,
   * equation 4).
   */
  PUBLISHED,
  /**
   * None: the mean of the aligned weights, with each unit's mean and deviation repaired (REPAIR,
   * Jordan et al.).
   */
  NONE
}
