package io.github.pleas.eval;

/**
 * The originals' outputs on the images of their domains: computed when they are asked for, or kept
 * from when the originals ran over these images.
 */
public interface OriginalOutputs {
  /**
   * A's outputs on a domain's images.
   *
   * @throws IllegalArgumentException if there are none on these
   */
  OutputBatches ofA(Agreement.Domain domain);

  /**
   * B's outputs on a domain's images.
   *
   * @throws IllegalArgumentException if there are none on these
   */
  OutputBatches ofB(Agreement.Domain domain);
}
