package io.github.pleas.cli;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.Preprocessing;
import io.github.pleas.network.Network;
import io.github.pleas.runtime.ValueShape;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How images become the networks' input; the same options wherever images are read. */
final class ImageOptions {
  @Mixin private NetworkOptions networks = new NetworkOptions();

  @Option(
      names = "--mean",
      paramLabel = "M",
      split = ",",
      description =
          "Subtracted from pixels (which go from 0 to 1): one number, or one for each channel."
              + " Default: 0.5. ImageNet's: 0.485,0.456,0.406.")
  private float[] mean = {0.5f};

  @Option(
      names = "--std",
      paramLabel = "S",
      split = ",",
      description = "Divided by afterwards. Default: 0.5. ImageNet's: 0.229,0.224,0.225.")
  private float[] std = {0.5f};

  /**
   * Checks what can be checked before there is a network.
   *
   * @throws InvalidInputException if a number is not finite, or one of --std not positive
   */
  void check() {
    for (float value : mean) {
      require(Float.isFinite(value), "--mean: expected numbers, found " + value);
    }
    for (float value : std) {
      require(
          Float.isFinite(value) && value > 0, "--std: expected positive numbers, found " + value);
    }
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

  /** What the networks' files do not say. */
  NetworkOptions networks() {
    return networks;
  }

  /**
   * The preprocessing for a network's input.
   *
   * @throws InvalidInputException if the network does not take images, or of other channels than
   *     the options are for
   */
  Preprocessing preprocessing(Network network) {
    ValueShape input = network.shape(network.input());
    if (input.rank() != 4 || (input.dimension(1) != 1 && input.dimension(1) != 3)) {
      throw new InvalidInputException(
          "%s takes input of shape %s; images give [batch, 1 or 3, height, width]"
              .formatted(network.source(), input));
    }
    int channels = input.dimension(1);
    requireCount("--mean", mean, channels);
    requireCount("--std", std, channels);
    return new Preprocessing(input.dimension(1), input.dimension(2), input.dimension(3), mean, std);
  }
}
