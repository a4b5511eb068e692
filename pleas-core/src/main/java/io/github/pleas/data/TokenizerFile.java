package io.github.pleas.data;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.pleas.Digest;
import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

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
    List<String> parts =
        Stream.concat(own.keySet().stream(), others.keySet().stream())
            .distinct()
            .filter(key -> !Objects.equals(own.get(key), others.get(key)))
            .toList();
    throw new InvalidInputException(
        hasVocabularyOf(other)
            ? "%s and %s have one vocabulary but cut texts differently (%s); give the one that belongs to the network"
                .formatted(path, other.path, String.join(", ", parts))
            : "%s and %s have different vocabularies; give the one that belongs to the network"
                .formatted(path, other.path));
  }

  /** Whether another one calls the same tokens by the same numbers, however it cuts texts. */
  boolean hasVocabularyOf(TokenizerFile other) {
    return vocabulary().equals(other.vocabulary());
  }

  /** What decides how texts are cut, in one form: a file may write it in several. */
  private static Map<String, Object> cutting(Map<String, Object> content) {
    Map<String, Object> cutting = withoutNulls(content);
    List.of("truncation", "padding", "version", "decoder").forEach(cutting::remove);
    if (cutting.get("model") instanceof Map<?, ?> model
        && model.get("merges") instanceof List<?> merges) {
      Map<String, Object> same = withoutNulls(model);
      same.put("merges", merges.stream().map(TokenizerFile::pair).toList());
      cutting.put("model", same);
    }
    return cutting;
  }

  /** A merge as its two tokens, of "a b" as of ["a", "b"]. */
  private static Object pair(Object merge) {
    return merge instanceof String both ? List.of(both.split(" ", 2)) : merge;
  }

  /** What is null is as if it were left out. */
  private static Map<String, Object> withoutNulls(Map<?, ?> map) {
    Map<String, Object> left = new LinkedHashMap<>();
    map.forEach(
        (key, value) -> {
          if (value != null) {
            left.put(String.valueOf(key), withoutNullsInside(value));
          }
        });
    return left;
  }

  private static Object withoutNullsInside(Object value) {
    if (value instanceof Map<?, ?> map) {
      return withoutNulls(map);
    }
    return value instanceof List<?> list
        ? list.stream().map(each -> each == null ? "" : withoutNullsInside(each)).toList()
        : value;
  }

  /** The numbers of all tokens, of a list of [token, score] their places in it. */
  private Map<String, Object> vocabulary() {
    Map<String, Object> numbers = new HashMap<>();
    if (content.get("model") instanceof Map<?, ?> model) {
      if (model.get("vocab") instanceof Map<?, ?> tokens) {
        tokens.forEach((token, number) -> numbers.put(String.valueOf(token), number));
      } else if (model.get("vocab") instanceof List<?> tokens) {
        for (int t = 0; t < tokens.size(); t++) {
          if (tokens.get(t) instanceof List<?> scored && !scored.isEmpty()) {
            numbers.put(String.valueOf(scored.get(0)), t);
          }
        }
      }
    }
    if (content.get("added_tokens") instanceof List<?> added) {
      for (Object token : added) {
        if (token instanceof Map<?, ?> map) {
          numbers.put(String.valueOf(map.get("content")), map.get("id"));
        }
      }
    }
    return numbers;
  }

  /** SHA-256 of the file. */
  String digest() {
    return Digest.sha256(path);
  }
}
