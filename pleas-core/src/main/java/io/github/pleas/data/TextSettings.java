package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.Network;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

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
   * The vocabularies of two networks, if there are two tokenizers that cut texts differently.
   *
   * @throws InvalidInputException if a tokenizer cannot be read, or both have one vocabulary but
   *     cut texts differently
   */
  public Optional<Vocabularies> vocabularies() {
    return tokenizers.size() == 2
        ? vocabularies(TokenizerFile.read(tokenizers.get(0)), TokenizerFile.read(tokenizers.get(1)))
        : Optional.empty();
  }

  private static Optional<Vocabularies> vocabularies(TokenizerFile a, TokenizerFile b) {
    if (a.hasVocabularyOf(b)) {
      a.requireSame(b);
    }
    return a.cutsLike(b) ? Optional.empty() : Optional.of(new Vocabularies(a.digest(), b.digest()));
  }

  /**
   * The preparation of texts for two networks that are merged: for both the same, or each as its
   * own tokenizer cuts them.
   *
   * @param prefix what stands before {@code tokenizer} where the user writes it, for messages
   * @return to be closed
   * @throws InvalidInputException as {@link #preparation(Network, String)}, but for tokenizers that
   *     differ
   */
  public Preparation preparation(Network a, Network b, String prefix) {
    if (tokenizers.size() != 2) {
      return preparation(a, prefix);
    }
    if (vocabularies().isEmpty()) {
      return preparation(a, tokenizers.get(0));
    }
    TextPreparation ofA = preparation(a, tokenizers.get(0));
    try {
      return new PairedTextPreparation(ofA, preparation(b, tokenizers.get(1)));
    } catch (RuntimeException | Error failure) {
      ofA.close();
      throw failure;
    }
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
    if (tokenizers.size() == 2) {
      TokenizerFile.read(tokenizers.get(0)).requireSame(TokenizerFile.read(tokenizers.get(1)));
    }
    return preparation(network, tokenizers.get(0));
  }

  private TextPreparation preparation(Network network, Path file) {
    TextTokenizer tokenizer = new TextTokenizer(file, network.inputs().get(0).shape().dimension(1));
    try {
      return new TextPreparation(tokenizer, fields, network.inputs(), network.source());
    } catch (RuntimeException | Error failure) {
      tokenizer.close();
      throw failure;
    }
  }
}
