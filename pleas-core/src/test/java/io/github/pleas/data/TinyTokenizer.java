package io.github.pleas.data;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A tokenizer.json of a few words, in the form of BERT's. */
public final class TinyTokenizer {
  /** Special tokens, then words and parts of words. */
  private static final List<String> WORDS =
      List.of(
          "[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "whale", "sea", "ship", "a", "white", "##s",
          "sail", "##ed", "on", "and", "old", "captain", "saw");

  private TinyTokenizer() {}

  /** Writes it. */
  public static Path write(Path file) throws IOException {
    return write(file, WORDS, true, true);
  }

  /** Writes one that puts no tokens around a text, so that a text may have none. */
  public static Path writeBare(Path file) throws IOException {
    return write(file, WORDS, true, false);
  }

  /** Writes one of other words, the four special ones first. */
  public static Path write(Path file, List<String> words) throws IOException {
    return write(file, words, true, true);
  }

  /** Writes one with more words behind the others, or that keeps upper case. */
  public static Path write(Path file, int more, boolean lowercase) throws IOException {
    List<String> words = new ArrayList<>(WORDS);
    for (int i = 0; i < more; i++) {
      words.add("word" + (char) ('a' + i));
    }
    return write(file, words, lowercase, true);
  }

  private static Path write(Path file, List<String> words, boolean lowercase, boolean around)
      throws IOException {
    Map<String, Integer> vocabulary = new LinkedHashMap<>();
    words.forEach(word -> vocabulary.put(word, vocabulary.size()));
    List<Map<String, Object>> added = new ArrayList<>();
    for (int id = 0; id < 4; id++) {
      Map<String, Object> token = new LinkedHashMap<>();
      token.put("id", id);
      token.put("content", words.get(id));
      for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
        token.put(flag, false);
      }
      token.put("special", true);
      added.add(token);
    }
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("type", "WordPiece");
    model.put("unk_token", "[UNK]");
    model.put("continuing_subword_prefix", "##");
    model.put("max_input_chars_per_word", 100);
    model.put("vocab", vocabulary);
    Map<String, Object> normalizer = new LinkedHashMap<>();
    normalizer.put("type", "BertNormalizer");
    normalizer.put("clean_text", true);
    normalizer.put("handle_chinese_chars", true);
    normalizer.put("strip_accents", null);
    normalizer.put("lowercase", lowercase);
    Map<String, Object> tokenizer = new LinkedHashMap<>();
    tokenizer.put("version", "1.0");
    tokenizer.put("truncation", null);
    tokenizer.put("padding", null);
    tokenizer.put("added_tokens", added);
    tokenizer.put("normalizer", normalizer);
    tokenizer.put("pre_tokenizer", Map.of("type", "BertPreTokenizer"));
    if (around) {
      tokenizer.put(
          "post_processor",
          Map.of("type", "BertProcessing", "sep", List.of("[SEP]", 3), "cls", List.of("[CLS]", 2)));
    }
    tokenizer.put("decoder", Map.of("type", "WordPiece", "prefix", "##", "cleanup", true));
    tokenizer.put("model", model);
    return Files.writeString(file, JSON.std.asString(tokenizer));
  }
}
