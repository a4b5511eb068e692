package io.github.pleas.cli;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.TextFields;
import io.github.pleas.data.TextSettings;
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
              + " Give A's, then B's; one serves both where they share a vocabulary. Two that differ"
              + " are two vocabularies: the merged network reads both, B's token ids behind A's."
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
   * Refuses what says how token outputs are compared where there are none.
   *
   * @param network which reads texts
   */
  void requireTokensToPool(Network network) {
    List<String> outputs = network.graph().outputs().stream().map(ValueInfo::name).toList();
    if (!pooling.isEmpty()
        && outputs.stream().map(network::shape).noneMatch(OutputRows::hasTokens)) {
      throw new InvalidInputException(
          "--pooling is for outputs with numbers for each token, and %s gives '%s', which have none; leave it out"
              .formatted(network.source(), String.join("', '", outputs)));
    }
  }

  /** How texts are cut. */
  TextSettings settings() {
    return new TextSettings(
        tokenizers,
        new TextFields(
            Optional.ofNullable(textField).orElse(TextFields.DEFAULT.text()),
            Optional.ofNullable(labelField)));
  }
}
