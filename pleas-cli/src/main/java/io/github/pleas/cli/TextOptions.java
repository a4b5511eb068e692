package io.github.pleas.cli;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.TextFields;
import io.github.pleas.data.TextPreparation;
import io.github.pleas.data.TextTokenizer;
import io.github.pleas.eval.OutputRows;
import io.github.pleas.eval.Pooling;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.ValueInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How texts become the networks' input; the same options wherever texts are read. */
final class TextOptions {
  @Option(
      names = "--tokenizer",
      paramLabel = "FILE",
      description =
          "For networks that read texts: the tokenizer.json of Hugging Face that belongs to them."
              + " Give A's, then B's; one serves both where they share a vocabulary, as they must."
              + " Default: none.")
  private List<Path> tokenizers = new ArrayList<>();

  @Option(
      names = "--text-field",
      paramLabel = "NAME",
      description = "The field of a .jsonl file that holds the text. Default: text.")
  private @Nullable String textField;

  @Option(
      names = "--label-field",
      paramLabel = "NAME",
      description = "The field of a .jsonl file that holds the label. Default: none, no labels.")
  private @Nullable String labelField;

  @Option(
      names = "--pooling",
      paramLabel = "tokens|mean|cls",
      split = ",",
      description =
          "How an output with numbers for each token is compared with an original's: tokens, each"
              + " by itself; mean, their mean over the text, or cls, the first token, as sentence"
              + " embeddings are made. One for both networks, or A's,B's. Default: tokens.")
  private List<Pooling> pooling = new ArrayList<>();

  /**
   * What of token outputs is compared: of A's, and of B's.
   *
   * @throws InvalidInputException if there are more than two
   */
  List<Pooling> pooling() {
    if (pooling.size() > 2) {
      throw new InvalidInputException("--pooling: expected one or two, found " + pooling.size());
    }
    return pooling.isEmpty() ? List.of(Pooling.TOKENS) : List.copyOf(pooling);
  }

  /** Refuses options that are of no use to networks that read no texts. */
  void requireUnused(Network network) {
    requireUnused("--tokenizer", !tokenizers.isEmpty(), network);
    requireUnused("--text-field", textField != null, network);
    requireUnused("--label-field", labelField != null, network);
    requireUnused("--pooling", !pooling.isEmpty(), network);
  }

  /**
   * Refuses an option that is of no use to networks that read no texts.
   *
   * @param given whether it was
   */
  static void requireUnused(String option, boolean given, Network network) {
    if (given) {
      throw new InvalidInputException(
          "%s is for networks that read texts, and %s takes '%s'; leave it out"
              .formatted(option, network.source(), String.join("', '", network.inputNames())));
    }
  }

  /**
   * The preparation of texts for a network, and others that read the same.
   *
   * @throws InvalidInputException if there is no tokenizer, or one that cannot be read, or two that
   *     differ; or the network takes what no text gives, or gives nothing that --pooling is for
   */
  TextPreparation preparation(Network network) {
    requireTokensToPool(network);
    if (tokenizers.isEmpty()) {
      throw new InvalidInputException(
          "%s takes whole numbers ('%s'), as networks for texts do; give the tokenizer.json that belongs to it by --tokenizer FILE"
              .formatted(network.source(), String.join("', '", network.inputNames())));
    }
    if (tokenizers.size() > 2) {
      throw new InvalidInputException(
          "--tokenizer: expected one or two, found " + tokenizers.size());
    }
    int length = network.inputs().get(0).shape().dimension(1);
    TextTokenizer tokenizer = new TextTokenizer(tokenizers.get(0), length);
    try {
      if (tokenizers.size() == 2) {
        try (TextTokenizer other = new TextTokenizer(tokenizers.get(1), length)) {
          tokenizer.requireSame(other);
        }
      }
      return new TextPreparation(tokenizer, fields(), network.inputs(), network.source());
    } catch (RuntimeException | Error failure) {
      tokenizer.close();
      throw failure;
    }
  }

  private void requireTokensToPool(Network network) {
    List<String> outputs = network.graph().outputs().stream().map(ValueInfo::name).toList();
    if (!pooling.isEmpty()
        && outputs.stream().map(network::shape).noneMatch(OutputRows::hasTokens)) {
      throw new InvalidInputException(
          "--pooling is for outputs with numbers for each token, and %s gives '%s', which have none; leave it out"
              .formatted(network.source(), String.join("', '", outputs)));
    }
  }

  private TextFields fields() {
    return new TextFields(
        Optional.ofNullable(textField).orElse(TextFields.DEFAULT.text()),
        Optional.ofNullable(labelField));
  }
}
