package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import java.io.Serializable;
import java.util.Arrays;

/**
 * How an image becomes a network's input, as torchvision's transforms mean it: decoded, scaled to
 * 0..1, resized to height x width, then (x - mean) / std for each channel.
 *
 * <ul>
 *   <li>Grey becomes colour by repetition, colour becomes grey by the luma of ITU-R 601 (0.299,
 *       0.587, 0.114).
 *   <li>Alpha is dropped, not blended, as {@code convert("RGB")} of PIL does. Palettes are looked
 *       up. Samples of b bits are divided by 2^b - 1.
 *   <li>Resizing is bilinear with half-pixel centres, antialiased along an axis that shrinks, and
 *       changes the aspect ratio where it must; nothing is cropped. Or else, with a shorter side,
 *       the image keeps its aspect ratio: its shorter side is resized to that, and height x width
 *       pixels of the middle are taken ({@code Resize} and {@code CenterCrop} of torchvision).
 *   <li>The orientation in EXIF data and embedded colour profiles are not applied, as PIL does not
 *       by default.
 * </ul>
 *
 * @param channels 1 or 3
 * @param height rows, at least 1
 * @param width columns, at least 1
 * @param mean subtracted; one value for all channels or one each
 * @param std divided by, positive; one value for all channels or one each
 * @param shorter what an image's shorter side becomes before the middle is taken; 0 to resize the
 *     whole image to height x width
 */
public record Preprocessing(
    int channels, int height, int width, float[] mean, float[] std, int shorter)
    implements Serializable {
  private static final int MAX_SIDE = 16_384;
  private static final long MAX_VALUES = 1L << 28;

  /**
   * Checks the values.
   *
   * @throws InvalidInputException if one is out of range, saying which
   */
  public Preprocessing {
    if (channels != 1 && channels != 3) {
      throw new InvalidInputException(
          "preprocessing: channels must be 1 (grey) or 3 (colour), found " + channels);
    }
    checkSide("height", height);
    checkSide("width", width);
    if ((long) channels * height * width > MAX_VALUES) {
      throw new InvalidInputException(
          "preprocessing: an image of "
              + shape(channels, height, width)
              + " has more than "
              + MAX_VALUES
              + " values; choose a smaller height and width");
    }
    if (shorter != 0 && (shorter < Math.max(height, width) || shorter > MAX_SIDE)) {
      throw new InvalidInputException(
          "preprocessing: the middle of %d x %d pixels cannot be taken of images whose shorter side is resized to %d; expected %d to %d"
              .formatted(height, width, shorter, Math.max(height, width), MAX_SIDE));
    }
    mean = checked("mean", mean, channels);
    std = checked("std", std, channels);
    for (float value : std) {
      if (value <= 0) {
        throw new InvalidInputException(
            "preprocessing: std must be positive, found " + Arrays.toString(std));
      }
    }
  }

  /** Preprocessing that resizes whole images. */
  public Preprocessing(int channels, int height, int width, float[] mean, float[] std) {
    this(channels, height, width, mean, std, 0);
  }

  /** Preprocessing that only decodes, scales to 0..1 and resizes: mean 0, std 1. */
  public static Preprocessing plain(int channels, int height, int width) {
    return new Preprocessing(channels, height, width, new float[] {0}, new float[] {1});
  }

  private static void checkSide(String name, int side) {
    if (side < 1 || side > MAX_SIDE) {
      throw new InvalidInputException(
          "preprocessing: " + name + " must be from 1 to " + MAX_SIDE + ", found " + side);
    }
  }

  private static float[] checked(String name, float[] values, int channels) {
    if (values.length != 1 && values.length != channels) {
      throw new InvalidInputException(
          "preprocessing: "
              + name
              + " must have 1 value or "
              + channels
              + " (one for each channel), found "
              + values.length);
    }
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new InvalidInputException(
            "preprocessing: " + name + " must be finite, found " + Arrays.toString(values));
      }
    }
    return values.clone();
  }

  /** The number of values of an image: channels x height x width. */
  public int length() {
    return channels * height * width;
  }

  /** The values subtracted, a copy. */
  @Override
  public float[] mean() {
    return mean.clone();
  }

  /** The values divided by, a copy. */
  @Override
  public float[] std() {
    return std.clone();
  }

  /**
   * Applies this to a decoded image.
   *
   * @return [channels, height, width], a new array
   */
  float[] apply(Pixels image) {
    Pixels source = channels == 1 ? image.toGrey() : image;
    float[] resized =
        shorter > 0
            ? middle(source)
            : Resize.bilinear(
                source.values(), source.channels(), source.height(), source.width(), height, width);
    int plane = height * width;
    float[] result = new float[length()];
    for (int channel = 0; channel < channels; channel++) {
      float shift = mean[mean.length == 1 ? 0 : channel];
      float scale = std[std.length == 1 ? 0 : channel];
      int from = source.channels() == 1 ? 0 : channel * plane;
      int to = channel * plane;
      for (int i = 0; i < plane; i++) {
        result[to + i] = (resized[from + i] - shift) / scale;
      }
    }
    return result;
  }

  /** The middle of an image whose shorter side was resized; as torchvision rounds. */
  private float[] middle(Pixels source) {
    int least = Math.min(source.height(), source.width());
    // An image may be a thin line, so that its longer side is no int; nothing but the middle is
    // computed.
    long tall = (long) shorter * source.height() / least;
    long wide = (long) shorter * source.width() / least;
    return Resize.bilinear(
        source.values(),
        source.channels(),
        source.height(),
        source.width(),
        Resize.Window.of(tall, (long) Math.rint((tall - height) / 2.0), height),
        Resize.Window.of(wide, (long) Math.rint((wide - width) / 2.0), width));
  }

  private static String shape(int channels, int height, int width) {
    return "[" + channels + ", " + height + ", " + width + "]";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Preprocessing that
        && channels == that.channels
        && height == that.height
        && width == that.width
        && shorter == that.shorter
        && Arrays.equals(mean, that.mean)
        && Arrays.equals(std, that.std);
  }

  @Override
  public int hashCode() {
    int size = ((channels * 31 + height) * 31 + width) * 31 + shorter;
    return (size * 31 + Arrays.hashCode(mean)) * 31 + Arrays.hashCode(std);
  }

  @Override
  public String toString() {
    return shape(channels, height, width)
        + ", mean "
        + Arrays.toString(mean)
        + ", std "
        + Arrays.toString(std)
        + (shorter > 0 ? ", the middle of a shorter side of " + shorter : "");
  }
}
