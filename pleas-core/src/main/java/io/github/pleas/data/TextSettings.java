package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.Network;
import java.nio.file.Path;
import java.util.List;

/**
 * How texts become input.
 *
 * @param tokenizers the networks' {@code tokenizer.json}: A's and B's, or one for both; none where
 *     no texts are read
 * @param fields which fields of {@code .jsonl} files are read
 */
public record TextSettings(List<Path> tokenizers, TextFields fields) {
  /** No texts. */
  public static final TextSettings NONE = new TextSettings(List.of(), TextFields.DEFAULT);

  public TextSettings {
    tokenizers = List.copyOf(tokenizers);
  }

  /**
   * The preparation of texts for a network, and others that read the same.
   *
   * @param prefix what stands before {@code tokenizer} where the user writes it, for messages
   * @return to be closed
   * @throws InvalidInputException if there is no tokenizer, or one that cannot be read, or two that
   *     differ; or the network takes what no text gives
   */
  public TextPreparation preparation(Network network, String prefix) {
    if (tokenizers.isEmpty()) {
      throw new InvalidInputException(
          "%s takes whole numbers ('%s'), as networks for texts do; give the tokenizer.json that belongs to it by %stokenizer FILE"
              .formatted(network.source(), String.join("', '", network.inputNames()), prefix));
    }
    if (tokenizers.size() > 2) {
      throw new InvalidInputException(
          "%stokenizer: expected one or two, found %d".formatted(prefix, tokenizers.size()));
    }
    int length = network.inputs().get(0).shape().dimension(1);
    TextTokenizer tokenizer = new TextTokenizer(tokenizers.get(0), length);
    try {
      if (tokenizers.size() == 2) {
        try (TextTokenizer other = new TextTokenizer(tokenizers.get(1), length)) {
          tokenizer.requireSame(other);
        }
      }
      return new TextPreparation(tokenizer, fields, network.inputs(), network.source());
    } catch (RuntimeException | Error failure) {
      tokenizer.close();
      throw failure;
    }
  }
}
