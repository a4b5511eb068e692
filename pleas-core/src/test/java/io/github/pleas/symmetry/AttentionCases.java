package io.github.pleas.symmetry;

import static io.github.pleas.symmetry.OperatorCase.ONE;
import static io.github.pleas.symmetry.OperatorCase.heads;
import static io.github.pleas.symmetry.OperatorCase.image;
import static io.github.pleas.symmetry.OperatorCase.joined;
import static io.github.pleas.symmetry.OperatorCase.of;
import static io.github.pleas.symmetry.OperatorCase.tokens;

import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.GroupQuery;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Attention as one operator, on 36 tokens of 5 features: 3 heads, in each of which 4 features of
 * query and key meet and 2 of the value go to the output; 6 features come out of a last layer.
 */
final class AttentionCases {
  private static final String RUNTIME = "com.microsoft";
  private static final Attribute THREE = new Attribute.Int(3);
  private static final String GROUPED = "com.microsoft::GroupQueryAttention";
  private static final GroupQuery FOUR_TO_TWO = new GroupQuery(4, 2, 36, 0);
  private static final String[] MOVING = {"5", "3(2 4)", "6"};

  private AttentionCases() {}

  static Stream<OperatorCase> all() {
    return Stream.of(
        of("Attention", 23, 5, 6, AttentionCases::apart, MOVING),
        of("Attention", 23, 5, 6, (g, h) -> together(g, h, THREE, ""), MOVING),
        // A bias for each head, [3, 36, 36], moves along.
        of("Attention", 23, 5, 6, (g, h) -> together(g, h, THREE, g.weight(1, 3, 36, 36)), MOVING),
        // A head of the keys and values serves two of the queries.
        of("Attention", 23, 5, 6, AttentionCases::shared, "5", "2(2 4)", "6"),
        of("com.microsoft::MultiHeadAttention", 17, 5, 6, AttentionCases::multiHead, MOVING),
        of(
            "com.microsoft::MultiHeadAttention",
            17,
            5,
            6,
            AttentionCases::crossed,
            "5",
            "3(4 4)",
            "6"),
        of("com.microsoft::Attention", 17, 5, 6, (g, h) -> packed(g, h, false), MOVING),
        of("com.microsoft::Attention", 17, 5, 6, (g, h) -> packed(g, h, true), MOVING),
        of(GROUPED, 17, 5, 6, (g, h) -> grouped(g, h, false), "5", "2(8 8)", "6"),
        // All in one value, a bias and a sink for each head of queries.
        of(GROUPED, 17, 5, 6, (g, h) -> grouped(g, h, true), "5", "2(8 8)", "6"),
        // Angles for half of the features of queries and keys; the others move.
        of(GROUPED, 17, 5, 6, AttentionCases::turning, "5", "2(16 32)", "6"),
        // Angles tell the features of a head apart; whole heads move still.
        of("RotaryEmbedding", 23, 5, 6, AttentionCases::rotary, "5", "3(2)", "6"),
        of(
            "com.microsoft::RotaryEmbedding",
            17,
            5,
            6,
            AttentionCases::rotaryOfRuntime,
            "5",
            "3(2)",
            "6"));
  }

  private static String apart(GraphBuilder g, String h) {
    String t = tokens(g, h, 5);
    String all =
        g.node("Attention", heads(g, t, 5, 3, 4), heads(g, t, 5, 3, 4), heads(g, t, 5, 3, 2));
    return image(g, g.matMul(joined(g, all, 6), 6, 6), 6);
  }

  private static String together(GraphBuilder g, String h, Attribute keyHeads, String mask) {
    String t = tokens(g, h, 5);
    Map<String, Attribute> attributes = Map.of("q_num_heads", THREE, "kv_num_heads", keyHeads);
    String query = g.matMul(t, 5, 12);
    String key = g.matMul(t, 5, 12);
    String all = g.node("Attention", attributes, query, key, g.matMul(t, 5, 6), mask);
    return image(g, g.matMul(all, 6, 6), 6);
  }

  /** Four heads of queries, two of keys and values. */
  private static String shared(GraphBuilder g, String h) {
    String t = tokens(g, h, 5);
    Map<String, Attribute> attributes =
        Map.of("q_num_heads", new Attribute.Int(4), "kv_num_heads", new Attribute.Int(2));
    String query = g.matMul(t, 5, 16);
    String all = g.node("Attention", attributes, query, g.matMul(t, 5, 8), g.matMul(t, 5, 4));
    return image(g, g.matMul(all, 8, 6), 6);
  }

  private static String multiHead(GraphBuilder g, String h) {
    String t = tokens(g, h, 5);
    String all =
        g.nodes(
                RUNTIME,
                "MultiHeadAttention",
                Map.of("num_heads", THREE),
                1,
                g.node("MatMul", t, g.weight(0.6, 5, 12)),
                g.node("MatMul", t, g.weight(0.6, 5, 12)),
                g.node("MatMul", t, g.weight(0.6, 5, 6)),
                g.weight(1, 12 + 12 + 6),
                "",
                g.weight(1, 1, 3, 36, 36))
            .get(0);
    return image(g, g.matMul(all, 6, 6), 6);
  }

