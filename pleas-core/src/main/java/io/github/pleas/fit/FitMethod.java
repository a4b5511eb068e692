package io.github.pleas.fit;

/** Which objective the merged weights minimise. */
public enum FitMethod {
  /**
   * Ours: inputs as the merged network computes them, targets from the original whose domain an
   * image is of, shrunk.
   */
  PROGRESSIVE,
  /**
   * The paper's: inputs and targets both the originals' aligned features, averaged (PLeaS, equation
   * 4) or as {@link PublishedOptions} says.
   */
  PUBLISHED,
  /**
   * RegMean (Jin et al., 2023): of each layer on its own the weights that give what both originals'
   * do, each on its own inputs; statistics repaired.
   */
  REGMEAN,
  /**
   * None: the mean of the aligned weights, with each unit's mean and deviation repaired (REPAIR,
   * Jordan et al.).
   */
  NONE
}
