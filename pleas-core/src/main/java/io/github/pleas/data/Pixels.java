package io.github.pleas.data;

/**
 * A decoded image before preprocessing.
 *
 * @param channels 1 (grey) or 3 (red, green, blue)
 * @param height rows
 * @param width columns
 * @param values [channels, height, width], from 0 to 1
 */
record Pixels(int channels, int height, int width, float[] values) {
  /** The most pixels (height times width) that an image may have: 64 Mi, 768 MiB as colour. */
  static final long MAX_PIXELS = 64L << 20;

  private static final float RED = 0.299f;
  private static final float BLUE = 0.114f;

  Pixels {
    if ((channels != 1 && channels != 3)
        || (long) channels * height * width != values.length
        || values.length == 0) {
      throw new IllegalArgumentException(
          "an image of [" + channels + ", " + height + ", " + width + "] with " + values.length);
    }
  }

  /**
   * The luma of ITU-R 601, 0.299 R + 0.587 G + 0.114 B, which is also PIL's mode {@code L} but for
   * PIL's rounding to whole grey levels.
   */
  Pixels toGrey() {
    if (channels == 1) {
      return this;
    }
    int plane = height * width;
    float[] grey = new float[plane];
    for (int i = 0; i < plane; i++) {
      float green = values[plane + i];
      // as differences from green, so that a grey pixel keeps its value to the last bit
      grey[i] = green + RED * (values[i] - green) + BLUE * (values[2 * plane + i] - green);
    }
    return new Pixels(1, height, width, grey);
  }
}
