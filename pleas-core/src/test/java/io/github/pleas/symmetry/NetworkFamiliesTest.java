package io.github.pleas.symmetry;

import static io.github.pleas.network.GraphBuilder.ints;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.network.GraphBuilder;
import io.github.pleas.onnx.Attribute;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Small networks of the usual families, their groups counted by hand. */
class NetworkFamiliesTest {
  private static String block(GraphBuilder g, String x, int in, int out, int stride) {
    String first = g.relu(g.batchNorm(g.conv(x, in, out, 3, stride, 1), out));
    String main = g.batchNorm(g.conv(first, out, out, 3), out);
    String skip = in == out ? x : g.batchNorm(g.conv(x, in, out, 1, stride, 1), out);
    return g.relu(g.add(main, skip));
  }

  // Nine blocks with units of their own, and for each of the three widths one stream that the stem
  // or the shortcut, and every block of the stage, write to.
  @Test
  void resNet() {
    GraphBuilder g = new GraphBuilder(1);
    String h = g.relu(g.batchNorm(g.conv(g.input("x", 3, 8, 8), 3, 4, 3), 4));
    int[] widths = {4, 6, 8};
    int in = 4;
    for (int width : widths) {
      for (int b = 0; b < 3; b++) {
        h = block(g, h, in, width, in == width ? 1 : 2);
        in = width;
      }
    }
    Checked.of(g.build(g.gemm(g.pooled(h), 8, 3)))
        .hasGroups(4, 4, 4, 4, 6, 6, 6, 6, 8, 8, 8, 8)
        .isNowhereRigid();
  }

  @Test
  void vggWhoseClassifierReadsEachUnitInARunOfElements() {
    GraphBuilder g = new GraphBuilder(2);
    Map<String, Attribute> halve = Map.of("kernel_shape", ints(2, 2), "strides", ints(2, 2));
    String h = g.relu(g.conv(g.relu(g.conv(g.input("x", 3, 8, 8), 3, 4, 3)), 4, 5, 3));
    h = g.relu(g.conv(g.node("MaxPool", halve, h), 5, 6, 3));
    h = g.node("Flatten", g.node("MaxPool", halve, h));
    Checked found = Checked.of(g.build(g.gemm(g.relu(g.gemm(h, 6 * 2 * 2, 7)), 7, 3)));
    found.hasGroups(4, 5, 6, 7).isNowhereRigid();
    AxisUnits run = found.symmetry().axis(found.constants("Gemm", 1).get(0), 1).orElseThrow();
    for (int e = 0; e < 24; e++) {
      assertThat(run.unit()[e]).isEqualTo(e / 4);
    }
  }

  // The stem's 4; expanded 8, 10, 10 (with their depthwise filters); projected 5 (two projections
  // that meet in the skip path) and 6; the last layer's 12.
  @Test
  void invertedResiduals() {
    GraphBuilder g = new GraphBuilder(3);
    String stem = g.relu(g.batchNorm(g.conv(g.input("x", 3, 8, 8), 3, 4, 3), 4));
    String first = inverted(g, stem, 4, 8, 5, 1);
    String second = g.add(first, inverted(g, first, 5, 10, 5, 1));
    String third = inverted(g, second, 5, 10, 6, 2);
    String last = g.relu(g.batchNorm(g.conv(third, 6, 12, 1), 12));
    Checked.of(g.build(g.gemm(g.pooled(last), 12, 3)))
        .hasGroups(4, 8, 5, 10, 10, 6, 12)
        .isNowhereRigid();
  }

  private static String inverted(
      GraphBuilder g, String x, int in, int expanded, int out, int stride) {
    String wide = g.relu(g.batchNorm(g.conv(x, in, expanded, 1), expanded));
    String deep =
        g.relu(g.batchNorm(g.conv(wide, expanded, expanded, 3, stride, expanded), expanded));
    return g.batchNorm(g.conv(deep, expanded, out, 1), out);
  }

  // Each convolution's output is a group, which stands in every concatenation after it: the stem's
  // 4, growth 3 and 2, the transition's 5, growth 3.
  @Test
  void denseNetWithNormalisationBeforeEachConvolution() {
    GraphBuilder g = new GraphBuilder(4);
    String h = g.conv(g.input("x", 3, 8, 8), 3, 4, 3);
    h = grown(g, h, 4, 3);
    h = grown(g, h, 7, 2);
    Map<String, Attribute> halve = Map.of("kernel_shape", ints(2, 2), "strides", ints(2, 2));
    h = g.node("AveragePool", halve, g.conv(g.relu(g.batchNorm(h, 9)), 9, 5, 1));
    h = grown(g, h, 5, 3);
    Checked.of(g.build(g.gemm(g.pooled(g.relu(g.batchNorm(h, 8))), 8, 3)))
        .hasGroups(4, 3, 2, 5, 3)
        .moves("BatchNormalization", 1, 0)
        .isNowhereRigid();
  }

