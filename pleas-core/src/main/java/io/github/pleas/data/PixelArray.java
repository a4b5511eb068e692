package io.github.pleas.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * How the images of a NumPy array lie in it: [n, h, w], [n, c, h, w] or [n, h, w, c], with 1, 3 or
 * 4 channels of which the fourth, alpha, is dropped.
 *
 * @param type the elements: integers from 0 to 255, booleans, or floats from 0 to 1
 * @param channels 1, 3 or 4
 * @param height rows
 * @param width columns
 * @param channelsFirst whether the channels come before the rows; where both would fit, they do
 */
record PixelArray(NpyHeader.Type type, int channels, int height, int width, boolean channelsFirst) {
  /** How far from [0, 1] a float may be by rounding. */
  private static final double ROUNDING = 1e-4;

  /**
   * Reads the layout off a header.
   *
   * @throws IOException if its shape is of no such layout
   */
  static PixelArray of(NpyHeader header) throws IOException {
    int[] shape = header.shape();
    PixelArray array;
    if (shape.length == 3) {
      array = new PixelArray(header.type(), 1, shape[1], shape[2], true);
    } else if (shape.length == 4 && isChannels(shape[1])) {
      array = new PixelArray(header.type(), shape[1], shape[2], shape[3], true);
    } else if (shape.length == 4 && isChannels(shape[3])) {
      array = new PixelArray(header.type(), shape[3], shape[1], shape[2], false);
    } else {
      throw new IOException(
          "its shape is "
              + Arrays.toString(shape)
              + "; expected [n, h, w], [n, c, h, w] or "
              + "[n, h, w, c] with 1, 3 or 4 channels");
    }
    if ((long) array.height * array.width > Pixels.MAX_PIXELS) {
      throw new IOException(
          "its images have "
              + array.height
              + " x "
              + array.width
              + " pixels, more than "
              + Pixels.MAX_PIXELS);
    }
    return array;
  }

  private static boolean isChannels(int dimension) {
    return dimension == 1 || dimension == 3 || dimension == 4;
  }

  /**
   * Checks that the numbers of an image are in range; floats that are no numbers pass here.
   *
   * @throws IOException if one is outside
   */
  void checkRange(byte[] image) throws IOException {
    if (type == NpyHeader.Type.UINT8) {
      return;
    }
    ByteBuffer bytes = buffer(image);
    double max = type.isFloat() ? 1 + ROUNDING : type == NpyHeader.Type.BOOL ? 1 : 255;
    double min = type.isFloat() ? -ROUNDING : 0;
    for (int at = 0; at < image.length; at += type.bytes()) {
      double value = value(bytes, at);
      if (Double.isFinite(value) && (value < min || value > max)) {
        throw new IOException(
            "it has the value "
                + value
                + "; expected "
                + (type.isFloat()
                    ? "floats from 0 to 1 (divide by 255, and leave mean and std to the "
                        + "preprocessing)"
                    : "integers from 0 to " + (int) max));
      }
    }
  }

  /**
   * Converts an image.
   *
   * @throws IOException if a value is not a number or infinite
   */
  Pixels decode(byte[] image) throws IOException {
    ByteBuffer bytes = buffer(image);
    int colours = channels == 4 ? 3 : channels;
    int plane = height * width;
    float scale = type.isFloat() || type == NpyHeader.Type.BOOL ? 1 : 255;
    float[] values = new float[colours * plane];
    for (int c = 0; c < colours; c++) {
      int at = (channelsFirst ? c * plane : c) * type.bytes();
      int step = (channelsFirst ? 1 : channels) * type.bytes();
      for (int i = 0; i < plane; i++, at += step) {
        float value = (float) value(bytes, at) / scale;
        if (!Float.isFinite(value)) {
          throw new IOException(
              "channel " + c + ", row " + i / width + ", column " + i % width + " is " + value);
        }
        values[c * plane + i] = value;
      }
    }
    return new Pixels(colours, height, width, values);
  }

  private static ByteBuffer buffer(byte[] image) {
    return ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
  }

  private double value(ByteBuffer bytes, int at) {
    return switch (type) {
      case UINT8, BOOL -> bytes.get(at) & 0xff;
      case INT16 -> bytes.getShort(at);
      case INT32 -> bytes.getInt(at);
      case INT64 -> bytes.getLong(at);
      case FLOAT32 -> bytes.getFloat(at);
      case FLOAT64 -> bytes.getDouble(at);
    };
  }
}
