package io.github.pleas.data;

/**
 * A fixed list of images, labelled or not, that are decoded when asked for. All methods but {@link
 * #close()} may be called by several threads at once.
 */
public interface Dataset extends SampleSet {
  /**
   * Decodes and preprocesses an image.
   *
   * @param index the image, in [0, {@link #size()})
   * @param preprocessing what the network expects
   * @return values [channels, height, width], row-major, the caller's own
   * @throws UnreadableImageException if the image cannot be decoded, is too large, or holds values
   *     that are not numbers
   */
  float[] image(int index, Preprocessing preprocessing);

  /**
   * SHA-256, in lower-case hexadecimal, of what identifies the data without reading all of it: the
   * class names, and for each image its name, its label, its size in bytes and a stamp. The stamp
   * is the CRC-32 of the content for images in a zip, and the time of last modification for images
   * in a folder, so a copied folder has another digest. For an npz file it is the names, sizes and
   * CRC-32 of the arrays.
   */
  @Override
  String digest();
}
