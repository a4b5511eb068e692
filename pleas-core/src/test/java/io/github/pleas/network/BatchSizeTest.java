package io.github.pleas.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.ValueInfo;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Exporters write the batch of their example into files; we take it out, or say that it stays. */
class BatchSizeTest {
  private final GraphBuilder g = new GraphBuilder(4);
  private final String x = g.input("x", 3, 4, 4);
  private final String h = g.relu(g.conv(x, 3, 5, 3));

  private static Graph declaring(Graph graph, int... shape) {
    List<ValueInfo.Dimension> dimensions =
        IntStream.of(shape).mapToObj(ValueInfo.Dimension::of).toList();
    return graph.withInputs(List.of(new ValueInfo("x", ElementType.FLOAT, dimensions)));
  }

  @Test
  void aDeclaredBatchIsFreed() {
    Network network = Runs.read(declaring(g.build(g.gemm(g.pooled(h), 5, 2)), 1, 3, 4, 4));
    assertThat(network.fixedBatch()).isEmpty();
    assertThat(network.graph().inputs().get(0).shape().get(0).isFree()).isTrue();
    assertThat(Runs.outputs(network.graph(), 1, 6, 3, 4, 4).get(0).shape()).containsExactly(6, 2);
  }

  @Test
  void aBatchInReshapesIsTakenOutWhetherDeclaredOrNot() {
    Graph graph = g.build(g.gemm(g.node("Reshape", h, g.longs(1, -1)), 80, 2));
    for (Graph exported : List.of(graph, declaring(graph, 1, 3, 4, 4))) {
      Network network = Runs.read(exported);
      assertThat(network.fixedBatch()).isEmpty();
      Runs.assertSameOutputs(exported, network.graph(), 1e-6, 1, 3, 4, 4);
      assertThat(Runs.outputs(network.graph(), 1, 6, 3, 4, 4).get(0).shape()).containsExactly(6, 2);
    }
  }

  @Test
  void aBatchOfSeveralInReshapesIsTakenOut() {
    Graph graph =
        declaring(g.build(g.gemm(g.node("Reshape", h, g.longs(4, 80)), 80, 2)), 4, 3, 4, 4);
    Network network = Runs.read(graph);
    assertThat(network.fixedBatch()).isEmpty();
    Runs.assertSameOutputs(graph, network.graph(), 1e-6, 4, 3, 4, 4);
  }

  // A constant for each image of the batch: no other batch makes sense.
  @Test
  void aBatchThatCannotBeTakenOutIsStated() {
    Graph graph =
        declaring(g.build(g.gemm(g.pooled(g.add(h, g.weight(1, 2, 5, 4, 4))), 5, 2)), 2, 3, 4, 4);
    Network network = Runs.read(graph);
    assertThat(network.fixedBatch()).hasValue(2);
    Runs.assertSameOutputs(graph, network.graph(), 1e-6, 2, 3, 4, 4);
  }

  // It runs on any batch, but mixes the images: softmax over all the rows of a batch of one.
  @Test
  void aGraphThatMixesImagesIsNotTakenForOneOfAnyBatch() {
    String logits = g.gemm(g.pooled(h), 5, 2);
    String mixed = g.node("Softmax", Map.of("axis", new Attribute.Int(0)), logits);
    Graph graph = declaring(g.build(g.add(logits, mixed)), 1, 3, 4, 4);
    Network network = Runs.read(graph);
    assertThat(network.fixedBatch()).hasValue(1);
    Runs.assertSameOutputs(graph, network.graph(), 1e-6, 1, 3, 4, 4);
  }
}
