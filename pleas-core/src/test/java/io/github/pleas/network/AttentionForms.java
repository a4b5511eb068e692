package io.github.pleas.network;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Tensor;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Small transformers with random weights, one for each way in which exporters write an attention of
 * several heads that merging can give more heads. Input 3 x 8 x 8, sixteen tokens of six features,
 * three heads, five classes. The same seed gives the same weights.
 */
public enum AttentionForms {
  /** Three projections. */
  PROJECTIONS {
    @Override
    String attention(GraphBuilder g, String t) {
      String weights = weights(g, heads(g, t, 4), heads(g, t, 4));
      return joined(g, g.node("MatMul", weights, heads(g, t, 2)), 6);
    }
  },
  /** One matrix, reshaped, and query, key and value picked by number. */
  GATHERED {
    @Override
    String attention(GraphBuilder g, String t) {
      String cut = g.node("Reshape", g.matMul(t, WIDTH, 36), g.longs(0, TOKENS, 3, HEADS, 4));
      String apart = transposed(g, cut, 2, 0, 3, 1, 4);
      String[] three = new String[3];
      for (int k = 0; k < 3; k++) {
        String index = g.constant(Tensor.ofLongs(new int[0], new long[] {k}));
        three[k] = g.node("Gather", Map.of("axis", NONE), apart, index);
      }
      return attended(g, List.of(three));
    }
  },
  /** One matrix, split in three along its columns. */
  SPLIT {
    @Override
    String attention(GraphBuilder g, String t) {
      return attended(
          g,
          g.nodes("", "Split", LAST, 3, g.matMul(t, WIDTH, 36)).stream()
              .map(part -> apart(g, part, 4))
              .toList());
    }
  },
  /** One matrix, sliced along its columns. */
  SLICED {
    @Override
    String attention(GraphBuilder g, String t) {
      String all = g.matMul(t, WIDTH, 36);
      return attended(
          g,
          IntStream.range(0, 3)
              .mapToObj(
                  k ->
                      g.node(
                          "Slice",
                          all,
                          g.longs(k == 2 ? -12 : 12L * k),
                          g.longs(k == 2 ? Long.MAX_VALUE : 12L * (k + 1)),
                          g.longs(-1)))
              .map(part -> apart(g, part, 4))
              .toList());
    }
  },
  /** [heads, query and key and value, features] in the columns of one matrix. */
  WITHIN_HEADS {
    @Override
    String attention(GraphBuilder g, String t) {
      String cut = g.node("Reshape", g.matMul(t, WIDTH, 36), g.longs(0, TOKENS, HEADS, 12));
      return attended(g, g.nodes("", "Split", LAST, 3, transposed(g, cut, 0, 2, 1, 3)));
    }
  },
  /** Heads and batch on one axis, as in PyTorch's nn.MultiheadAttention. */
  WITH_THE_BATCH {
    @Override
    String attention(GraphBuilder g, String t) {
      String first = transposed(g, t, 1, 0, 2);
      String[] three = new String[3];
      for (int k = 0; k < 3; k++) {
        String rows = g.node("Reshape", g.matMul(first, WIDTH, 12), g.longs(TOKENS, -1, 4));
        three[k] = transposed(g, rows, 1, 0, 2);
      }
      String scores = g.node("MatMul", three[0], transposed(g, three[1], 0, 2, 1));
      String values = g.node("MatMul", g.node("Softmax", LAST, scores), three[2]);
      String back = g.node("Reshape", transposed(g, values, 1, 0, 2), g.longs(-1, 12));
      String out = g.node("Reshape", back, g.longs(TOKENS, -1, 12));
      return transposed(g, out, 1, 0, 2);
    }
  },
  /** The same, and a layer that reads rows of positions and images, position by position. */
  ROWS_WITH_THE_BATCH {
    @Override
    String attention(GraphBuilder g, String t) {
      String all = transposed(g, WITH_THE_BATCH.attention(g, t), 1, 0, 2);
      String rows = g.gemm(g.node("Reshape", all, g.longs(-1, 12)), 12, 12);
      return transposed(g, g.node("Reshape", rows, g.longs(TOKENS, -1, 12)), 1, 0, 2);
    }
  },
  /** A table of relative positions for each head. */
  RELATIVE_POSITIONS {
    @Override
    String attention(GraphBuilder g, String t) {
      String scores = scores(g, heads(g, t, 4), heads(g, t, 4));
      String moved = g.add(scores, g.weight(1, 1, HEADS, TOKENS, TOKENS));
      return joined(g, g.node("MatMul", g.node("Softmax", LAST, moved), heads(g, t, 4)), 12);
    }
  },
  /** Cosine attention with a temperature for each head. */
  TEMPERATURES {
    @Override
    String attention(GraphBuilder g, String t) {
      String q = g.node("LpNormalization", LAST, heads(g, t, 4));
      String k = g.node("LpNormalization", LAST, heads(g, t, 4));
      String warm = g.node("Mul", scores(g, q, k), g.weight(3, HEADS, 1, 1));
      return joined(g, g.node("MatMul", g.node("Softmax", LAST, warm), heads(g, t, 4)), 12);
    }
  },
  /** Six heads of queries share three of keys and values, which an Expand repeats. */
  GROUPED_QUERIES {
    @Override
    String attention(GraphBuilder g, String t) {
      String cut = g.node("Reshape", g.matMul(t, WIDTH, 24), g.longs(0, TOKENS, 6, 4));
      String weights = weights(g, transposed(g, cut, 0, 2, 1, 3), twice(g, heads(g, t, 4), 4));
      return joined(g, g.node("MatMul", weights, twice(g, heads(g, t, 2), 2)), 12);
    }
  },
  /** The same where each shared head is stacked beside itself: repeat_interleave. */
  GROUPED_QUERIES_STACKED {
    @Override
    String attention(GraphBuilder g, String t) {
      String cut = g.node("Reshape", g.matMul(t, WIDTH, 24), g.longs(0, TOKENS, 6, 4));
      String weights = weights(g, transposed(g, cut, 0, 2, 1, 3), stacked(g, heads(g, t, 4), 4));
      return joined(g, g.node("MatMul", weights, stacked(g, heads(g, t, 2), 2)), 12);
    }
  },
  /** Six heads of queries, three of keys and three of values side by side in one matrix. */
  GROUPED_QUERIES_FUSED {
    @Override
    String attention(GraphBuilder g, String t) {
      List<String> three =
          g.nodes("", "Split", LAST, 3, g.matMul(t, WIDTH, 48), g.longs(24, 12, 12));
      String cut = g.node("Reshape", three.get(0), g.longs(0, TOKENS, 6, 4));
      String keys = twice(g, apart(g, three.get(1), 4), 4);
      String weights = weights(g, transposed(g, cut, 0, 2, 1, 3), keys);
      return joined(g, g.node("MatMul", weights, twice(g, apart(g, three.get(2), 4), 4)), 24);
    }
  },
  /** Matrices [features, heads, size] in Einstein's notation. */
  EINSUM {
    @Override
    String attention(GraphBuilder g, String t) {
      String q = apart(g, g.matMul(t, WIDTH, 12), 4);
      String k = apart(g, g.matMul(t, WIDTH, 12), 4);
      String scores = einsum(g, "bhqd, bhkd -> bhqk", q, k);
      String weights = g.node("Softmax", LAST, scores);
      return joined(g, einsum(g, "...qk,...ke->...qe", weights, heads(g, t, 4)), 12);
    }
  },
  /** Windows of 2 x 2 tokens on the axis of the batch. */
  WINDOWS {
    @Override
    String attention(GraphBuilder g, String t) {
      String grid = g.node("Reshape", t, g.longs(0, 2, 2, 2, 2, WIDTH));
      String windows =
          g.node("Reshape", transposed(g, grid, 0, 1, 3, 2, 4, 5), g.longs(-1, 4, WIDTH));
      String[] three = new String[3];
      for (int k = 0; k < 3; k++) {
        String rows = g.node("Reshape", g.matMul(windows, WIDTH, 12), g.longs(0, 4, HEADS, 4));
        three[k] = transposed(g, rows, 0, 2, 1, 3);
      }
      String values = g.node("MatMul", weights(g, three[0], three[1]), three[2]);
      String rows = g.node("Reshape", transposed(g, values, 0, 2, 1, 3), g.longs(0, 4, 12));
      String cut = g.node("Reshape", rows, g.longs(-1, 2, 2, 2, 2, 12));
      return g.node("Reshape", transposed(g, cut, 0, 1, 3, 2, 4, 5), g.longs(0, TOKENS, 12));
    }
  },
  /** ONNX's operator, heads on an axis. */
  ATTENTION_APART {
    @Override
    String attention(GraphBuilder g, String t) {
      return joined(g, g.node("Attention", heads(g, t, 4), heads(g, t, 4), heads(g, t, 2)), 6);
    }
  },
  /** ONNX's operator, which is told the number of heads, with a mask for each. */
  ATTENTION_TOGETHER {
    @Override
    String attention(GraphBuilder g, String t) {
      Map<String, Attribute> heads = Map.of("q_num_heads", THREE, "kv_num_heads", THREE);
      String[] three = {g.matMul(t, WIDTH, 12), g.matMul(t, WIDTH, 12), g.matMul(t, WIDTH, 6)};
      String mask = g.weight(1, HEADS, TOKENS, TOKENS);
      return g.node("Attention", heads, three[0], three[1], three[2], mask);
    }
  },
  /** ONNX's operator with six heads of queries to three of keys and values. */
  ATTENTION_GROUPED {
    @Override
    String attention(GraphBuilder g, String t) {
      Map<String, Attribute> heads =
          Map.of("q_num_heads", new Attribute.Int(6), "kv_num_heads", THREE);
      String[] three = {g.matMul(t, WIDTH, 24), g.matMul(t, WIDTH, 12), g.matMul(t, WIDTH, 6)};
      return g.node("Attention", heads, three);
    }
  },
  /** ONNX Runtime's operator, biases and a table of positions in it. */
  MULTI_HEAD {
    @Override
    String attention(GraphBuilder g, String t) {
      String[] in = {
        g.node("MatMul", t, g.weight(0.6, WIDTH, 12)),
        g.node("MatMul", t, g.weight(0.6, WIDTH, 12)),
        g.node("MatMul", t, g.weight(0.6, WIDTH, 6)),
        g.weight(1, 12 + 12 + 6),
        "",
        g.weight(1, 1, HEADS, TOKENS, TOKENS)
      };
      return g.nodes(RUNTIME, "MultiHeadAttention", Map.of("num_heads", THREE), 1, in).get(0);
    }
  },
  /** ONNX Runtime's operator with six heads of queries to three of keys and values. */
  GROUP_QUERY {
    @Override
    String attention(GraphBuilder g, String t) {
      String[] three = {g.matMul(t, WIDTH, 48), g.matMul(t, WIDTH, 24), g.matMul(t, WIDTH, 24)};
      return GROUPED.node(g, Map.of(), three[0], three[1], three[2], "", "").get(0);
    }
  },
  /** The same, all in one value, with a table of positions and a sink for each head of queries. */
  GROUP_QUERY_PACKED {
    @Override
    String attention(GraphBuilder g, String t) {
      String bias = g.weight(1, 1, 2 * HEADS, TOKENS, TOKENS);
      String sinks = g.weight(1, 2 * HEADS);
      String all = g.matMul(t, WIDTH, 96);
      return GROUPED.node(g, Map.of(), all, "", "", "", "", "", "", "", bias, sinks).get(0);
    }
  },
  /** The same with all features of queries and keys rotated, and a window. */
  GROUP_QUERY_ROTARY {
    @Override
    String attention(GraphBuilder g, String t) {
      String[] three = {g.matMul(t, WIDTH, 96), g.matMul(t, WIDTH, 48), g.matMul(t, WIDTH, 48)};
      Map<String, Attribute> rotary =
          Map.of("do_rotary", new Attribute.Int(1), "local_window_size", new Attribute.Int(9));
      String[] tables = {GROUPED.angles(g, false), GROUPED.angles(g, true)};
      return GROUPED
          .node(g, rotary, three[0], three[1], three[2], "", "", tables[0], tables[1])
          .get(0);
    }
  },
  /** ONNX Runtime's operator that has the projections in it. */
  PACKED {
    @Override
    String attention(GraphBuilder g, String t) {
      Map<String, Attribute> attributes =
          Map.of("num_heads", THREE, "qkv_hidden_sizes", GraphBuilder.ints(12, 12, 6));
      String[] in = {t, g.weight(0.6, WIDTH, 30), g.weight(1, 30)};
      return g.nodes(RUNTIME, "Attention", attributes, 1, in).get(0);
    }
  };

