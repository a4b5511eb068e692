package io.github.pleas.runtime;

import java.nio.FloatBuffer;
import java.util.Random;

/**
 * Random input: normal numbers of mean 0 and variance 1, where no real images are at hand.
 *
 * @param shape of the input
 * @param seed the same seed gives the same input
 */
public record RandomFeed(ValueShape shape, long seed) implements Frontier.Feed {
  @Override
  public void copyTo(int first, int count, FloatBuffer target) {
    for (int image = first; image < first + count; image++) {
      Random random = new Random(seed * 31 + image);
      for (long i = 0; i < shape.elementsPerImage(); i++) {
        target.put((float) random.nextGaussian());
      }
    }
  }
}
