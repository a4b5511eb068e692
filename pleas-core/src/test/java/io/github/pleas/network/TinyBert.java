package io.github.pleas.network;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.OrtRuntime;
import java.util.Map;
import java.util.Optional;

/**
 * Small BERTs of random weights, with the nodes that PyTorch's exporter writes: lengths by Shape,
 * LayerNorm in its parts, a mask of very negative numbers, GELU by Erf.
 */
public final class TinyBert {
  public static final int VOCABULARY = 30;
  public static final int POSITIONS = 20;
  public static final int WIDTH = 8;
  private static final int HEADS = 2;
  private static final int HIDDEN = 12;

  /** What comes out. */
  public enum Output {
    /** The residual stream, [batch, tokens, width]. */
    HIDDEN,
    /** Its mean over the tokens that the mask leaves, [batch, width]. */
    MEAN,
    /** A layer over the first token, [batch, classes]. */
    CLASSES
  }

  private final GraphBuilder g;

  private TinyBert(long seed) {
    this.g = new GraphBuilder(seed);
  }

  public static Graph graph(long seed, Output output) {
    return new TinyBert(seed).build(output);
  }

  /** The table of its tokens' embeddings, by the name of the constant. */
  public static String table(Network network) {
    return network.graph().nodes().stream()
        .filter(node -> node.is("Gather") && node.input(1).equals("input_ids"))
        .findFirst()
        .orElseThrow()
        .input(0);
  }

  /** The network at some tokens. */
  public static Network network(long seed, Output output, int tokens) {
    return read(graph(seed, output), tokens);
  }

  public static Network read(Graph graph, int tokens) {
    return new NetworkReader(new OrtRuntime(1), Optional.empty())
        .withTokens(tokens)
        .of(graph, "tiny bert");
  }

  private Graph build(Output output) {
    String ids = g.tokens("input_ids");
    String mask = g.tokens("attention_mask");
    String types = g.tokens("token_type_ids");
    String masked = mask(mask);
    String words = g.node("Gather", g.weight(1, VOCABULARY, WIDTH), ids);
    String kinds = g.node("Gather", g.weight(0.5, 2, WIDTH), types);
    String x = g.add(g.add(words, kinds), positions(ids));
    x = layerNorm(x);
    for (int layer = 0; layer < 2; layer++) {
      x = layerNorm(g.add(attention(x, masked), x));
      x = layerNorm(g.add(g.matMul(gelu(g.matMul(x, WIDTH, HIDDEN)), HIDDEN, WIDTH), x));
    }
    return g.build(
        switch (output) {
          case HIDDEN -> x;
          case MEAN -> mean(x, mask);
          case CLASSES -> g.gemm(g.node("Gather", axis(1), x, scalar(0)), WIDTH, 3);
        });
  }

  private String mask(String mask) {
    String wide = g.node("Unsqueeze", g.node("Unsqueeze", mask, g.longs(1)), g.longs(2));
    String real = cast(wide);
    return g.node("Mul", g.node("Sub", number(1), real), number(-1e9f));
  }

  /** The beginning of a table, as long as the text. */
  private String positions(String ids) {
    String length = g.node("Gather", axis(0), g.node("Shape", ids), g.longs(1));
    long[] all = new long[POSITIONS];
    for (int p = 0; p < POSITIONS; p++) {
      all[p] = p;
    }
    String numbers = g.constant(Tensor.ofLongs(new int[] {1, POSITIONS}, all));
    String own = g.node("Slice", numbers, g.longs(0), length, g.longs(1));
    return g.node("Gather", g.weight(0.7, POSITIONS, WIDTH), own);
  }

  private String attention(String x, String mask) {
    String query = split(g.matMul(x, WIDTH, WIDTH), 0, 2, 1, 3);
    String key = split(g.matMul(x, WIDTH, WIDTH), 0, 2, 3, 1);
    String value = split(g.matMul(x, WIDTH, WIDTH), 0, 2, 1, 3);
    String scores = g.node("Div", g.node("MatMul", query, key), number(2));
    String weights = g.node("Softmax", Map.of("axis", new Attribute.Int(3)), g.add(scores, mask));
    String mixed =
        g.node(
            "Transpose",
            Map.of("perm", GraphBuilder.ints(0, 2, 1, 3)),
            g.node("MatMul", weights, value));
    String joined = reshape(mixed, x, WIDTH);
    return g.matMul(joined, WIDTH, WIDTH);
  }

  private String split(String x, long... order) {
    return g.node(
        "Transpose", Map.of("perm", GraphBuilder.ints(order)), reshape(x, x, HEADS, WIDTH / HEADS));
  }

  /** To [batch, tokens, ends...], the first two read off a value as exporters do. */
  private String reshape(String x, String like, long... ends) {
    String shape = g.node("Shape", like);
    String batch = g.node("Gather", axis(0), shape, g.longs(0));
    String tokens = g.node("Gather", axis(0), shape, g.longs(1));
    return g.node("Reshape", x, g.node("Concat", axis(0), batch, tokens, g.longs(ends)));
  }

  private String layerNorm(String x) {
    Map<String, Attribute> last = Map.of("axes", GraphBuilder.ints(-1));
    String centred = g.node("Sub", x, g.node("ReduceMean", last, x));
    String variance = g.node("ReduceMean", last, g.node("Pow", centred, number(2)));
    String deviation = g.node("Sqrt", g.add(variance, number(1e-6f)));
    String scaled = g.node("Mul", g.node("Div", centred, deviation), g.positive(WIDTH));
    return g.add(scaled, g.weight(0.2, WIDTH));
  }

  private String gelu(String x) {
    String erf = g.add(g.node("Erf", g.node("Div", x, number(1.4142135f))), number(1));
    return g.node("Mul", g.node("Mul", x, erf), number(0.5f));
  }

  private String mean(String x, String mask) {
    String real = cast(g.node("Unsqueeze", mask, g.longs(2)));
    String sum = g.node("ReduceSum", keeping(), g.node("Mul", x, real), g.longs(1));
    return g.node("Div", sum, g.node("ReduceSum", keeping(), real, g.longs(1)));
  }

  private static Map<String, Attribute> keeping() {
    return Map.of("keepdims", new Attribute.Int(0));
  }

  private String cast(String x) {
    return g.node("Cast", Map.of("to", new Attribute.Int(ElementType.FLOAT.code())), x);
  }

  private static Map<String, Attribute> axis(int axis) {
    return Map.of("axis", new Attribute.Int(axis));
  }

  private String number(float value) {
    return g.constant(Tensor.ofFloats(new int[0], new float[] {value}));
  }

  private String scalar(long value) {
    return g.constant(Tensor.ofLongs(new int[0], new long[] {value}));
  }
}
