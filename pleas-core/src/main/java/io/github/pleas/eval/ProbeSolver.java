package io.github.pleas.eval;

/** How a linear probe is trained. */
public enum ProbeSolver {
  /** Least squares on one-hot targets, with a small ridge: at once. */
  RIDGE,
  /**
   * Cross-entropy by Adam, 50 epochs from a learning rate of 1e-3 along a cosine (the protocol of
   * PLeaS).
   */
  ADAM
}
