package io.github.pleas.runtime;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;

/**
 * Random input, where no real samples are at hand: see {@link ModelInput#fill}.
 *
 * @param inputs what the network takes
 * @param seed the same seed gives the same input
 */
public record RandomFeed(List<ModelInput> inputs, long seed) implements Frontier.Feed {
  public RandomFeed {
    inputs = List.copyOf(inputs);
  }

  @Override
  public void copyTo(String input, int first, int count, FloatBuffer target) {
    int index = 0;
    while (!inputs.get(index).name().equals(input)) {
      index++;
    }
    int length = inputs.get(index).length();
    for (int image = first; image < first + count; image++) {
      // What is alike of all inputs would make ids and masks depend on each other.
      Random random = new Random(seed * 31 + image + 7919L * index);
      FloatBuffer own = target.slice(target.position(), length);
      inputs.get(index).fill(own, random);
      target.position(target.position() + length);
    }
  }
}
