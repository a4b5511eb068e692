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
  private Resize() {}

  /**
   * Resizes planes.
   *
   * @param source [planes, height, width]
   * @return [planes, newHeight, newWidth]; the source itself where the size is the same
   */
  static float[] bilinear(
      float[] source, int planes, int height, int width, int newHeight, int newWidth) {
    float[] wide = width == newWidth ? source : columns(source, planes * height, width, newWidth);
    return height == newHeight ? wide : rows(wide, planes, height, newHeight, newWidth);
  }

  private static float[] columns(float[] source, int rows, int width, int newWidth) {
    Axis axis = Axis.of(width, newWidth);
    float[] result = new float[rows * newWidth];
    for (int row = 0; row < rows; row++) {
      int from = row * width;
      int to = row * newWidth;
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

  private static float[] rows(float[] source, int planes, int height, int newHeight, int width) {
    Axis axis = Axis.of(height, newHeight);
    float[] result = new float[planes * newHeight * width];
    for (int plane = 0; plane < planes; plane++) {
      for (int i = 0; i < newHeight; i++) {
        float[] weights = axis.weights[i];
        int to = (plane * newHeight + i) * width;
        for (int k = 0; k < weights.length; k++) {
          float weight = weights[k];
          int from = (plane * height + axis.first[i] + k) * width;
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
    static Axis of(int size, int newSize) {
      double scale = (double) size / newSize;
      double support = Math.max(scale, 1);
      int[] first = new int[newSize];
      float[][] weights = new float[newSize][];
      for (int i = 0; i < newSize; i++) {
        double centre = scale * (i + 0.5);
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

    private static double triangle(int j, double centre, double support) {
      return Math.max(0, 1 - Math.abs(j + 0.5 - centre) / support);
    }
  }
}
