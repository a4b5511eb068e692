package io.github.pleas.network;

import static io.github.pleas.network.GraphBuilder.ints;
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
import org.junit.jupiter.api.Test;

class ArchitectureMatcherTest {
  private static final double ROUNDING = 1e-5;

  /** What may vary between two networks of this family. */
  private record Options(
      int width,
      int kernel,
      int stride,
      int classes,
      int channels,
      String activation,
      boolean normalised,
      int opset) {
    static final Options PLAIN = new Options(6, 3, 1, 4, 3, "Relu", true, 17);
  }

  private static Graph residual(long seed, Options o) {
    GraphBuilder g = new GraphBuilder(seed).opset(o.opset());
    String h =
        norm(
            g,
            g.conv(
                g.input("x", o.channels(), 8, 8),
                o.channels(),
                o.width(),
                o.kernel(),
                o.stride(),
                1),
            o.width(),
            o);
    h = g.node(o.activation(), h);
    String inner = g.relu(norm(g, g.conv(h, o.width(), 5, 3), 5, o));
    h = g.relu(g.add(h, norm(g, g.conv(inner, 5, o.width(), 3), o.width(), o)));
    h = g.node("Mul", h, g.weight(1, o.width(), 1, 1));
    return g.build(g.node("Identity", g.gemm(g.pooled(h), o.width(), o.classes())));
  }

  private static String norm(GraphBuilder g, String h, int channels, Options o) {
    return o.normalised() ? g.batchNorm(h, channels) : h;
  }

  private static Graph plain(long seed) {
    return residual(seed, Options.PLAIN);
  }

  /** Aligns, and checks that both networks still compute what they did. */
  private static ArchitectureMatcher.Aligned aligned(Graph a, Graph b, boolean sameHeads) {
    ArchitectureMatcher.Aligned aligned =
        ArchitectureMatcher.align(Runs.read(a), Runs.read(b), sameHeads);
    Runs.assertSameOutputs(a, aligned.a().graph(), ROUNDING, 3, 3, 8, 8);
    Runs.assertSameOutputs(b, aligned.b().graph(), ROUNDING, 3, 3, 8, 8);
    assertThat(aligned.b().graph().nodes()).isEqualTo(aligned.a().graph().nodes());
    assertThat(aligned.b().graph().initializers().keySet())
        .isEqualTo(aligned.a().graph().initializers().keySet());
    assertThat(aligned.b().layers().stream().map(Layer::name).toList())
        .isEqualTo(aligned.a().layers().stream().map(Layer::name).toList());
    return aligned;
  }

  private static void differ(Graph a, Graph b, String... parts) {
    Network first = Runs.read(a);
    Network second = Runs.read(b);
    assertThatThrownBy(() -> ArchitectureMatcher.align(first, second, true))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("not of one architecture: ")
        .hasMessageContainingAll(parts);
  }

  @Test
  void namesDoNotCount() {
    Network b = aligned(plain(1), Disguise.renamed(plain(2)), true).b();
    assertThat(b.inputNames()).containsExactly("x");
  }

  @Test
  void theOrderOfNodesDoesNotCount() {
    for (long seed = 0; seed < 5; seed++) {
      aligned(plain(1), Disguise.renamed(Disguise.reordered(plain(2), seed)), true);
    }
  }

  @Test
  void theOrderOfOperandsOfSumsAndProductsDoesNotCount() {
    aligned(plain(1), Disguise.renamed(Disguise.swapped(plain(2), "Add")), true);
    aligned(plain(1), Disguise.swapped(Disguise.swapped(plain(2), "Mul"), "Add"), true);
  }

  @Test
  void theOrderOfOperandsCountsElsewhere() {
    GraphBuilder first = new GraphBuilder(1);
    String x = first.input("x", 3, 8, 8);
    Graph a = first.build(first.node("Sub", first.relu(x), first.node("Tanh", x)));
    differ(a, Disguise.swapped(a, "Sub"), "is a Relu, node 'tanh_1' a Tanh");
  }

  // One exporter folds normalisation away, the other does not, and bias-free layers have no bias.
  @Test
  void foldedAndUnfoldedFilesAlign() {
    Graph kept = plain(1);
    Graph folded = Runs.read(plain(2)).graph();
    assertThat(kept.nodes().stream().map(Node::op))
        .contains("BatchNormalization", "Identity", "Flatten");
    assertThat(folded.nodes().stream().map(Node::op))
        .doesNotContain("BatchNormalization", "Identity", "Flatten");
    aligned(kept, Disguise.renamed(folded), true);
    aligned(folded, kept, true);
  }

  @Test
  void initializersAndConstantNodesAlign() {
    Graph b = plain(2);
    String factor = b.nodes().stream().filter(n -> n.is("Mul")).findFirst().orElseThrow().input(1);
    List<Node> nodes = new java.util.ArrayList<>(b.nodes());
    Tensor tensor = Runs.read(b).constant(factor);
    nodes.add(
        0,
        new Node(
            "k",
            "Constant",
            "",
            List.of(),
            List.of(factor),
            Map.of("value", new Attribute.Value(tensor))));
    Map<String, Tensor> rest = new java.util.LinkedHashMap<>(b.initializers());
    rest.remove(factor);
    aligned(plain(1), b.withNodes(nodes).withInitializers(rest), true);
  }

