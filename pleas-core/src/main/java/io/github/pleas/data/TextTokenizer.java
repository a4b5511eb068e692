package io.github.pleas.data;

import static java.util.Objects.requireNonNullElse;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.jr.ob.JSON;
import io.github.pleas.Digest;
import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Cuts texts into tokens as a {@code tokenizer.json} says, by Hugging Face's own library. Nothing
 * is fetched: the library's native part comes with the program, and is unpacked once into {@code
 * ~/.djl.ai}.
 */
public final class TextTokenizer implements AutoCloseable {
  private static final List<String> PADDING = List.of("[PAD]", "<pad>", "<|pad|>");

  private final Path path;
  private final Map<String, Object> content;
  private final HuggingFaceTokenizer tokenizer;
  private final int length;

  /**
   * A text in tokens.
   *
   * @param ids what the vocabulary calls them, special tokens included
   * @param types which of two texts each is of
   * @param cut whether the text was longer
   */
  record Tokens(int[] ids, int[] types, boolean cut) {}

  /**
   * Reads a tokenizer.
   *
   * @param path its {@code tokenizer.json}
   * @param length tokens that a text may have; what is longer is cut
   * @throws InvalidInputException if it cannot be read
   */
  public TextTokenizer(Path path, int length) {
    this.path = path;
    this.length = length;
    this.content = content(path);
    // Else it would look for a graphics card, and for a network to tell that it was started.
    if (System.getProperty("ai.djl.offline") == null) {
      System.setProperty("ai.djl.offline", "true");
    }
    try {
      this.tokenizer =
          HuggingFaceTokenizer.builder()
              .optTokenizerPath(path)
              .optAddSpecialTokens(true)
              .optTruncation(true)
              .optMaxLength(length)
              .optPadding(false)
              .build();
    } catch (IOException | RuntimeException e) {
      throw new InvalidInputException(
          path + " is no tokenizer that can be read: " + Text.reason(e), e);
    }
  }

  private static Map<String, Object> content(Path path) {
    if (!Files.exists(path)) {
      throw new InvalidInputException("there is no " + path + "; expected a tokenizer.json");
    }
    Map<String, Object> content;
    try {
      content = JSON.std.mapFrom(Files.readString(path));
    } catch (IOException e) {
      throw new InvalidInputException(
          path + " is no tokenizer.json of Hugging Face: it is not JSON", e);
    }
    // Of a file that says null, there is none.
    if (content == null || !(content.get("model") instanceof Map)) {
      throw new InvalidInputException(
          path + " is no tokenizer.json of Hugging Face: it has no \"model\"");
    }
    return content;
  }

  /** Cuts a text. */
  Tokens tokens(String text) {
    Encoding encoding = tokenizer.encode(text);
    return new Tokens(
        narrow(encoding.getIds()), narrow(encoding.getTypeIds()), encoding.exceedMaxLength());
  }

  private static int[] narrow(long[] numbers) {
    int[] narrow = new int[numbers.length];
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = Math.toIntExact(numbers[i]);
    }
    return narrow;
  }

  /** Tokens that a text may have. */
  int length() {
    return length;
  }

  /** The token that fills up; 0 where the vocabulary has none. */
  int padding() {
    if (content.get("added_tokens") instanceof List<?> added) {
      for (Object token : added) {
        if (token instanceof Map<?, ?> map
            && PADDING.contains(map.get("content"))
            && map.get("id") instanceof Number id) {
          return id.intValue();
        }
      }
    }
    return 0;
  }

  /**
   * Refuses another tokenizer that would not cut all texts alike: one of them feeds both networks.
   *
   * @throws InvalidInputException in what they differ
   */
  public void requireSame(TextTokenizer other) {
    Map<String, Object> own = cutting(content);
    Map<String, Object> others = cutting(other.content);
    if (own.equals(others)) {
      return;
    }
    Object vocabulary = vocabulary(own);
    boolean words = Objects.equals(vocabulary, vocabulary(others));
    List<String> parts =
        own.keySet().stream()
            .filter(key -> !Objects.equals(own.get(key), others.get(key)))
            .toList();
    throw new InvalidInputException(
        words
            ? "%s and %s have one vocabulary but cut texts differently (%s); networks that read different tokens of one text do not merge"
                .formatted(path, other.path, String.join(", ", parts))
            : "%s and %s have different vocabularies; networks of different vocabularies do not merge"
                .formatted(path, other.path));
  }

  private static Map<String, Object> cutting(Map<String, Object> content) {
    Map<String, Object> cutting = new LinkedHashMap<>(content);
    List.of("truncation", "padding", "version", "decoder").forEach(cutting::remove);
    return cutting;
  }

  private static Object vocabulary(Map<String, Object> content) {
    return content.get("model") instanceof Map<?, ?> model
        ? requireNonNullElse(model.get("vocab"), "")
        : "";
  }

  /** What messages call it. */
  Path path() {
    return path;
  }

  /** SHA-256 of its file. */
  String digest() {
    return Digest.sha256(path);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
