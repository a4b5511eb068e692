package io.github.pleas.data;

/**
 * Bilinear resizing of planes of pixels, with half-pixel centres and, along an axis that shrinks,
 * antialiasing.
 *
 * <p>Along an axis of {@code n} pixels resized to {@code m}, let s = n / m. Output {@code i} has
 * its centre at c = s (i + 1/2), and is the mean of the inputs {@code j} weighted by the triangle
 * max(0, 1 - |j + 1/2 - c| / max(s, 1)), normalised to sum 1 over the inputs that exist. For s &le;
 * 1 this is plain linear interpolation with the border pixels repeated. It is what PyTorch's {@code
 * interpolate(mode="bilinear", align_corners=False, antialias=True)} and Pillow's {@code BILINEAR}
 * compute, here in single precision and without rounding between the axes.
 */
final class Resize {
  /** Numbers between the two steps: more than any image has that is not all but a line. */
  private static final long MAX_BETWEEN = 1L << 28;

  private Resize() {}

  /**
   * Some neighbouring pixels of a resized axis.
   *
   * @param size of the whole resized axis
   * @param from the first that is wanted
   * @param length how many are
   */
  record Window(long size, long from, int length) {
    static Window of(long size, long from, int length) {
      if (from < 0 || length < 1 || from + length > size) {
        throw new IllegalArgumentException(
            "expected a window of %d, found %d from %d on".formatted(size, length, from));
      }
      return new Window(size, from, length);
    }
  }

  /**
   * Resizes planes.
   *
   * @param source [planes, height, width]
   * @return [planes, newHeight, newWidth]; the source itself where the size is the same
   */
  static float[] bilinear(
      float[] source, int planes, int height, int width, int newHeight, int newWidth) {
    return bilinear(
        source,
        planes,
        height,
        width,
        Window.of(newHeight, 0, newHeight),
        Window.of(newWidth, 0, newWidth));
  }

  /**
   * A part of resized planes, the same as if they were resized as a whole; its cost is that of the
   * part.
   *
   * @param source [planes, height, width]
   * @param tall which rows
   * @param wide which columns
   * @return [planes, rows, columns]; the source itself where it is that
   */
  static float[] bilinear(
      float[] source, int planes, int height, int width, Window tall, Window wide) {
    Axis across = Axis.of(width, wide);
    Axis down = Axis.of(height, tall);
    boolean sameWidth = wide.length() == width && wide.size() == width;
    boolean sameHeight = tall.length() == height && tall.size() == height;
    if (sameWidth && sameHeight) {
      return source;
    }
    int top = down.start();
    int rows = down.end() - top;
    if ((long) planes * rows * wide.length() > MAX_BETWEEN) {
      // A thin line, whose many rows would all become as wide: these become few first.
      float[] flat = rows(source, planes, 0, height, down, width);
      return columns(flat, planes, tall.length(), width, 0, tall.length(), across, sameWidth);
    }
    float[] part = columns(source, planes, height, width, top, rows, across, sameWidth);
    return sameHeight ? part : rows(part, planes, top, rows, down, wide.length());
  }

  private static float[] columns(
      float[] source,
      int planes,
      int height,
      int width,
      int top,
      int rows,
      Axis axis,
      boolean same) {
    if (same && rows == height) {
      return source;
    }
    int newWidth = axis.first.length;
    float[] result = new float[planes * rows * newWidth];
    for (int row = 0; row < planes * rows; row++) {
      int from = (row / rows * height + top + row % rows) * width;
      int to = row * newWidth;
      if (same) {
        System.arraycopy(source, from, result, to, width);
        continue;
      }
      for (int i = 0; i < newWidth; i++) {
        float[] weights = axis.weights[i];
        int start = from + axis.first[i];
        float sum = 0;
        for (int k = 0; k < weights.length; k++) {
          sum += weights[k] * source[start + k];
        }
        result[to + i] = sum;
      }
    }
    return result;
  }

  private static float[] rows(
      float[] source, int planes, int top, int height, Axis axis, int width) {
    int newHeight = axis.first.length;
    float[] result = new float[planes * newHeight * width];
    for (int plane = 0; plane < planes; plane++) {
      for (int i = 0; i < newHeight; i++) {
        float[] weights = axis.weights[i];
        int to = (plane * newHeight + i) * width;
        for (int k = 0; k < weights.length; k++) {
          float weight = weights[k];
          int from = (plane * height + axis.first[i] - top + k) * width;
          for (int x = 0; x < width; x++) {
            result[to + x] += weight * source[from + x];
          }
        }
      }
    }
    return result;
  }

  /** For each output along an axis, the first input that counts and the weights from there on. */
  private record Axis(int[] first, float[][] weights) {
    static Axis of(int size, Window window) {
      double scale = (double) size / window.size();
      double support = Math.max(scale, 1);
      int[] first = new int[window.length()];
      float[][] weights = new float[window.length()][];
      for (int i = 0; i < window.length(); i++) {
        double centre = scale * (window.from() + i + 0.5);
        int from = Math.max(0, (int) Math.floor(centre - support));
        int to = Math.min(size, (int) Math.ceil(centre + support));
        while (from < to - 1 && triangle(from, centre, support) <= 0) {
          from++;
        }
        while (to > from + 1 && triangle(to - 1, centre, support) <= 0) {
          to--;
        }
        double sum = 0;
        for (int j = from; j < to; j++) {
          sum += triangle(j, centre, support);
        }
        first[i] = from;
        weights[i] = new float[to - from];
        for (int j = from; j < to; j++) {
          weights[i][j - from] = (float) (triangle(j, centre, support) / sum);
        }
      }
      return new Axis(first, weights);
    }

    /** The first input that any output needs. */
    int start() {
      return first[0];
    }

    /** Behind the last input that any output needs. */
    int end() {
      return first[first.length - 1] + weights[first.length - 1].length;
    }

    private static double triangle(int j, double centre, double support) {
      return Math.max(0, 1 - Math.abs(j + 0.5 - centre) / support);
    }
  }
}
