package io.github.pleas.network;

import java.util.Arrays;

/**
 * What a convolution sees at each position: one entry for each spatial axis.
 *
 * @param kernel taps
 * @param strides steps between positions
 * @param pads zeros before the first element
 * @param dilations steps between taps
 */
public record Window(int[] kernel, int[] strides, int[] pads, int[] dilations) {
  /** The window of a layer without space: one tap. */
  public static Window none() {
    return new Window(new int[0], new int[0], new int[0], new int[0]);
  }

  /** The number of taps. */
  public int taps() {
    return Arrays.stream(kernel).reduce(1, (a, b) -> a * b);
  }

  public int rank() {
    return kernel.length;
  }
}
