package io.github.pleas.fit;

import io.github.pleas.InvalidInputException;

/**
 * Gradient steps by Adam (Kingma and Ba, 2015), the learning rate falling to zero along a cosine.
 *
 * @param steps how many
 * @param images images of each step, drawn without replacement until all were drawn
 * @param learningRate the first step's
 * @param seed where the order of images is drawn from
 */
public record AdamOptions(int steps, int images, double learningRate, long seed) {
  /** Those of the paper's code: 400 steps of 32 images, from 5e-4. */
  public static AdamOptions published(long seed) {
    return new AdamOptions(400, 32, 5e-4, seed);
  }

  public AdamOptions {
    if (steps < 1 || images < 1 || !(learningRate > 0)) {
      throw new InvalidInputException(
          "Adam: expected at least one step, one image and a positive learning rate, found %d, %d and %s"
              .formatted(steps, images, learningRate));
    }
  }

  /** The same with another number of steps. */
  public AdamOptions withSteps(int count) {
    return new AdamOptions(count, images, learningRate, seed);
  }
}
