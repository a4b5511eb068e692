package io.github.pleas.cli;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.Normalization;
import io.github.pleas.data.Preprocessing;
import io.github.pleas.network.Network;
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

  @Option(
      names = "--resize",
      paramLabel = "N",
      description =
          "Resize an image's shorter side to N and take the middle, as torchvision's networks are"
              + " measured (224x224 of 256). Default: 0, the whole image is resized to the input's"
              + " size.")
  private int resize;

  /**
   * Checks what can be checked before there is a network.
   *
   * @throws InvalidInputException if a number is not finite, one of --std not positive, or --resize
   *     negative
   */
  void check() {
    new Normalization(mean, std, resize).check("--");
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
    return new Normalization(mean, std, resize).preprocessing(network, "--");
  }
}
