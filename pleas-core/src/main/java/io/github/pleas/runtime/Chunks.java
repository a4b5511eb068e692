package io.github.pleas.runtime;

/**
 * How images are cut into batches that run together.
 *
 * @param images how many images
 * @param size images in a batch; the last may have fewer
 * @param fixed whether the network takes batches of exactly this size, so that the last is filled
 *     up with zeros
 */
public record Chunks(int images, int size, boolean fixed) {
  public Chunks {
    if (images < 1 || size < 1) {
      throw new IllegalArgumentException(
          "images and batch: expected at least 1, found " + images + ", " + size);
    }
  }

  /** The number of batches. */
  public int count() {
    return (images + size - 1) / size;
  }

  /** The first image of a batch. */
  public int start(int chunk) {
    return chunk * size;
  }

  /** The images of a batch. */
  public int images(int chunk) {
    return Math.min(size, images - start(chunk));
  }

  /** The batch size that a batch runs with. */
  public int batch(int chunk) {
    return fixed ? size : images(chunk);
  }
}
