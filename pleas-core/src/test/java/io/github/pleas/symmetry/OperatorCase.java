package io.github.pleas.symmetry;

import static io.github.pleas.network.GraphBuilder.ints;

import io.github.pleas.network.GraphBuilder;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * An operator between two convolutions, on images of 6 x 6.
 *
 * @param op the operator, with its domain before where that is not ONNX's own
 * @param opset of ONNX's operators
 * @param in channels that the first convolution writes
 * @param out channels that the second one reads
 * @param between makes the second one's input of the first one's output
 * @param groups what moves, as {@link Checked#hasBlocks} says it, without the second convolution's
 */
record OperatorCase(
    String op,
    int opset,
    int in,
    int out,
    BiFunction<GraphBuilder, String, String> between,
    List<String> groups) {
  static final Attribute ONE = new Attribute.Int(1);
  static final Attribute TWO = new Attribute.Int(2);
  static final Attribute NONE = new Attribute.Int(0);

  static OperatorCase of(
      String op,
      int opset,
      int in,
      int out,
      BiFunction<GraphBuilder, String, String> between,
      String... groups) {
    return new OperatorCase(op, opset, in, out, between, List.of(groups));
  }

  @Override
  public String toString() {
    return op + " " + groups;
  }

  Graph graph() {
    GraphBuilder g = new GraphBuilder(3).opset(opset);
    String h = between.apply(g, g.conv(g.input("x", 3, 6, 6), 3, in, 3));
    Graph graph = g.build(g.gemm(g.pooled(g.relu(g.conv(h, out, 4, 1))), 4, 3));
    // Regions are of images with numbers; here there is one region, and one image.
    return op.contains("Roi") ? Batches.fixed(graph, 1) : graph;
  }

  String[] expected() {
    String[] all = Arrays.copyOf(groups.toArray(String[]::new), groups.size() + 1);
    all[groups.size()] = "4";
    return all;
  }

  static String scalar(GraphBuilder g, float value) {
    return g.constant(Tensor.ofFloats(new int[0], new float[] {value}));
  }

  static String transposed(GraphBuilder g, String h, long... order) {
    return g.node("Transpose", Map.of("perm", ints(order)), h);
  }

  /** [batch, channels, 6, 6] as [batch, 36, channels]. */
  static String tokens(GraphBuilder g, String h, int channels) {
    return transposed(g, g.node("Reshape", h, g.longs(0, channels, 36)), 0, 2, 1);
  }

  /** Back to [batch, channels, 6, 6]. */
  static String image(GraphBuilder g, String t, int channels) {
    return g.node("Reshape", transposed(g, t, 0, 2, 1), g.longs(0, channels, 6, 6));
  }

  /** A linear layer on tokens with its units cut into heads: [batch, heads, positions, size]. */
  static String heads(GraphBuilder g, String t, int in, int heads, int size) {
    String all = g.matMul(t, in, heads * size);
    return transposed(g, g.node("Reshape", all, g.longs(0, 36, heads, size)), 0, 2, 1, 3);
  }

  /** The heads' features side by side again. */
  static String joined(GraphBuilder g, String heads, int features) {
    return g.node("Reshape", transposed(g, heads, 0, 2, 1, 3), g.longs(0, 36, features));
  }
}
