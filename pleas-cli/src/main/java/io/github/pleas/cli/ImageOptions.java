package io.github.pleas.cli;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.InputSettings;
import io.github.pleas.data.Normalization;
import io.github.pleas.data.Preparation;
import io.github.pleas.eval.Pooling;
import io.github.pleas.network.Network;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How data become the networks' input; the same options wherever they are read. */
final class ImageOptions {
  @Mixin private NetworkOptions networks = new NetworkOptions();

  @Mixin private TextOptions texts = new TextOptions();

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
    normalization().check("--");
    texts.pooling();
  }

  /** What is done to pixels. */
  Normalization normalization() {
    return new Normalization(mean, std, resize);
  }

  /** What of outputs with numbers for each token is compared, of A's and of B's. */
  List<Pooling> pooling() {
    return texts.pooling();
  }

  /** What the networks' files do not say. */
  NetworkOptions networks() {
    return networks;
  }

  /**
   * How data become a network's input: texts where it takes whole numbers, images elsewhere.
   *
   * @throws InvalidInputException if the network takes neither, or images of other channels than
   *     the options are for; or there is no tokenizer for its texts, or options for texts where it
   *     takes none
   */
  Preparation preparation(Network network) {
    if (InputSettings.readsTexts(network)) {
      texts.requireTokensToPool(network);
    } else {
      texts.requireUnused(network);
      networks.requireNoTokens(network);
    }
    return new InputSettings(normalization(), texts.settings()).preparation(network, "--");
  }
}
