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
  /** Images whose rows are added up together, at most, unless one batch has more. */
  private static final int TOGETHER = 64;

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

  /**
   * The group of a batch: rows of batches of one group are added up together, those of another
   * never with them. So batches of few images are no worse than large ones, and images in parts of
   * whole groups give the same sums to the last bit.
   */
  public int group(int chunk) {
    return chunk / inGroup(size);
  }

  /** The number of groups. */
  public int groups() {
    return group(count() - 1) + 1;
  }

  /** The first image of a group; of the one behind the last, the end of all images. */
  public int groupStart(int group) {
    return Math.min(images, start(group * inGroup(size)));
  }

  /** How many batches of a size a group has, but for the last. */
  public static int inGroup(int size) {
    return Math.max(1, TOGETHER / size);
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