  static final int TOKENS = 16;
  static final int WIDTH = 6;
  static final int HEADS = 3;
  static final String RUNTIME = "com.microsoft";
  static final GroupQuery GROUPED = new GroupQuery(2 * HEADS, HEADS, TOKENS, 0);
  static final Attribute NONE = new Attribute.Int(0);
  static final Attribute THREE = new Attribute.Int(3);
  static final Map<String, Attribute> LAST = Map.of("axis", new Attribute.Int(-1));

  /** What tokens [batch, tokens, width] attend to; all heads' features side by side. */
  abstract String attention(GraphBuilder g, String tokens);

  /** Its heads of queries: as many as of keys and values, or twice as many. */
  int queryHeads() {
    return switch (this) {
      case GROUPED_QUERIES,
          GROUPED_QUERIES_STACKED,
          GROUPED_QUERIES_FUSED,
          ATTENTION_GROUPED,
          GROUP_QUERY,
          GROUP_QUERY_PACKED,
          GROUP_QUERY_ROTARY ->
          2 * HEADS;
      default -> HEADS;
    };
  }

  /** The features of a head of queries, and of one of keys. */
  int compared() {
    return switch (this) {
      case GROUP_QUERY, GROUP_QUERY_PACKED -> 8;
      case GROUP_QUERY_ROTARY -> 16;
      default -> 4;
    };
  }

