package io.github.pleas.symmetry;

import static io.github.pleas.symmetry.OperatorCase.transposed;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.network.ForeignOperators;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Network;
import io.github.pleas.network.Runs;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hidden units counted by hand. */
class HiddenUnitsTest {
  private final GraphBuilder g = new GraphBuilder(11);
  private final String x = g.input("x", 3, 6, 6);

  private static HiddenUnits of(Graph graph) {
    Network network = Runs.read(graph);
    return HiddenUnits.of(network, new SymmetryAnalysis(OperatorRules.standard()).analyse(network));
  }

  private static void assertHas(HiddenUnits hidden, int total, int moving) {
    assertThat(hidden.total()).isEqualTo(total);
    assertThat(hidden.moving()).as("%s", hidden.fixed()).isEqualTo(moving);
  }

  private Graph classified(String h, int channels) {
    return g.build(g.gemm(g.pooled(h), channels, 3));
  }

  @Test
  void aTransposedConvolutionWritesUnits() {
    String h = g.relu(g.conv(x, 3, 5, 3));
    String wide = g.node("ConvTranspose", h, g.weight(0.3, 5, 7, 2, 2), g.weight(0.1, 7));
    // 5 channels and 7.
    assertHas(of(classified(g.relu(wide), 7)), 5 + 7, 5 + 7);
  }

  @Test
  void aTransposedConvolutionThatIsAnOutputWritesNoHiddenOnes() {
    String h = g.relu(g.conv(x, 3, 5, 3));
    String wide = g.node("ConvTranspose", h, g.weight(0.3, 5, 7, 2, 2), g.weight(0.1, 7));
    assertHas(of(g.build(wide)), 5, 5);
  }

  @Test
  void aWeightThatIsComputedMakesItsUnitsStay() {
    String h = g.relu(g.conv(x, 3, 5, 3));
    String computed = g.node("Mul", g.weight(0.3, 7, 5, 1, 1), g.node("ReduceMean", h));
    // The 5 enter it, the 7 are written by it.
    assertHas(of(classified(g.relu(g.node("Conv", h, computed)), 7)), 5 + 7, 0);
  }

  private String cell(String op, int gates, int directions, int output, String lengths) {
    String steps = transposed(g, g.node("Reshape", g.conv(x, 3, 5, 3), g.longs(0, 5, 36)), 2, 0, 1);
    return g.nodes(
            "",
            op,
            Map.of(
                "hidden_size",
                new Attribute.Int(7),
                "direction",
                new Attribute.Text(directions == 2 ? "bidirectional" : "forward")),
            2,
            steps,
            g.weight(0.4, directions, 7 * gates, 5),
            g.weight(0.4, directions, 7 * gates, 7),
            g.weight(0.4, directions, 14 * gates),
            lengths)
        .get(output);
  }

  private Graph behindStates(String states, int directions) {
    String rows = g.node("Reshape", transposed(g, states, 1, 0, 2), g.longs(0, 7 * directions));
    return g.build(g.gemm(g.relu(g.gemm(rows, 7 * directions, 4)), 4, 3));
  }

  // Of all states, or only of the last one: 7 in each direction, 5 before and 4 behind.
  @ParameterizedTest
  @CsvSource({"LSTM, 4, 1", "LSTM, 4, 2", "GRU, 3, 1", "GRU, 3, 2", "RNN, 1, 1", "RNN, 1, 2"})
  void aRecurrentCellWritesItsUnitsInEachDirection(String op, int gates, int directions) {
    int units = 5 + 7 * directions + 4;
    assertHas(of(behindStates(cell(op, gates, directions, 1, ""), directions)), units, units);
    String all = cell(op, gates, directions, 0, "");
    String mean =
        g.node("ReduceMean", Map.of("axes", GraphBuilder.ints(0), "keepdims", zero()), all);
    assertHas(of(behindStates(mean, directions)), units, units);
  }

  private static Attribute zero() {
    return new Attribute.Int(0);
  }

  // Its units stay, and so do the features that enter: 14 and 5.
  @Test
  void theUnitsOfACellOfAnotherKindStayAndItIsNamed() {
    String lengths =
        g.node(
            "Cast",
            Map.of("to", new Attribute.Int(6)),
            g.node("Add", g.node("Mul", firsts(), scalar(0)), scalar(36)));
    HiddenUnits hidden = of(behindStates(cell("LSTM", 4, 2, 1, lengths), 2));
    assertHas(hidden, 5 + 14 + 4, 4);
    assertThat(
            hidden.fixed().stream()
                .collect(
                    Collectors.toMap(
                        f -> f.operator().orElseThrow().op(), f -> f.units(), Integer::sum)))
        .isEqualTo(Map.of("LSTM", 19));
  }

