package io.github.pleas.data;

import java.io.IOException;

/**
 * A rectangle of an image, in pixels, as annotators drew it: it may lie partly outside.
 *
 * @param left the first column
 * @param top the first row
 * @param width columns
 * @param height rows
 */
record Box(double left, double top, double width, double height) {
  double area() {
    return width * height;
  }

  /**
   * The part of an image that is within the box, in whole pixels.
   *
   * @throws IOException if nothing of the box is within the image
   */
  Pixels crop(Pixels image) throws IOException {
    int x = clip(Math.floor(left), image.width());
    int y = clip(Math.floor(top), image.height());
    int toX = clip(Math.ceil(left + width), image.width());
    int toY = clip(Math.ceil(top + height), image.height());
    if (toX <= x || toY <= y) {
      throw new IOException(
          "its bounding box (%s, %s, %s x %s) is not within its %d x %d pixels"
              .formatted(left, top, width, height, image.width(), image.height()));
    }
    float[] values = new float[image.channels() * (toY - y) * (toX - x)];
    int to = 0;
    for (int channel = 0; channel < image.channels(); channel++) {
      for (int row = y; row < toY; row++) {
        int from = (channel * image.height() + row) * image.width();
        System.arraycopy(image.values(), from + x, values, to, toX - x);
        to += toX - x;
      }
    }
    return new Pixels(image.channels(), toY - y, toX - x, values);
  }

  private static int clip(double value, int size) {
    return (int) Math.max(0, Math.min(size, value));
  }
}
