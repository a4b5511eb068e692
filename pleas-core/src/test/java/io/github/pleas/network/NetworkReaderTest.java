package io.github.pleas.network;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkReaderTest {
  private final GraphBuilder g = new GraphBuilder(1);

  private static void refuses(Graph graph, String... parts) {
    assertThatThrownBy(() -> Runs.read(graph))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("test")
        .hasMessageContainingAll(parts);
  }

  private static Graph withInput(Graph graph, ElementType type, ValueInfo.Dimension... shape) {
    return graph.withInputs(List.of(new ValueInfo("x", type, List.of(shape))));
  }

  private static ValueInfo.Dimension free(String symbol) {
    return ValueInfo.Dimension.free(symbol);
  }

  private static ValueInfo.Dimension of(int size) {
    return ValueInfo.Dimension.of(size);
  }

  @Test
  void severalInputsAreNamed() {
    String sum = g.add(g.input("left", 3), g.input("right", 3));
    refuses(g.build(sum), "2 inputs (left, right)");
  }

  @Test
  void otherTypesOfInputAndOutputAreNamed() {
    Graph graph = g.build(g.relu(g.input("x", 3)));
    refuses(withInput(graph, ElementType.UINT8, free("n"), of(3)), "'x' has type UINT8");
    GraphBuilder b = new GraphBuilder(1);
    String best = b.node("ArgMax", Map.of("axis", new Attribute.Int(1)), b.input("x", 3));
    refuses(b.build(best), "output 'argmax_0' has type INT64");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Conv", "ConvTranspose", "Gemm", "MatMul", "BatchNormalization"})
  void aLayerWithoutDataOrWeightIsNamed(String op) {
    for (String[] inputs : new String[][] {{}, {"x"}, {"x", ""}, {"", "x"}}) {
      GraphBuilder b = new GraphBuilder(1);
      b.input("x", 3, 4, 4);
      refuses(b.build(b.node(op, inputs)), op.toLowerCase(java.util.Locale.ROOT) + "_0", "weight");
    }
  }

  /** Whatever else has too few inputs or no output, the runtime refuses. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Relu",
        "Add",
        "Identity",
        "Reshape",
        "Flatten",
        "Concat",
        "ReduceMean",
        "Clip",
        "Cast",
        "Dropout",
        "Squeeze",
        "GlobalAveragePool"
      })
  void anOperatorWithoutInputsOrOutputsIsRefused(String op) {
    GraphBuilder b = new GraphBuilder(1);
    String out = b.relu(b.input("x", 3, 4, 4));
    b.node(op);
    refuses(b.build(out), "cannot be run");
    Graph whole = new GraphBuilder(1).build("relu_0");
    Graph noOutputs =
        new Graph(
            "test",
            b.build(out).inputs(),
            b.build(out).outputs(),
            List.of(
                b.build(out).nodes().get(0),
                new Node("bare", op, "", List.of("x"), List.of(), Map.of())),
            Map.of(),
            whole.opsets(),
            whole.irVersion(),
            Map.of());
    refuses(noOutputs, "cannot be run");
  }

  @Test
  void anInputWithoutShapeIsRefused() {
    Graph graph = g.build(g.relu(g.input("x", 3)));
    refuses(withInput(graph, ElementType.FLOAT), "declares 0 dimensions");
    refuses(withInput(graph, ElementType.FLOAT, of(0), of(3)), "declares a batch of 0");
  }

  @Test
  void aFreeSizeAsksForTheOption() {
    Graph graph = g.build(g.pooled(g.conv(g.input("x", 3, 8, 8), 3, 4, 3)));
    Graph free = withInput(graph, ElementType.FLOAT, free("n"), of(3), free("h"), free("w"));
    refuses(free, "axis 2 of input 'x' is free", "--input-size");
    Network network =
        new NetworkReader(Runs.RUNTIME, Optional.of(new int[] {6, 10})).of(free, "test");
    assertThat(network.shape("x").forBatch(2)).containsExactly(2, 3, 6, 10);
    Graph channels = withInput(graph, ElementType.FLOAT, free("n"), free("c"), of(8), of(8));
    refuses(channels, "axis 1 of input 'x' is free");
  }

  @Test
  void anOptionThatContradictsTheFileIsRefused() {
    Graph graph = g.build(g.pooled(g.conv(g.input("x", 3, 8, 8), 3, 4, 3)));
    assertThatThrownBy(
            () -> new NetworkReader(Runs.RUNTIME, Optional.of(new int[] {8, 9})).of(graph, "test"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("test takes images of 8 x 8; --input-size asks for 8 x 9");
  }

  private Graph damaged(float value, int... which) {
    String h = g.batchNorm(g.conv(g.input("x", 3, 4, 4), 3, 4, 3), 4);
    Graph graph = g.build(g.gemm(g.pooled(h), 4, 2));
    Map<String, Tensor> constants = new LinkedHashMap<>(graph.initializers());
    for (int constant : which) {
      Tensor tensor = requireNonNull(constants.get("c" + constant));
      float[] values = tensor.floats().clone();
      values[values.length / 2] = value;
      constants.put("c" + constant, Tensor.ofFloats(tensor.shape(), values));
    }
    return graph.withInitializers(constants);
  }

  @Test
  void weightsThatAreNotNumbersAreNamed() {
    refuses(damaged(Float.NaN, 0), "one weight has NaN or infinite values: c0");
    refuses(
        damaged(Float.POSITIVE_INFINITY, 3, 6), "2 weights have NaN or infinite values: c3, c6");
    refuses(damaged(Float.NaN, 0, 1, 2, 3, 4, 5, 6), "7 weights", "c0, c1, c2, c3, c4, ...");
  }

  @Test
  void aNegativeVarianceIsNamed() {
    refuses(damaged(-1, 5), "weights have NaN or infinite values", "c0_folded");
  }

  @Test
  void weightsThatAreNotNumbersInConstantNodesAreNamed() {
    String x = g.input("x", 3);
    Tensor weight = Tensor.ofFloats(new int[] {3, 1}, new float[] {1, Float.NaN, 2});
    String constant = g.node("Constant", Map.of("value", new Attribute.Value(weight)));
    refuses(
        g.build(g.node("MatMul", x, constant)),
        "one weight has NaN or infinite values: " + constant);
  }

  @Test
  void infinityIsAUsualBound() {
    String low = g.constant(Tensor.ofFloats(new int[0], new float[] {Float.NEGATIVE_INFINITY}));
    assertThat(Runs.read(g.build(g.node("Clip", g.input("x", 3), low))).source()).isEqualTo("test");
  }

  @Test
  void whatOnnxRuntimeRefusesIsSaidWithItsReason() {
    refuses(g.build(g.node("NoSuchOperator", g.input("x", 3))), "cannot be run", "NoSuchOperator");
    GraphBuilder b = new GraphBuilder(1);
    Graph mismatched = b.build(b.gemm(b.input("x", 3), 4, 2));
    refuses(mismatched, "cannot be run on random input of shape [1, 3]");
    refuses(
        withInput(mismatched, ElementType.FLOAT, of(1), of(3)),
        "cannot be run on random input of shape [1, 3]");
  }

  @Test
  void outputsWithoutTheBatchInFrontAreRefused() {
    String x = g.input("x", 3);
    String turned = g.node("Transpose", g.relu(x));
    refuses(g.build(turned), "output '" + turned + "' does not have the batch as its first axis");
    refuses(g.build(g.relu(x), g.weight(1, 3)), "output 'c0' does not have the batch");
  }
}
