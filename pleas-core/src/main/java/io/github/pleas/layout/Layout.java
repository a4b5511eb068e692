package io.github.pleas.layout;

/** How the layers of the written network are laid out. All of them compute the same. */
public enum Layout {
  /** One operator for each layer, the zeros between A-only and B-only units multiplied too. */
  DENSE,
  /**
   * Where a layer has such zeros: an operator for each part of its outputs, A-only, merged and
   * B-only, over the inputs that the part sees.
   */
  BLOCKS,
  /** For each layer the faster of the two, by a rule that was measured. */
  AUTO
}