  /** A number for each image. */
  private String firsts() {
    String means =
        g.node("ReduceMean", Map.of("axes", GraphBuilder.ints(1, 2, 3), "keepdims", zero()), x);
    return means;
  }

  private String scalar(float value) {
    return OperatorCase.scalar(g, value);
  }

  // Queries and keys of 3 x 4 features, values of 3 x 2; 5 before, a projection of 6 behind.
  @Test
  void anAttentionWritesWhatItProjects() {
    String h = g.node("Reshape", g.conv(x, 3, 5, 3), g.longs(0, 5, 36));
    String all =
        g.nodes(
                "com.microsoft",
                "Attention",
                Map.of(
                    "num_heads",
                    new Attribute.Int(3),
                    "qkv_hidden_sizes",
                    GraphBuilder.ints(12, 12, 6)),
                1,
                transposed(g, h, 0, 2, 1),
                g.weight(0.6, 5, 30),
                g.weight(1, 30))
            .get(0);
    String mean =
        g.node(
            "ReduceMean",
            Map.of("axes", GraphBuilder.ints(1), "keepdims", zero()),
            g.matMul(all, 6, 8));
    assertHas(of(g.build(g.gemm(g.relu(mean), 8, 3))), 5 + 12 + 12 + 6 + 8, 5 + 30 + 8);
  }

  // Without projections of its own it writes what the layer of the values did.
  @Test
  void anAttentionWithoutProjectionsWritesNone() {
    String h = g.node("Reshape", g.conv(x, 3, 5, 3), g.longs(0, 5, 36));
    String t = transposed(g, h, 0, 2, 1);
    Map<String, Attribute> heads = Map.of("num_heads", new Attribute.Int(3));
    String query = g.matMul(t, 5, 12);
    String key = g.matMul(t, 5, 12);
    String all =
        g.nodes("com.microsoft", "MultiHeadAttention", heads, 1, query, key, g.matMul(t, 5, 12))
            .get(0);
    String mean =
        g.node(
            "ReduceMean",
            Map.of("axes", GraphBuilder.ints(1), "keepdims", zero()),
            g.matMul(all, 12, 8));
    assertHas(of(g.build(g.gemm(g.relu(mean), 8, 3))), 5 + 3 * 12 + 8, 5 + 3 * 12 + 8);
  }

  // One matrix for each of 3 heads, [3, 5, 4].
  @Test
  void aMatrixForEachHeadWritesTheUnitsOfEach() {
    String h = g.node("Reshape", g.conv(x, 3, 5, 3), g.longs(0, 1, 5, 36));
    String apart = g.node("MatMul", transposed(g, h, 0, 1, 3, 2), g.weight(0.4, 3, 5, 4));
    String mean =
        g.node("ReduceMean", Map.of("axes", GraphBuilder.ints(2), "keepdims", zero()), apart);
    String flat = g.node("Reshape", g.relu(mean), g.longs(0, 12));
    assertHas(of(g.build(g.gemm(flat, 12, 3))), 5 + 12, 5 + 12);
  }

  // 7 and 4 move; the 5 that enter stay, and so do the 5 that an operator with weights writes.
  @ParameterizedTest
  @CsvSource({
    "QUANTISED_AND_RESTORED, 0",
    "QUANTISED_CONVOLUTION_IN_PARTS, 5",
    "Q_LINEAR_CONV, 5",
    "Q_LINEAR_MAT_MUL, 5",
    "CONV_INTEGER, 5",
    "MAT_MUL_INTEGER, 5",
    "FUSED_GEMM, 5",
    "FUSED_CONV, 5",
    "IF, 0",
    "LOOP, 0",
    "SCAN, 0"
  })
  void whatNoRuleKnowsCountsAndStays(ForeignOperators kind, int own) {
    assertHas(of(kind.graph(1)), 7 + 5 + own + 4, 7 + 4);
  }

  // The last operator's three outputs leave the network, through one without a rule.
  @Test
  void aQuantisedHeadIsAnOutput() {
    String h = g.pooled(g.relu(g.conv(x, 3, 5, 3)));
    var q = g.nodes("", "DynamicQuantizeLinear", Map.of(), 3, h);
    byte[] weight = {1, -2, 3, 4, 5, -6, 7, 8, 9, 10, -11, 12, 13, 14, 15};
    String sums =
        g.node(
            "MatMulInteger",
            q.get(0),
            g.constant(Tensor.ofBytes(ElementType.INT8, new int[] {5, 3}, weight)),
            q.get(2));
    String out = g.node("Cast", Map.of("to", new Attribute.Int(1)), sums);
    assertHas(of(g.build(out)), 5, 0);
  }
}