  private static String grown(GraphBuilder g, String h, int width, int growth) {
    String more = g.conv(g.relu(g.batchNorm(h, width)), width, growth, 3);
    return g.node("Concat", Map.of("axis", new Attribute.Int(1)), h, more);
  }

  // Pre-activation: normalisation of the sum cannot go into a layer; it moves with the stream.
  @Test
  void residualBlocksWithNormalisationFirst() {
    GraphBuilder g = new GraphBuilder(5);
    String h = g.conv(g.input("x", 3, 6, 6), 3, 4, 3);
    for (int b = 0; b < 2; b++) {
      String inner = g.relu(g.batchNorm(g.conv(g.relu(g.batchNorm(h, 4)), 4, 5, 3), 5));
      h = g.add(h, g.conv(inner, 5, 4, 3));
    }
    Checked.of(g.build(g.gemm(g.pooled(g.relu(g.batchNorm(h, 4))), 4, 3)))
        .hasGroups(4, 5, 5)
        .moves("BatchNormalization", 1, 0);
  }

  @Test
  void perceptron() {
    GraphBuilder g = new GraphBuilder(6);
    String h = g.relu(g.gemm(g.node("Flatten", g.input("x", 1, 4, 4)), 16, 9));
    h = g.relu(g.matMul(h, 9, 7));
    Checked.of(g.build(g.gemm(h, 7, 3))).hasGroups(9, 7).isNowhereRigid();
  }

  // Three groups of two channels each in the middle of the block, and the stream.
  @Test
  void resNeXt() {
    GraphBuilder g = new GraphBuilder(7);
    String h = g.relu(g.conv(g.input("x", 3, 6, 6), 3, 5, 3));
    for (int b = 0; b < 2; b++) {
      String narrow = g.relu(g.batchNorm(g.conv(h, 5, 6, 1), 6));
      String grouped = g.relu(g.batchNorm(g.conv(narrow, 6, 9, 3, 1, 3), 9));
      h = g.relu(g.add(h, g.batchNorm(g.conv(grouped, 9, 5, 1), 5)));
    }
    Checked.of(g.build(g.gemm(g.pooled(h), 5, 3))).hasBlocks("5", "3(2 3)", "3(2 3)");
  }

  // The stream with its depthwise filters, norms and layer scales; four times as many in between.
  @Test
  void convNeXt() {
    GraphBuilder g = new GraphBuilder(8);
    String h = g.conv(g.input("x", 3, 6, 6), 3, 4, 3);
    for (int b = 0; b < 2; b++) {
      String deep = g.conv(h, 4, 4, 5, 1, 4);
      String last = g.node("Transpose", Map.of("perm", ints(0, 2, 3, 1)), deep);
      String normal = g.node("LayerNormalization", last, g.positive(4), g.weight(0.1, 4));
      String wide = g.matMul(normal, 4, 16);
      String curved = g.node("Mul", wide, g.node("Erf", wide));
      String narrow = g.matMul(curved, 16, 4);
      String back = g.node("Transpose", Map.of("perm", ints(0, 3, 1, 2)), narrow);
      h = g.add(h, g.node("Mul", back, g.weight(1, 4, 1, 1)));
    }
    Checked.of(g.build(g.gemm(g.pooled(h), 4, 3))).hasGroups(4, 16, 16);
  }

  // Down to 5 and up again to 4, beside what was kept of the first 4: both are read together.
  @Test
  void uNet() {
    GraphBuilder g = new GraphBuilder(9);
    String first = g.relu(g.conv(g.input("x", 3, 8, 8), 3, 4, 3));
    String deep = g.relu(g.conv(first, 4, 5, 3, 2, 1));
    String up = g.relu(OperatorCases.transposedConv(g, deep, 5, 6, 1));
    String both = g.node("Concat", Map.of("axis", new Attribute.Int(1)), up, first);
    String h = g.relu(g.conv(both, 10, 7, 3));
    Checked.of(g.build(g.conv(h, 7, 2, 1))).hasGroups(4, 5, 6, 7);
  }

  // One table for what goes in and what comes out: its rows are words, which stay.
  @Test
  void tiedEmbedding() {
    GraphBuilder g = new GraphBuilder(10);
    String table = g.weight(1, 10, 6);
    String place = g.node("Abs", g.node("Tanh", g.input("x", 4)));
    String words =
        g.node(
            "Cast",
            Map.of("to", new Attribute.Int(7)),
            g.node("Mul", place, OperatorCase.scalar(g, 9.9f)));
    String embedded = g.node("Gather", table, words);
    String mean =
        g.node("ReduceMean", Map.of("axes", ints(1), "keepdims", new Attribute.Int(0)), embedded);
    String h = g.add(mean, g.gemm(g.relu(g.gemm(mean, 6, 5)), 5, 6));
    String out = g.node("Gemm", Map.of("transB", new Attribute.Int(1)), h, table);
    Checked.of(g.build(out)).hasGroups(6, 5);
  }
}
