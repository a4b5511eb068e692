package io.github.pleas.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.checkpoint.Precision;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.OnnxReader;
import io.github.pleas.onnx.OnnxWriter;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PrecisionsTest {
  private static Graph graph() {
    GraphBuilder g = new GraphBuilder(3);
    String h = g.relu(g.conv(g.input("x", 3, 8, 8), 3, 16, 3));
    return g.build(g.gemm(g.pooled(g.relu(g.conv(h, 16, 16, 3))), 16, 5));
  }

  /** All tensors in a precision, and single again. */
  private static Graph rounded(Graph graph, Precision precision) {
    Map<String, Tensor> rounded = new LinkedHashMap<>();
    graph
        .initializers()
        .forEach((name, t) -> rounded.put(name, Precision.FLOAT32.of(precision.of(t))));
    return graph.withInitializers(rounded);
  }

  /** A graph as an exporter of another precision writes it, from input to output. */
  private static Graph of(Graph graph, ElementType type) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    graph.initializers().forEach((name, tensor) -> tensors.put(name, as(tensor, type)));
    return graph
        .withInitializers(tensors)
        .withInputs(typed(graph.inputs(), type))
        .withOutputs(typed(graph.outputs(), type));
  }

  private static Tensor as(Tensor tensor, ElementType type) {
    return switch (type) {
      case FLOAT16 -> Precision.FLOAT16.of(tensor);
      case BFLOAT16 -> Precision.BFLOAT16.of(tensor);
      default -> {
        ByteBuffer doubles = ByteBuffer.allocate(8 * tensor.size()).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : tensor.floats()) {
          doubles.putDouble(value);
        }
        yield Tensor.ofBytes(type, tensor.shape(), doubles.array());
      }
    };
  }

  private static List<ValueInfo> typed(List<ValueInfo> values, ElementType type) {
    return values.stream().map(v -> new ValueInfo(v.name(), type, v.shape())).toList();
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16", "DOUBLE"})
  void aGraphOfAnotherPrecisionIsComputedInSinglePrecision(ElementType type) {
    Precision precision =
        type == ElementType.DOUBLE ? Precision.KEEP : Precision.valueOf(type.name());
    Network network = Runs.read(of(graph(), type));
    assertThat(network.graph().inputs().get(0).type()).isEqualTo(ElementType.FLOAT);
    assertThat(network.graph().outputs().get(0).type()).isEqualTo(ElementType.FLOAT);
    Runs.assertSameOutputs(rounded(graph(), precision), network.graph(), 1e-5, 2, 3, 8, 8);
  }

  @Test
  void castsInsideOfAMixedGraphAreGone() {
    GraphBuilder g = new GraphBuilder(3);
    Attribute half = new Attribute.Int(ElementType.FLOAT16.code());
    Attribute single = new Attribute.Int(ElementType.FLOAT.code());
    String x = g.node("Cast", Map.of("to", half), g.input("x", 3, 8, 8));
    String y = g.node("Cast", Map.of("to", single), g.conv(x, 3, 4, 3));
    Graph graph = g.build(g.relu(y));
    Map<String, Tensor> halves = new LinkedHashMap<>();
    graph.initializers().forEach((name, t) -> halves.put(name, Precision.FLOAT16.of(t)));
    Network network = Runs.read(graph.withInitializers(halves));
    assertThat(network.graph().nodes().stream().map(Node::op)).containsExactly("Conv", "Relu");
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16", "DOUBLE"})
  void aCastInsideOfASinglePrecisionGraphStays(ElementType type) {
    GraphBuilder g = new GraphBuilder(3);
    Attribute other = new Attribute.Int(type.code());
    Attribute single = new Attribute.Int(ElementType.FLOAT.code());
    String sum = g.node("Cast", Map.of("to", other), g.input("x", 3, 8, 8));
    Graph graph = g.build(g.node("Cast", Map.of("to", single), sum));
    assertThat(SinglePrecision.of(graph)).isEqualTo(graph);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16"})
  void weightsAreStoredInSixteenBitsAndComputedWithInSingle(Precision precision) {
    Graph stored = StoredPrecision.of(graph(), precision);
    // 16 x 3 x 3 x 3 and 16 x 16 x 3 x 3; the biases and the head are smaller
    assertThat(stored.initializers().values().stream().filter(t -> !t.isFloat()).map(Tensor::size))
        .containsExactly(432, 2304);
    byte[] file = OnnxWriter.toBytes(stored);
    assertThat(file.length).isLessThan(OnnxWriter.toBytes(graph()).length - 2 * (432 + 2304) + 500);
    Graph again = OnnxReader.parse(file, "stored");
    Graph expected = graph();
    Map<String, Tensor> rounded = new LinkedHashMap<>(expected.initializers());
    rounded.replaceAll((name, t) -> t.size() < 256 ? t : Precision.FLOAT32.of(precision.of(t)));
    expected = expected.withInitializers(rounded);
    Runs.assertSameOutputs(expected, again, 1e-6, 2, 3, 8, 8);
    Network network = Runs.read(again);
    assertThat(network.graph().nodes().stream().map(Node::op)).doesNotContain("Cast");
    Runs.assertSameOutputs(expected, network.graph(), 1e-5, 2, 3, 8, 8);
  }

  /** Its Cast takes no bfloat16. */
  @Test
  void anOldOperatorSetKnowsNoBfloat16() {
    Graph known = SmallNetworks.PERCEPTRON.graph(1);
    Graph twelve =
        new Graph(
            known.name(),
            known.inputs(),
            known.outputs(),
            known.nodes(),
            known.initializers(),
            Map.of("", 12),
            known.irVersion(),
            known.metadata());
    assertThatThrownBy(() -> StoredPrecision.of(twelve, Precision.BFLOAT16))
        .hasMessageContaining("from version 13 of the ONNX operator set on, and this model has 12");
  }

  @Test
  void singlePrecisionIsLeftAlone() {
    assertThat(StoredPrecision.of(graph(), Precision.KEEP)).isEqualTo(graph());
    assertThat(StoredPrecision.of(graph(), Precision.FLOAT32)).isEqualTo(graph());
    assertThat(SinglePrecision.of(graph())).isEqualTo(graph());
  }
}
