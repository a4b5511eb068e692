package io.github.pleas.symmetry;

import io.github.pleas.onnx.Tensor;
import java.util.Arrays;

/** What a constant holds at the places where elements stand on it. */
final class Contents {
  private Contents() {}

  /**
   * For each element a fingerprint of all numbers at its places, equal for equal ones (64 bits,
   * multiply and xor-shift).
   *
   * @param view the shape in which the constant is seen
   * @param e elements on axes of the view
   */
  static long[] of(Tensor constant, int[] view, Elements e) {
    int[] steps = new int[view.length];
    int step = 1;
    for (int k = e.axes().length - 1; k >= 0; k--) {
      steps[e.axes()[k]] = step;
      step *= e.lengths()[k];
    }
    long[] contents = new long[e.ids().length];
    byte[] bytes = constant.bytes();
    int width = constant.type().bytes();
    Places places = new Places(view, steps);
    for (int at = 0; at < bytes.length; at += width) {
      int element = places.next();
      for (int b = at; b < at + width; b++) {
        long mixed = (contents[element] ^ bytes[b]) * 0xbf58476d1ce4e5b9L + 0x9e3779b97f4a7c15L;
        contents[element] = mixed ^ mixed >>> 29;
      }
    }
    return contents;
  }

  /** Whether some contents differ from others. */
  static boolean differ(long[] contents) {
    return Arrays.stream(contents).anyMatch(content -> content != contents[0]);
  }
}
