package io.github.pleas.data;

import java.io.IOException;

/** A file of an image (PNG, JPEG, WebP, BMP) in memory. */
public final class EncodedImage {
  /** The most bytes that the file of an image may have. */
  public static final int MAX_BYTES = 64 << 20;

  private EncodedImage() {}

  /**
   * Decodes and preprocesses an image.
   *
   * @param bytes the whole file
   * @return values [channels, height, width], row-major
   * @throws IOException if it cannot be decoded or is too large, with a reason that can be shown to
   *     a user
   */
  public static float[] read(byte[] bytes, Preprocessing preprocessing) throws IOException {
    return preprocessing.apply(ImageDecoder.decode(bytes));
  }
}