  /** Keys and values with their heads apart. */
  private static String crossed(GraphBuilder g, String h) {
    String t = tokens(g, h, 5);
    String all =
        g.nodes(
                RUNTIME,
                "MultiHeadAttention",
                Map.of("num_heads", THREE),
                1,
                g.matMul(t, 5, 12),
                heads(g, t, 5, 3, 4),
                heads(g, t, 5, 3, 4))
            .get(0);
    return image(g, g.matMul(all, 12, 6), 6);
  }

  private static String packed(GraphBuilder g, String h, boolean biased) {
    String t = tokens(g, h, 5);
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    attributes.put("num_heads", THREE);
    attributes.put("qkv_hidden_sizes", GraphBuilder.ints(12, 12, 6));
    attributes.put("unidirectional", ONE); // else it is taken apart when the network is read
    String[] in = {
      t, g.weight(0.6, 5, 30), g.weight(1, 30), "", "", biased ? g.weight(1, 1, 3, 36, 36) : ""
    };
    String all = g.nodes(RUNTIME, "Attention", attributes, 1, in).get(0);
    return image(g, g.matMul(all, 6, 6), 6);
  }

  private static String grouped(GraphBuilder g, String h, boolean packed) {
    String t = tokens(g, h, 5);
    String[] in = {
      g.matMul(t, 5, packed ? 64 : 32),
      packed ? "" : g.matMul(t, 5, 16),
      packed ? "" : g.matMul(t, 5, 16),
      "",
      "",
      "",
      "",
      "",
      packed ? g.weight(1, 1, 4, 36, 36) : "",
      packed ? g.weight(1, 4) : ""
    };
    String all = FOUR_TO_TWO.node(g, Map.of("softcap", new Attribute.Float(4)), in).get(0);
    return image(g, g.matMul(all, 32, 6), 6);
  }

  private static String turning(GraphBuilder g, String h) {
    String t = tokens(g, h, 5);
    String[] in = {
      g.matMul(t, 5, 128),
      g.matMul(t, 5, 64),
      g.matMul(t, 5, 64),
      "",
      "",
      FOUR_TO_TWO.angles(g, false),
      FOUR_TO_TWO.angles(g, true)
    };
    Map<String, Attribute> rotary = Map.of("do_rotary", ONE, "rotary_interleaved", ONE);
    return image(g, g.matMul(FOUR_TO_TWO.node(g, rotary, in).get(0), 128, 6), 6);
  }

  private static String table(GraphBuilder g, boolean sine) {
    float[] angles = new float[36 * 2];
    for (int i = 0; i < angles.length; i++) {
      double angle = i / 2 * (i % 2 == 0 ? 0.3 : 0.07);
      angles[i] = (float) (sine ? Math.sin(angle) : Math.cos(angle));
    }
    return g.constant(Tensor.ofFloats(new int[] {36, 2}, angles));
  }

  /** [1, 36] would be the positions of one image only: from the batch's tokens, minus them. */
  private static String positions(GraphBuilder g, String t) {
    String first = g.node("Slice", t, g.longs(0), g.longs(1), g.longs(2));
    String zero = g.node("Squeeze", g.node("Mul", first, OperatorCase.scalar(g, 0)), g.longs(2));
    String whole = g.node("Cast", Map.of("to", new Attribute.Int(7)), zero);
    long[] count = java.util.stream.LongStream.range(0, 36).toArray();
    return g.node("Add", whole, g.longs(count));
  }

  private static String rotary(GraphBuilder g, String h) {
    String t = tokens(g, h, 5);
    String at = positions(g, tokens(g, "x", 3));
    String cos = table(g, false);
    String sin = table(g, true);
    String query = g.node("RotaryEmbedding", heads(g, t, 5, 3, 4), cos, sin, at);
    String key = g.node("RotaryEmbedding", heads(g, t, 5, 3, 4), cos, sin, at);
    String all = g.node("Attention", query, key, heads(g, t, 5, 3, 2));
    return image(g, g.matMul(joined(g, all, 6), 6, 6), 6);
  }

  private static String rotaryOfRuntime(GraphBuilder g, String h) {
    String t = tokens(g, h, 5);
    String at = positions(g, tokens(g, "x", 3));
    String all =
        g.nodes(
                RUNTIME,
                "MultiHeadAttention",
                Map.of("num_heads", THREE),
                1,
                turned(g, g.matMul(t, 5, 12), at),
                turned(g, g.matMul(t, 5, 12), at),
                g.matMul(t, 5, 6))
            .get(0);
    return image(g, g.matMul(all, 6, 6), 6);
  }

  private static String turned(GraphBuilder g, String value, String at) {
    return g.nodes(
            RUNTIME, "RotaryEmbedding", Map.of(), 1, value, at, table(g, false), table(g, true))
        .get(0);
  }
}
