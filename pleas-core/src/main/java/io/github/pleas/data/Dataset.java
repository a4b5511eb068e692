package io.github.pleas.data;

import java.util.List;

/**
 * A fixed list of images, labelled or not, that are decoded when asked for. Image {@code i} is the
 * same one at every call and, for unchanged files, in every run. All methods but {@link #close()}
 * may be called by several threads at once.
 */
public interface Dataset extends AutoCloseable {
  /** A short name for messages and reports: the file's name and, where there is one, the split. */
  String name();

  /** The number of images, at least one. */
  int size();

  /** The number of classes, or 0 if the images are unlabelled. */
  int classCount();

  /** The readable names of the classes, by label; empty if the images are unlabelled. */
  List<String> classes();

  /** Whether the images have labels. */
  boolean isLabelled();

  /**
   * The label of an image, in [0, {@link #classCount()}).
   *
   * @param index the image, in [0, {@link #size()})
   * @throws IllegalStateException if the images are unlabelled
   */
  int label(int index);

  /**
   * The path or entry name of an image, for messages.
   *
   * @param index the image, in [0, {@link #size()})
   */
  String describe(int index);

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
  String digest();

  /** Closes the files behind the dataset. Reading afterwards fails. */
  @Override
  void close();
}