  /** Its features. */
  int features() {
    return switch (this) {
      case PROJECTIONS, ATTENTION_APART, ATTENTION_TOGETHER, MULTI_HEAD, PACKED -> 6;
      case GROUPED_QUERIES_FUSED -> 24;
      case GROUP_QUERY, GROUP_QUERY_PACKED -> 48;
      case GROUP_QUERY_ROTARY -> 96;
      default -> 12;
    };
  }

  /**
   * A network of one block: attention and a perceptron on a residual stream.
   *
   * @param normalised whether there are LayerNormalizations, under which the stream is merged fully
   */
  public Network network(long seed, boolean normalised) {
    GraphBuilder g = new GraphBuilder(seed).opset(isStandardOperator() ? 23 : 17);
    String image = g.conv(g.input("x", 3, 8, 8), 3, WIDTH, 2, 2, 1);
    String patches = g.node("Slice", image, g.longs(0, 0), g.longs(4, 4), g.longs(2, 3));
    String rows = g.node("Reshape", patches, g.longs(0, WIDTH, TOKENS));
    String stream = transposed(g, rows, 0, 2, 1);
    String all = attention(g, normal(g, stream, normalised));
    stream = g.add(stream, g.matMul(all, features(), WIDTH));
    String hidden = g.relu(g.matMul(normal(g, stream, normalised), WIDTH, 7));
    stream = g.add(stream, g.matMul(hidden, 7, WIDTH));
    String mean = g.pooled(transposed(g, stream, 0, 2, 1));
    return SmallNetworks.read(g.build(g.gemm(mean, WIDTH, 5)));
  }

