package io.github.pleas.data;

import static java.util.Objects.requireNonNullElse;

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
 * What a {@code tokenizer.json} of Hugging Face says, as far as it is of interest before texts are
 * cut.
 *
 * @param path the file
 * @param content its JSON
 */
record TokenizerFile(Path path, Map<String, Object> content) {
  private static final List<String> PADDING = List.of("[PAD]", "<pad>", "<|pad|>");

  /**
   * Reads one.
   *
   * @throws InvalidInputException if there is none, or it is something else
   */
  static TokenizerFile read(Path path) {
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
    return new TokenizerFile(path, content);
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

  /** Whether another one makes the same numbers of every text. */
  boolean cutsLike(TokenizerFile other) {
    return cutting(content).equals(cutting(other.content));
  }

  /**
   * Refuses another one that would not.
   *
   * @throws InvalidInputException in what they differ
   */
  void requireSame(TokenizerFile other) {
    if (cutsLike(other)) {
      return;
    }
    Map<String, Object> own = cutting(content);
    Map<String, Object> others = cutting(other.content);
    boolean words = Objects.equals(vocabulary(own), vocabulary(others));
    List<String> parts =
        own.keySet().stream()
            .filter(key -> !Objects.equals(own.get(key), others.get(key)))
            .toList();
    throw new InvalidInputException(
        words
            ? "%s and %s have one vocabulary but cut texts differently (%s); give the one that belongs to the network"
                .formatted(path, other.path, String.join(", ", parts))
            : "%s and %s have different vocabularies; give the one that belongs to the network"
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

  /** SHA-256 of the file. */
  String digest() {
    return Digest.sha256(path);
  }
}
