package io.github.pleas.layout;

/** Whose units or layers are. */
public enum Side {
  /** A's alone. */
  A,
  /** Both originals'. */
  MERGED,
  /** B's alone. */
  B
}
