package io.github.pleas.data;

import java.util.Random;

/** The order in which samples are drawn. */
final class Shuffle {
  private Shuffle() {}

  /** The numbers below a size in the order that {@link java.util.Random} of a seed gives them. */
  static int[] of(int size, long seed) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      order[i] = i;
    }
    Random random = new Random(seed);
    for (int i = size - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }
}