  private boolean isStandardOperator() {
    return this == ATTENTION_APART || this == ATTENTION_TOGETHER || this == ATTENTION_GROUPED;
  }

  private static String normal(GraphBuilder g, String stream, boolean normalised) {
    return normalised
        ? g.node("LayerNormalization", stream, g.positive(WIDTH), g.weight(0.1, WIDTH))
        : stream;
  }

  static String transposed(GraphBuilder g, String h, long... order) {
    return g.node("Transpose", Map.of("perm", GraphBuilder.ints(order)), h);
  }

  /** [batch, tokens, heads x size] as [batch, heads, tokens, size]. */
  static String apart(GraphBuilder g, String rows, int size) {
    return transposed(g, g.node("Reshape", rows, g.longs(0, TOKENS, HEADS, size)), 0, 2, 1, 3);
  }

  static String heads(GraphBuilder g, String t, int size) {
    return apart(g, g.matMul(t, WIDTH, HEADS * size), size);
  }

  static String scores(GraphBuilder g, String q, String k) {
    return g.node("MatMul", q, transposed(g, k, 0, 1, 3, 2));
  }

  static String weights(GraphBuilder g, String q, String k) {
    return g.node("Softmax", LAST, scores(g, q, k));
  }

  static String attended(GraphBuilder g, List<String> three) {
    return joined(g, g.node("MatMul", weights(g, three.get(0), three.get(1)), three.get(2)), 12);
  }

  /** The heads' features side by side again. */
  static String joined(GraphBuilder g, String heads, int features) {
    return g.node("Reshape", transposed(g, heads, 0, 2, 1, 3), g.longs(0, TOKENS, features));
  }

  static String einsum(GraphBuilder g, String equation, String... in) {
    return g.node("Einsum", Map.of("equation", new Attribute.Text(equation)), in);
  }

  /** Each head twice, one after the other. */
  static String stacked(GraphBuilder g, String heads, int size) {
    String apart = g.node("Unsqueeze", heads, g.longs(2));
    String both = g.node("Concat", Map.of("axis", new Attribute.Int(2)), apart, apart);
    return g.node("Reshape", both, g.longs(0, 2 * HEADS, TOKENS, size));
  }

  /** Each head twice, one after the other, for a batch that is computed. */
  static String twice(GraphBuilder g, String heads, int size) {
    String batch = g.node("Slice", g.node("Shape", "x"), g.longs(0), g.longs(1), g.longs(0));
    String shape = g.node("Concat", Map.of("axis", NONE), batch, g.longs(HEADS, 2, TOKENS, size));
    String spread = g.node("Expand", g.node("Unsqueeze", heads, g.longs(2)), shape);
    return g.node("Reshape", spread, g.longs(0, 2 * HEADS, TOKENS, size));
  }
}
