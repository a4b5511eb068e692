package io.github.pleas.cli;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.InputSettings;
import io.github.pleas.data.MergedVocabulary;
import io.github.pleas.data.Normalization;
import io.github.pleas.data.Preparation;
import io.github.pleas.data.Vocabularies;
import io.github.pleas.eval.Pooling;
import io.github.pleas.network.Network;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
    requireUsed(network);
    return new InputSettings(normalization(), texts.settings()).preparation(network, "--");
  }

  /**
   * How data become the input of two networks that are merged.
   *
   * @throws InvalidInputException as {@link #preparation(Network)}, but for tokenizers that differ
   */
  Preparation preparation(Network a, Network b) {
    requireUsed(a);
    return new InputSettings(normalization(), texts.settings()).preparation(a, b, "--");
  }

  /** The networks' vocabularies, if there are two tokenizers that differ. */
  Optional<Vocabularies> vocabularies() {
    return texts.settings().vocabularies();
  }

  /**
   * The vocabulary of a merged network of two that the tokenizer belongs to; none where the network
   * reads one as it is.
   *
   * @param output the output that is asked for, if one is
   * @throws InvalidInputException if neither tells which, or they contradict each other; or there
   *     is another number of tokenizers than one
   */
  Optional<MergedVocabulary> vocabulary(Network network, Optional<String> output) {
    List<MergedVocabulary> all = MergedVocabulary.of(network);
    if (all.isEmpty()) {
      return Optional.empty();
    }
    List<Path> tokenizers = texts.settings().tokenizers();
    if (tokenizers.size() != 1) {
      throw new InvalidInputException(
          "--tokenizer: %s reads two vocabularies, of which one is measured at a time; expected one tokenizer, that of the original whose outputs are asked for, found %d"
              .formatted(network.source(), tokenizers.size()));
    }
    return Optional.of(MergedVocabulary.of(all, tokenizers.get(0), output, network.source()));
  }

  private void requireUsed(Network network) {
    if (InputSettings.readsTexts(network)) {
      texts.requireTokensToPool(network);
    } else {
      texts.requireUnused(network);
      networks.requireNoTokens(network);
    }
  }
}