  @Test
  void filesOfDifferentOpsetsAlignWhereTheyMeanTheSame() {
    Options older = new Options(6, 3, 1, 4, 3, "Relu", true, 12);
    aligned(residual(1, older), plain(2), true);
    Graph a = softmax(12, Map.of("axis", new Attribute.Int(1)));
    differ(
        a,
        softmax(13, Map.of("axis", new Attribute.Int(1))),
        "Softmax 'softmax_0' means different things in opset 12 and 13");
    ArchitectureMatcher.align(
        Runs.read(softmax(12, Map.of("axis", new Attribute.Int(3)))),
        Runs.read(softmax(13, Map.of())),
        true);
  }

  private static Graph softmax(int opset, Map<String, Attribute> attributes) {
    GraphBuilder g = new GraphBuilder(1).opset(opset);
    return g.build(g.node("Softmax", attributes, g.input("x", 3, 8, 8)));
  }

  @Test
  void aWeightUsedTwiceMeetsOneStoredTwice() {
    GraphBuilder g = new GraphBuilder(1);
    String x = g.input("x", 3, 8, 8);
    String shared = g.weight(0.5, 3, 3, 1, 1);
    String h = g.node("Conv", g.relu(g.node("Conv", x, shared)), shared);
    Graph a = g.build(g.relu(h));
    GraphBuilder other = new GraphBuilder(2);
    String y = other.input("x", 3, 8, 8);
    String k =
        other.node(
            "Conv",
            other.relu(other.node("Conv", y, other.weight(0.5, 3, 3, 1, 1))),
            other.weight(0.5, 3, 3, 1, 1));
    Graph b = other.build(other.relu(k));
    Network once = aligned(a, b, true).a();
    assertThat(once.layers().stream().map(Layer::weight).distinct()).hasSize(2);
    aligned(b, a, true);
    // A value that bears the name that the second copy would get.
    Node relu = a.nodes().get(1).withOutputs(List.of("c0_2"));
    Node second = a.nodes().get(2).withInputs(List.of("c0_2", shared));
    aligned(a.withNodes(List.of(a.nodes().get(0), relu, second, a.nodes().get(3))), b, true);
  }

  @Test
  void theFirstDifferenceIsNamed() {
    Graph a = plain(1);
    differ(
        a,
        residual(2, new Options(6, 3, 1, 4, 3, "Sigmoid", true, 17)),
        "is a Relu, node 'sigmoid_2' a Sigmoid");
    differ(
        a,
        residual(2, new Options(6, 3, 2, 4, 3, "Relu", true, 17)),
        "attribute strides of Conv 'conv_0' is [1, 1], of 'conv_0' [2, 2]");
    differ(
        a,
        residual(2, new Options(6, 1, 1, 4, 3, "Relu", true, 17)),
        "attribute kernel_shape of Conv 'conv_0' is [3, 3]");
    differ(
        a,
        residual(2, new Options(7, 3, 1, 4, 3, "Relu", true, 17)),
        "has shape [6, 3, 3, 3] in the first, [7, 3, 3, 3] in the second");
    differ(
        a,
        residual(2, new Options(6, 3, 1, 4, 1, "Relu", true, 17)),
        "the inputs differ: [batch, 3, 8, 8] and [batch, 1, 8, 8]");
  }

  @Test
  void theNumberOfOutputsCounts() {
    GraphBuilder g = new GraphBuilder(1);
    String h = g.relu(g.input("x", 3, 8, 8));
    differ(g.build(h), g.build(h, g.node("Tanh", h)), "1 and 2 outputs");
  }

  @Test
  void defaultsAndMissingAttributesAreTheSame() {
    GraphBuilder g = new GraphBuilder(1);
    String x = g.input("x", 3, 8, 8);
    Graph a = g.build(g.node("AveragePool", Map.of("kernel_shape", ints(2, 2)), x));
    GraphBuilder other = new GraphBuilder(1);
    Map<String, Attribute> all =
        Map.of(
            "kernel_shape",
            ints(2, 2),
            "strides",
            ints(1, 1),
            "pads",
            ints(0, 0, 0, 0),
            "ceil_mode",
            new Attribute.Int(0));
    Graph b = other.build(other.node("AveragePool", all, other.input("x", 3, 8, 8)));
    aligned(a, b, true);
    GraphBuilder third = new GraphBuilder(1);
    Map<String, Attribute> padded = Map.of("kernel_shape", ints(2, 2), "pads", ints(1, 1, 0, 0));
    differ(
        a,
        third.build(third.node("AveragePool", padded, third.input("x", 3, 8, 8))),
        "attribute pads of AveragePool",
        "missing");
  }

