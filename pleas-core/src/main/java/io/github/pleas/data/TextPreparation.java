package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import io.github.pleas.runtime.ModelInput;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Texts become input by a tokenizer.
 *
 * @param tokenizer cuts them into tokens
 * @param fields which fields of {@code .jsonl} files are read
 * @param inputs what the network takes
 * @param source the network's name in messages
 */
public record TextPreparation(
    TextTokenizer tokenizer, TextFields fields, List<ModelInput> inputs, String source)
    implements Preparation {
  /**
   * Checks that texts give all that the network takes.
   *
   * @throws InvalidInputException if it takes something else, or has no row for what fills up
   */
  public TextPreparation {
    inputs = List.copyOf(inputs);
    new TextInputs(inputs, source).padding(tokenizer, source);
  }

  @Override
  public TextDataset open(DataLocation location, Split split) {
    if (location.format() != DataFormat.IMAGES) {
      throw new InvalidInputException(
          location + " are images, and " + source + " takes texts: a .txt or .jsonl file");
    }
    return TextDataset.open(location.path(), split, fields);
  }

  @Override
  public Texts load(SampleSet set, int samples, long seed, int threads, ImageListener progress) {
    return Texts.load((TextDataset) set, samples, seed, tokenizer, inputs, source, progress);
  }

  /** The same for a vocabulary of so many tokens, of which the network has more. */
  public TextPreparation withTokens(int count) {
    String ids = ids().name();
    List<ModelInput> own =
        inputs.stream()
            .map(
                input ->
                    input.name().equals(ids)
                        ? new ModelInput(ids, input.type(), input.shape(), OptionalInt.of(count))
                        : input)
            .toList();
    return new TextPreparation(tokenizer, fields, own, source);
  }

  /** The input that takes token ids; the first, if there are several. */
  ModelInput ids() {
    return ids(inputs, source);
  }

  /**
   * That of the inputs of a network that takes token ids.
   *
   * @throws InvalidInputException if none does
   */
  public static ModelInput ids(List<ModelInput> inputs, String source) {
    return new TextInputs(inputs, source).of(TextInputs.Role.IDS).get(0);
  }

  /**
   * Refuses tokens that the network has no row for.
   *
   * @param text the text's name in messages
   */
  void requireRows(TextTokenizer.Tokens tokens, String text) {
    Texts.requireRows(tokens, new TextInputs(inputs, source), tokenizer, source, text);
  }

  /** Texts that are cut already. */
  Texts texts(String name, List<TextTokenizer.Tokens> tokens, int[] labels) {
    TextInputs roles = new TextInputs(inputs, source);
    return new Texts(
        name,
        roles,
        tokenizer.length(),
        roles.padding(tokenizer, source),
        0,
        tokens.stream().map(TextTokenizer.Tokens::ids).toArray(int[][]::new),
        tokens.stream().map(TextTokenizer.Tokens::types).toArray(int[][]::new),
        labels,
        List.of());
  }

  @Override
  public String unit() {
    return "text";
  }

  @Override
  public void close() {
    tokenizer.close();
  }

  /** The tokens. */
  @Override
  public String toString() {
    return "of " + tokenizer.length() + " tokens";
  }

  @Override
  public Map<String, Object> described() {
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("tokenizer", tokenizer.path().toString());
    described.put("tokenizer_sha256", tokenizer.digest());
    described.put("max_tokens", tokenizer.length());
    return described;
  }
}
