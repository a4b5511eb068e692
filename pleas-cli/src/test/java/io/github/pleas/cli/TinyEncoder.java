package io.github.pleas.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.OnnxWriter;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A small encoder of texts whose output is its residual stream: an embedding, a block of two
 * layers, a LayerNorm. And a tokenizer of whole words for it, and lines of these words.
 */
final class TinyEncoder {
  private static final List<String> WORDS =
      List.of("[PAD]", "[UNK]", "the", "whale", "sea", "ship", "a", "white", "sails", "old", "on");
  private static final int WIDTH = 6;
  private static final int HIDDEN = 10;

  private TinyEncoder() {}

  /** Writes an encoder with as many rows in its embedding as the tokenizer has words. */
  static Path write(Path file, long seed) {
    return write(file, seed, WORDS.size());
  }

  /** Writes an encoder of another vocabulary. */
  static Path write(Path file, long seed, int rows) {
    return write(file, seed, rows, "hidden");
  }

  /** Writes one whose output is the mean over the tokens. */
  static Path writePooled(Path file, long seed) {
    return write(file, seed, WORDS.size(), "pooled");
  }

  private static Path write(Path file, long seed, int rows, String output) {
    Random random = new Random(seed);
    Map<String, Tensor> constants = new LinkedHashMap<>();
    constants.put("words", normal(random, rows, WIDTH));
    constants.put("in", normal(random, WIDTH, HIDDEN));
    constants.put("in_bias", normal(random, HIDDEN));
    constants.put("out", normal(random, HIDDEN, WIDTH));
    constants.put("out_bias", normal(random, WIDTH));
    constants.put("scale", normal(random, WIDTH));
    constants.put("offset", normal(random, WIDTH));
    constants.put("two", Tensor.ofLongs(new int[] {1}, new long[] {2}));
    List<Node> nodes =
        List.of(
            node("Gather", "x", Map.of(), "words", "input_ids"),
            node("Cast", "real", Map.of("to", new Attribute.Int(1)), "attention_mask"),
            node("Unsqueeze", "mask", Map.of(), "real", "two"),
            node("Mul", "masked", Map.of(), "x", "mask"),
            node("MatMul", "wide", Map.of(), "masked", "in"),
            node("Add", "biased", Map.of(), "wide", "in_bias"),
            node("Relu", "active", Map.of(), "biased"),
            node("MatMul", "narrow", Map.of(), "active", "out"),
            node("Add", "again", Map.of(), "narrow", "out_bias"),
            node("Add", "sum", Map.of(), "again", "masked"),
            node("LayerNormalization", "hidden", Map.of(), "sum", "scale", "offset"),
            node(
                "ReduceMean",
                "pooled",
                Map.of("axes", new Attribute.Ints(List.of(1L)), "keepdims", new Attribute.Int(0)),
                "hidden"));
    Graph graph =
        new Graph(
            "encoder",
            List.of(tokens("input_ids"), tokens("attention_mask")),
            List.of(new ValueInfo(output, ElementType.FLOAT, List.of())),
            output.equals("hidden") ? nodes.subList(0, nodes.size() - 1) : nodes,
            constants,
            Map.of("", 17),
            8,
            Map.of());
    OnnxWriter.write(graph, file, temporary -> {});
    return file;
  }

  private static ValueInfo tokens(String name) {
    return new ValueInfo(
        name,
        ElementType.INT64,
        List.of(ValueInfo.Dimension.free("batch"), ValueInfo.Dimension.free("sequence")));
  }

  private static Node node(
      String op, String output, Map<String, Attribute> attributes, String... inputs) {
    return new Node(output, op, "", List.of(inputs), List.of(output), attributes);
  }

  private static Tensor normal(Random random, int... shape) {
    float[] values = new float[(int) Tensor.count(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.ofFloats(shape, values);
  }

  /** Writes the tokenizer. */
  static Path tokenizer(Path file) throws IOException {
    return tokenizer(file, WORDS);
  }

  /** Writes a tokenizer of the same words in another order, and one more. */
  static Path otherTokenizer(Path file) throws IOException {
    List<String> words = new ArrayList<>(WORDS);
    Collections.reverse(words);
    words.add("storm");
    return tokenizer(file, words);
  }

  /** How many words that has. */
  static int otherWords() {
    return WORDS.size() + 1;
  }

  private static Path tokenizer(Path file, List<String> words) throws IOException {
    Map<String, Integer> vocabulary = new LinkedHashMap<>();
    words.forEach(word -> vocabulary.put(word, vocabulary.size()));
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("type", "WordLevel");
    model.put("vocab", vocabulary);
    model.put("unk_token", "[UNK]");
    Map<String, Object> tokenizer = new LinkedHashMap<>();
    tokenizer.put("version", "1.0");
    tokenizer.put("added_tokens", List.of());
    tokenizer.put("pre_tokenizer", Map.of("type", "Whitespace"));
    tokenizer.put("model", model);
    return Files.writeString(file, JSON.std.asString(tokenizer));
  }

  /** Writes lines of 1 to 12 words. */
  static Path lines(Path file, int count, long seed) throws IOException {
    Random random = new Random(seed);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<String> words = new ArrayList<>();
      int length = 1 + random.nextInt(12);
      while (words.size() < length) {
        words.add(WORDS.get(2 + random.nextInt(WORDS.size() - 2)));
      }
      lines.add(String.join(" ", words));
    }
    Files.createDirectories(file.toAbsolutePath().getParent());
    return Files.write(file, lines);
  }
}