  @Test
  void differentClassesNeedSeparateLabels() {
    Graph a = plain(1);
    Graph b = residual(2, new Options(6, 3, 1, 9, 3, "Relu", true, 17));
    differ(
        a,
        b,
        "has shape [4, 6] in the first, [9, 6] in the second; networks with different classes merge with --labels separate");
    ArchitectureMatcher.Aligned separate = aligned(a, b, false);
    String output = separate.b().graph().outputs().get(0).name();
    assertThat(separate.a().shape(output).dimension(1)).isEqualTo(4);
    assertThat(separate.b().shape(output).dimension(1)).isEqualTo(9);
  }

  @Test
  void separateLabelsDoNotExcuseADifferentTrunk() {
    Network a = Runs.read(plain(1));
    Network b = Runs.read(residual(2, new Options(7, 3, 1, 4, 3, "Relu", true, 17)));
    assertThatThrownBy(() -> ArchitectureMatcher.align(a, b, false))
        .hasMessageContaining("has shape [6, 3, 3, 3]");
  }

  @Test
  void boundsAndExponentsAreArchitecture() {
    differ(clip(6), clip(1), "of Clip 'clip_0' has different values");
    ArchitectureMatcher.align(Runs.read(clip(6)), Runs.read(clip(6)), true);
  }

  // What training has changed is no multiple of a half; a square is no cube.
  @Test
  void exponentsThatWereLearnedMayDiffer() {
    for (float[] both : new float[][] {{3, 2.9f}, {2.9f, 3}, {3.1f, 2.9f}, {0.34f, 0.3f}}) {
      aligned(power(both[0]), power(both[1]), true);
    }
    for (float[] both : new float[][] {{2, 3}, {2, 0.5f}, {0.5f, -0.5f}}) {
      differ(power(both[0]), power(both[1]), "of Pow 'pow_1' has different values");
    }
  }

  private static Graph power(float exponent) {
    GraphBuilder g = new GraphBuilder(1);
    String constant = g.constant(Tensor.ofFloats(new int[] {1}, new float[] {exponent}));
    return g.build(g.node("Pow", g.node("Sigmoid", g.input("x", 3, 8, 8)), constant));
  }

  private static Graph clip(float most) {
    GraphBuilder g = new GraphBuilder(1);
    String bound = g.constant(Tensor.ofFloats(new int[0], new float[] {most}));
    return g.build(g.node("Clip", g.input("x", 3, 8, 8), "", bound));
  }

  // Both read both parts, but the other way round.
  @Test
  void whichOutputOfANodeIsReadCounts() {
    GraphBuilder g = new GraphBuilder(1);
    Graph joined =
        g.build(g.node("Concat", Map.of("axis", new Attribute.Int(1)), g.input("x", 4, 8, 8), "x"));
    Node split =
        new Node(
            "split",
            "Split",
            "",
            List.of("x"),
            List.of("p", "q"),
            Map.of("axis", new Attribute.Int(1)));
    Graph[] graphs = new Graph[2];
    for (int i = 0; i < 2; i++) {
      Node relu = new Node("relu", "Relu", "", List.of(i == 0 ? "p" : "q"), List.of("r"), Map.of());
      Node concat = joined.nodes().get(0).withInputs(List.of("r", i == 0 ? "q" : "p"));
      graphs[i] =
          new Graph(
              "test",
              joined.inputs(),
              joined.outputs(),
              List.of(split, relu, concat),
              Map.of(),
              Map.of("", 13),
              8,
              Map.of());
    }
    differ(graphs[0], graphs[1], "are different outputs of Split 'split' and 'split'");
  }

  @Test
  void aValueUsedTwiceMeetsNoTwoValues() {
    GraphBuilder g = new GraphBuilder(1);
    String x = g.input("x", 3, 8, 8);
    String once = g.relu(x);
    Graph a = g.build(g.node("Sub", g.node("Tanh", once), g.node("Sigmoid", once)));
    GraphBuilder other = new GraphBuilder(1);
    other.input("x", 3, 8, 8);
    Graph b =
        other.build(
            other.node(
                "Sub", other.node("Tanh", other.relu(x)), other.node("Sigmoid", other.relu(x))));
    differ(
        a,
        b,
        "value 'relu_0' of the first stands where 'relu_2' of the second does, but elsewhere 'relu_0' does");
    differ(
        b,
        a,
        "value 'relu_2' of the first stands where 'relu_0' of the second does, but elsewhere 'relu_0' stands where that does");
  }

  @Test
  void aBatchThatOnlyOneOfThemFixesIsRefused() {
    GraphBuilder g = new GraphBuilder(1);
    Graph a = g.build(g.add(g.input("x", 3, 8, 8), g.weight(1, 1, 3, 8, 8)));
    GraphBuilder other = new GraphBuilder(1);
    Graph b = other.build(other.add(other.input("x", 3, 8, 8), other.weight(1, 2, 3, 8, 8)));
    List<ValueInfo.Dimension> two =
        java.util.stream.LongStream.of(2, 3, 8, 8).mapToObj(ValueInfo.Dimension::of).toList();
    differ(
        a,
        b.withInputs(List.of(new ValueInfo("x", ElementType.FLOAT, two))),
        "the first takes batches of any size, the second of 2 only");
  }
}
