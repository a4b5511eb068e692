package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.Network;
import io.github.pleas.runtime.ValueShape;

/**
 * What is done to an image, whose pixels go from 0 to 1, before a network sees it: resizing to the
 * network's input, and (pixel - mean) / std.
 *
 * @param mean one number, or one for each channel
 * @param std the same, positive
 * @param shorter see {@link Preprocessing}; 0 to resize whole images
 */
public record Normalization(float[] mean, float[] std, int shorter) {
  /** From -1 to 1. */
  public static final Normalization DEFAULT =
      new Normalization(new float[] {0.5f}, new float[] {0.5f}, 0);

  public Normalization {
    mean = mean.clone();
    std = std.clone();
  }

  /** What is subtracted, a copy. */
  @Override
  public float[] mean() {
    return mean.clone();
  }

  /** What is divided by, a copy. */
  @Override
  public float[] std() {
    return std.clone();
  }

  /**
   * Checks what can be checked before there is a network.
   *
   * @param prefix what stands before {@code mean} and {@code std} where the user writes them
   * @throws InvalidInputException if a number is not finite, a divisor not positive, or a side
   *     negative
   */
  public void check(String prefix) {
    for (float value : mean) {
      require(Float.isFinite(value), prefix + "mean: expected numbers, found " + value);
    }
    for (float value : std) {
      require(
          Float.isFinite(value) && value > 0,
          prefix + "std: expected positive numbers, found " + value);
    }
    require(
        shorter >= 0, prefix + "resize: expected pixels, or 0 for whole images, found " + shorter);
  }

  /**
   * The preprocessing for a network's input.
   *
   * @param prefix as in {@link #check}
   * @throws InvalidInputException if the network does not take images, or of other channels than
   *     these numbers are for
   */
  public Preprocessing preprocessing(Network network, String prefix) {
    if (network.inputs().size() != 1 || network.inputs().get(0).type().isInteger()) {
      throw new InvalidInputException(
          "%s takes %s, which no images give"
              .formatted(network.source(), String.join(", ", network.inputNames())));
    }
    ValueShape input = network.inputs().get(0).shape();
    if (input.rank() != 4 || (input.dimension(1) != 1 && input.dimension(1) != 3)) {
      throw new InvalidInputException(
          "%s takes input of shape %s; images give [batch, 1 or 3, height, width]"
              .formatted(network.source(), input));
    }
    int channels = input.dimension(1);
    requireCount(prefix + "mean", mean, channels);
    requireCount(prefix + "std", std, channels);
    return new Preprocessing(channels, input.dimension(2), input.dimension(3), mean, std, shorter);
  }

  private static void requireCount(String option, float[] values, int channels) {
    require(
        values.length == 1 || values.length == channels,
        "%s: expected one number%s, found %d"
            .formatted(
                option,
                channels == 1
                    ? " (the network takes grey images)"
                    : " or " + channels + " (one for each channel of the network's input)",
                values.length));
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new InvalidInputException(message);
    }
  }
}
