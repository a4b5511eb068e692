package io.github.pleas.cli;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.Preprocessing;
import io.github.pleas.network.Network;
import io.github.pleas.runtime.ValueShape;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How images become the networks' input; the same options wherever images are read. */
final class ImageOptions {
  @Mixin private SizeOption inputSize = new SizeOption();

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

  /** Height and width, if given. */
  Optional<int[]> inputSize() {
    return inputSize.size();
  }

  /**
   * The preprocessing for a network's input.
   *
   * @throws InvalidInputException if the network does not take images
   */
  Preprocessing preprocessing(Network network) {
    ValueShape input = network.shape(network.input());
    if (input.rank() != 4 || (input.dimension(1) != 1 && input.dimension(1) != 3)) {
      throw new InvalidInputException(
          "%s takes input of shape %s; images give [batch, 1 or 3, height, width]"
              .formatted(network.source(), input));
    }
    return new Preprocessing(input.dimension(1), input.dimension(2), input.dimension(3), mean, std);
  }
}
