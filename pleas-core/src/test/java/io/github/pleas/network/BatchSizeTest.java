package io.github.pleas.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
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

  // Outputs are compared to see whether images mix: one that is no float is refused by name before.
  @Test
  void anOutputOfAnotherTypeIsRefusedByNameWhateverBatchIsDeclared() {
    String logits = g.gemm(g.pooled(h), 5, 2);
    Map<String, Attribute> overClasses = Map.of("axis", new Attribute.Int(1));
    Graph graph = declaring(g.build(g.node("ArgMax", overClasses, logits)), 1, 3, 4, 4);
    assertThatThrownBy(() -> Runs.read(graph))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("has type INT64; expected FLOAT");
  }

  /** Read from a graph that runs on one image only, and right on others too. */
  private static Network freed(Graph graph) {
    Network network = Runs.read(declaring(graph, 1, 3, 4, 4));
    assertThat(network.fixedBatch()).isEmpty();
    Runs.assertSameOutputs(graph, network.graph(), 1e-6, 1, 3, 4, 4);
    // The first image of three comes out as it does alone: what was mixed would show.
    Tensor three = Runs.outputs(network.graph(), 3, 3, 3, 4, 4).get(0);
    Tensor alone = Runs.outputs(graph, 3, 1, 3, 4, 4).get(0);
    Runs.assertClose(three.gather(0, new int[] {0}), alone, 1e-5);
    return network;
  }

  private String tokens() {
    String rows = g.node("Reshape", h, g.longs(1, 5, 16));
    return g.node("Transpose", Map.of("perm", GraphBuilder.ints(0, 2, 1)), rows);
  }

  private String classified(String tokens, int features) {
    String mean = g.node("ReduceMean", Map.of("axes", GraphBuilder.ints(1)), tokens);
    return g.gemm(g.node("Reshape", mean, g.longs(1, features)), features, 2);
  }

  @Test
  void aClassTokenIsRepeatedForEachImage() {
    Map<String, Attribute> alongTokens = Map.of("axis", new Attribute.Int(1));
    String all = g.node("Concat", alongTokens, g.weight(1, 1, 1, 5), tokens());
    Network network = freed(g.build(classified(g.relu(all), 5)));
    assertThat(network.graph().nodes().stream().filter(n -> n.is("Expand"))).hasSize(1);
  }

  // Two windows for each image: the constant stands twice, both times the same.
  @Test
  void aConstantThatEachWindowHasIsRepeatedToo() {
    String windows = g.node("Reshape", tokens(), g.longs(2, 8, 5));
    float[] token = {1, -2, 3, 0.5f, 4, 1, -2, 3, 0.5f, 4};
    String twice = g.constant(Tensor.ofFloats(new int[] {2, 1, 5}, token));
    String all = g.node("Concat", Map.of("axis", new Attribute.Int(1)), windows, twice);
    freed(g.build(classified(g.relu(g.node("Reshape", all, g.longs(1, 18, 5))), 5)));
  }

  // nn.MultiheadAttention: steps first, the batch merged with the heads, then with the steps.
  @Test
  void theBatchIsFollowedThroughAttentionThatHasStepsFirst() {
    Attribute swapped = GraphBuilder.ints(1, 0, 2);
    String steps = g.node("Transpose", Map.of("perm", swapped), tokens());
    String wide = g.matMul(steps, 5, 6);
    String heads =
        g.node("Transpose", Map.of("perm", swapped), g.node("Reshape", wide, g.longs(16, 2, 3)));
    String turned = g.node("Transpose", Map.of("perm", GraphBuilder.ints(0, 2, 1)), heads);
    String scores =
        g.node("Softmax", Map.of("axis", new Attribute.Int(-1)), g.node("MatMul", heads, turned));
    String mixed = g.node("Transpose", Map.of("perm", swapped), g.node("MatMul", scores, heads));
    String out = g.gemm(g.node("Reshape", mixed, g.longs(16, 6)), 6, 6);
    String back =
        g.node("Transpose", Map.of("perm", swapped), g.node("Reshape", out, g.longs(16, 1, 6)));
    freed(g.build(classified(back, 6)));
  }

  // as_strided: all elements gathered in their order.
  @Test
  void aGatheringOfAllElementsInTheirOrderIsAReshape() {
    String row = g.node("Reshape", g.node("GlobalAveragePool", h), g.longs(-1));
    String indices = g.constant(Tensor.ofLongs(new int[] {1, 5, 1, 1}, new long[] {0, 1, 2, 3, 4}));
    String back = g.node("Gather", row, indices);
    Network network = freed(g.build(g.gemm(g.node("Reshape", g.relu(back), g.longs(1, 5)), 5, 2)));
    assertThat(network.graph().nodes()).noneMatch(n -> n.is("Gather"));
  }

  @Test
  void aGatheringInAnotherOrderStays() {
    String row = g.node("Reshape", g.node("GlobalAveragePool", h), g.longs(-1));
    String indices = g.constant(Tensor.ofLongs(new int[] {1, 5}, new long[] {0, 2, 1, 3, 4}));
    Graph graph = g.build(g.gemm(g.node("Gather", row, indices), 5, 2));
    Network network = Runs.read(declaring(graph, 1, 3, 4, 4));
    assertThat(network.graph().nodes()).anyMatch(n -> n.is("Gather"));
    assertThat(network.fixedBatch()).hasValue(1);
  }

  @Test
  void aResizeToSizesThatNameTheBatchIsFreed() {
    String empty = g.constant(Tensor.ofFloats(new int[] {0}, new float[0]));
    Map<String, Attribute> linear = Map.of("mode", new Attribute.Text("linear"));
    String large = g.node("Resize", linear, h, "", empty, g.longs(1, 5, 8, 6));
    Network network = freed(g.build(g.gemm(g.pooled(g.relu(large)), 5, 2)));
    Node resize =
        network.graph().nodes().stream().filter(n -> n.is("Resize")).findFirst().orElseThrow();
    assertThat(network.constant(resize.input(2)).floats()).containsExactly(1, 1, 2, 1.5f);
    assertThat(resize.hasInput(3)).isFalse();
  }

  // In single precision 7 (n / 7) is less than n for some n.
  @Test
  void aResizeGivesTheSizesItWasAskedFor() {
    Map<String, Attribute> nearest = Map.of("mode", new Attribute.Text("nearest"));
    for (int length = 1; length < 60; length++) {
      GraphBuilder b = new GraphBuilder(1);
      String y = b.input("x", 1, 7, 3);
      String large = b.node("Resize", nearest, y, "", "", b.longs(2, 1, length, 2));
      Graph graph = declaring(b.build(b.relu(large)), 2, 1, 7, 3);
      Network network = Runs.read(graph);
      Runs.assertSameOutputs(graph, network.graph(), 1e-6, 2, 1, 7, 3);
    }
  }

  @Test
  void aRecurrentLayerThatStartsFromZerosNeedsNone() {
    String steps = g.node("Transpose", Map.of("perm", GraphBuilder.ints(1, 0, 2)), tokens());
    String zeros = g.constant(Tensor.ofFloats(new int[] {1, 1, 4}, new float[4]));
    String y =
        g.node(
            "LSTM",
            Map.of("hidden_size", new Attribute.Int(4)),
            steps,
            g.weight(0.5, 1, 16, 5),
            g.weight(0.5, 1, 16, 4),
            g.weight(0.5, 1, 32),
            "",
            zeros,
            zeros);
    String last = g.node("Gather", y, g.constant(Tensor.ofLongs(new int[0], new long[] {-1})));
    Network network = freed(g.build(g.gemm(g.node("Reshape", last, g.longs(1, 4)), 4, 2)));
    Node lstm =
        network.graph().nodes().stream().filter(n -> n.is("LSTM")).findFirst().orElseThrow();
    assertThat(lstm.inputs()).hasSize(4);
  }

  @Test
  void anExpansionThatNamesTheBatchIsFreed() {
    String windows = g.node("Reshape", tokens(), g.longs(2, 1, 8, 5));
    String wide = g.node("Expand", windows, g.longs(2, 3, 8, 5));
    freed(g.build(classified(g.relu(g.node("Reshape", wide, g.longs(1, 48, 5))), 5)));
  }
}
