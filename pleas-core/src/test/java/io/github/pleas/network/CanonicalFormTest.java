package io.github.pleas.network;

import static io.github.pleas.network.GraphBuilder.ints;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every rewriting keeps the outputs, by itself and for several batch sizes. */
class CanonicalFormTest {
  private static final double ROUNDING = 1e-5;

  private final GraphBuilder g = new GraphBuilder(2);
  private final String x = g.input("x", 3, 8, 8);

  private static Network canonical(Graph graph) {
    return canonical(graph, ROUNDING);
  }

  private static Network canonical(Graph graph, double tolerance) {
    Network network = Runs.read(graph);
    int[] shape = network.inputs().get(0).shape().dimensions();
    for (int batch : new int[] {1, 5}) {
      shape[0] = batch;
      Runs.assertSameOutputs(graph, network.graph(), tolerance, shape);
    }
    assertThat(network.graph().outputs().stream().map(o -> o.name()).toList())
        .isEqualTo(graph.outputs().stream().map(o -> o.name()).toList());
    return network;
  }

  private static long count(Network network, String op) {
    return network.graph().nodes().stream().filter(n -> n.op().equals(op)).count();
  }

  @Test
  void constantNodesBecomeInitializers() {
    Tensor factor = Tensor.ofFloats(new int[] {3, 1, 1}, new float[] {2, 3, 4});
    String constant = g.node("Constant", Map.of("value", new Attribute.Value(factor)));
    String doubled = g.node("Add", constant, constant);
    Network network = canonical(g.build(g.node("Mul", x, doubled)));
    assertThat(network.graph().nodes()).hasSize(1);
    assertThat(network.constant(doubled).floats()).containsExactly(4, 6, 8);
  }

  @Test
  void identitiesDropoutsAndIdleCastsGoAway() {
    String h = g.node("Identity", g.conv(g.node("Identity", x), 3, 4, 3));
    h = g.node("Cast", Map.of("to", new Attribute.Int(1)), g.node("Dropout", g.relu(h)));
    Network network = canonical(g.build(g.pooled(h)));
    assertThat(network.graph().nodes().stream().map(Node::op))
        .containsExactly("Conv", "Relu", "GlobalAveragePool", "Reshape");
  }

  @Test
  void castsThatChangeTheTypeStay() {
    String mask =
        g.node("Cast", Map.of("to", new Attribute.Int(1)), g.node("Greater", x, g.weight(1, 1)));
    String whole =
        g.node("Cast", Map.of("to", new Attribute.Int(7)), g.node("Mul", x, g.weight(9, 1)));
    String back = g.node("Cast", Map.of("to", new Attribute.Int(1)), whole);
    assertThat(count(canonical(g.build(g.add(mask, back))), "Cast")).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Identity", "Dropout", "Cast"})
  void theNameOfAnOutputOutlivesTheIdentityThatBearsIt(String op) {
    Map<String, Attribute> attributes =
        op.equals("Cast") ? Map.of("to", new Attribute.Int(1)) : Map.of();
    String relu = g.relu(g.conv(x, 3, 4, 3));
    String out = g.node(op, attributes, relu);
    Network network = canonical(g.build(out, g.pooled(g.conv(relu, 4, 2, 3))));
    assertThat(count(network, op)).isZero();
  }

  @Test
  void aConcatenationOfOneIsAnIdentity() {
    String alone = g.node("Concat", Map.of("axis", new Attribute.Int(1)), g.relu(x));
    assertThat(count(canonical(g.build(g.node("Tanh", alone))), "Concat")).isZero();
  }

  @Test
  void identitiesThatCannotGoStay() {
    String relu = g.relu(x);
    String same = g.node("Identity", relu);
    Network both = canonical(g.build(relu, same, g.node("Identity", x)));
    assertThat(count(both, "Identity")).isEqualTo(2);
  }

  @Test
  void aDropoutWhoseMaskIsReadStays() {
    Graph graph = g.build(g.add(x, g.relu(x)));
    Node dropout =
        new Node("drop", "Dropout", "", List.of(x), List.of("dropped", "mask"), Map.of());
    Node cast =
        new Node(
            "cast",
            "Cast",
            "",
            List.of("mask"),
            List.of("kept"),
            Map.of("to", new Attribute.Int(1)));
    Node add = graph.nodes().get(1).withInputs(List.of("dropped", "kept"));
    assertThat(count(canonical(graph.withNodes(List.of(dropout, cast, add))), "Dropout"))
        .isEqualTo(1);
    Node idle = graph.nodes().get(1).withInputs(List.of("dropped", x));
    assertThat(count(canonical(graph.withNodes(List.of(dropout, idle))), "Dropout")).isZero();
  }

  @Test
  void aDropoutInTrainingFormIsLeftAlone() {
    String training = g.constant(Tensor.ofBytes(ElementType.BOOL, new int[0], new byte[] {1}));
    String ratio = g.constant(Tensor.ofFloats(new int[0], new float[] {0.5f}));
    assertThat(count(Runs.read(g.build(g.node("Dropout", x, ratio, training))), "Dropout"))
        .isEqualTo(1);
  }

  @Test
  void reshapesStateTheirShapeWithTheBatchFree() {
    String flat = g.node("Flatten", x);
    String back = g.node("Reshape", flat, g.longs(0, 3, -1, 8));
    String rows = g.node("Reshape", back, g.longs(-1, 8));
    String deep = g.node("Unsqueeze", g.node("Reshape", rows, g.longs(-1, 3, 8, 8)), g.longs(1));
    Network network = canonical(g.build(g.node("Squeeze", deep, g.longs(1))));
    assertThat(network.graph().nodes()).allMatch(n -> n.is("Reshape"));
    assertThat(network.graph().nodes().stream().map(n -> network.constant(n.input(1)).longs()))
        .containsExactly(
            new long[] {-1, 192},
            new long[] {-1, 3, 8, 8},
            new long[] {-1, 8},
            new long[] {-1, 3, 8, 8},
            new long[] {-1, 1, 3, 8, 8},
            new long[] {-1, 3, 8, 8});
  }

  // x.view(x.size(0), -1) as PyTorch writes it.
  @Test
  void chainsThatComputeAShapeFromTheBatchGoAway() {
    String h = g.relu(g.conv(x, 3, 4, 3));
    String size =
        g.node(
            "Gather", g.node("Shape", h), g.constant(Tensor.ofLongs(new int[0], new long[] {0})));
    String batch = g.node("Unsqueeze", size, g.longs(0));
    String shape = g.node("Concat", Map.of("axis", new Attribute.Int(0)), batch, g.longs(-1));
    Network network = canonical(g.build(g.gemm(g.node("Reshape", h, shape), 256, 3)));
    assertThat(network.graph().nodes().stream().map(Node::op))
        .containsExactly("Conv", "Relu", "Reshape", "Gemm");
  }

  // A value may bear any name, also the one that we would give a constant.
  @Test
  void newConstantsTakeNamesThatNoValueHas() {
    Graph graph = g.build(g.gemm(g.node("Flatten", g.relu(x)), 192, 3));
    Node relu = graph.nodes().get(0).withOutputs(List.of("flatten_1_shape"));
    Node flatten = graph.nodes().get(1).withInputs(List.of("flatten_1_shape"));
    canonical(graph.withNodes(List.of(relu, flatten, graph.nodes().get(2))));
  }

  @ParameterizedTest
  @CsvSource({
    "1,1,0,vector",
    "0.5,2,1,vector",
    "2,0.5,0,row",
    "1,3,1,scalar",
    "3,1,0,none",
    "1,1,1,one"
  })
  void gemmLosesItsFactorsAndGainsABias(float alpha, float beta, int transposed, String bias) {
    int[] shape =
        switch (bias) {
          case "vector" -> new int[] {5};
          case "row" -> new int[] {1, 5};
          case "one" -> new int[] {1, 1};
          default -> new int[] {};
        };
    String weight = transposed == 1 ? g.weight(0.1, 5, 192) : g.weight(0.1, 192, 5);
    String flat = g.node("Flatten", x);
    Map<String, Attribute> attributes =
        Map.of(
            "alpha",
            new Attribute.Float(alpha),
            "beta",
            new Attribute.Float(beta),
            "transB",
            new Attribute.Int(transposed));
    String out =
        bias.equals("none")
            ? g.node("Gemm", attributes, flat, weight)
            : g.node("Gemm", attributes, flat, weight, g.weight(1, shape));
    Network network = canonical(g.build(out));
    Node gemm = network.graph().nodes().get(1);
    assertThat(gemm.attributes()).isEqualTo(Map.of("transB", new Attribute.Int(1)));
    assertThat(network.constant(gemm.input(1)).shape()).containsExactly(5, 192);
    assertThat(network.constant(gemm.input(2)).shape()).containsExactly(5);
    assertThat(network.layers()).hasSize(1);
  }

  // As many numbers as outputs, but one for each row of a batch of five: no bias of units.
  @Test
  void aGemmThatAddsAColumnIsNoLayer() {
    String flat = g.node("Flatten", x);
    Graph graph = g.build(g.node("Gemm", flat, g.weight(0.1, 192, 5), g.weight(1, 5, 1)));
    Graph fixed =
        graph.withInputs(
            List.of(
                new io.github.pleas.onnx.ValueInfo(
                    x,
                    ElementType.FLOAT,
                    java.util.stream.LongStream.of(5, 3, 8, 8)
                        .mapToObj(io.github.pleas.onnx.ValueInfo.Dimension::of)
                        .toList())));
    Network network = Runs.read(fixed);
    assertThat(network.fixedBatch()).hasValue(5);
    Runs.assertSameOutputs(fixed, network.graph(), ROUNDING, 5, 3, 8, 8);
    assertThat(network.layers()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "SAME_UPPER,3,1,1",
    "SAME_LOWER,3,2,1",
    "SAME_UPPER,2,2,1",
    "SAME_LOWER,2,1,1",
    "SAME_UPPER,4,3,1",
    "SAME_LOWER,4,3,1",
    "VALID,3,1,2",
    "VALID,3,2,1",
    "NOTSET,3,1,1"
  })
  void convolutionsGetExplicitPadsAndABias(String auto, int kernel, int stride, int dilation) {
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    attributes.put("auto_pad", new Attribute.Text(auto));
    attributes.put("strides", ints(stride, stride));
    attributes.put("dilations", ints(dilation, dilation));
    Network network =
        canonical(g.build(g.node("Conv", attributes, x, g.weight(0.3, 4, 3, kernel, kernel))));
    Node conv = network.graph().nodes().get(0);
    assertThat(conv.attributes().keySet())
        .containsExactlyInAnyOrder("dilations", "group", "kernel_shape", "pads", "strides");
    assertThat(network.constant(conv.input(2)).floats()).containsOnly(0f).hasSize(4);
  }

  @Test
  void poolsDoNotStateDefaults() {
    Map<String, Attribute> all = new LinkedHashMap<>();
    all.put("kernel_shape", ints(2, 2));
    all.put("pads", ints(0, 0, 0, 0));
    all.put("strides", ints(1, 1));
    all.put("dilations", ints(1, 1));
    all.put("ceil_mode", new Attribute.Int(0));
    all.put("storage_order", new Attribute.Int(0));
    all.put("auto_pad", new Attribute.Text("NOTSET"));
    String pooled = g.node("MaxPool", all, x);
    String soft = g.node("Softmax", Map.of("axis", new Attribute.Int(-3)), pooled);
    Network network = canonical(g.build(soft));
    assertThat(network.graph().nodes().get(0).attributes().keySet())
        .containsExactly("kernel_shape");
    assertThat(network.graph().nodes().get(1).intAttribute("axis", 9)).isEqualTo(1);
  }

  // As one exporter writes the mean over all positions, and another, before and after opset 18.
  @Test
  void meansOverAllPositionsAreOneOperator() {
    for (int keep = 0; keep <= 1; keep++) {
      for (int opset : new int[] {17, 18}) {
        GraphBuilder b = new GraphBuilder(1).opset(opset);
        String y = b.input("x", 3, 4, 5);
        Map<String, Attribute> kept = Map.of("keepdims", new Attribute.Int(keep));
        Map<String, Attribute> both =
            Map.of("keepdims", new Attribute.Int(keep), "axes", ints(-1, 2));
        String mean =
            opset < 18
                ? b.node("ReduceMean", both, y)
                : b.node("ReduceMean", kept, y, b.longs(-1, 2));
        Graph graph = b.build(b.relu(mean));
        Network network = canonical(graph);
        assertThat(network.graph().nodes().stream().map(Node::op))
            .containsExactlyElementsOf(
                keep == 1
                    ? List.of("GlobalAveragePool", "Relu")
                    : List.of("GlobalAveragePool", "Reshape", "Relu"));
        network
            .graph()
            .nodes()
            .forEach(n -> assertThat(network.shape(n.output()).rank()).isPositive());
      }
    }
    Network other = canonical(g.build(g.node("ReduceMean", Map.of("axes", ints(1, 2)), x)));
    assertThat(count(other, "ReduceMean")).isEqualTo(1);
  }

  @Test
  void countingThePaddingSaysNothingWhereThereIsNone() {
    Map<String, Attribute> counted =
        Map.of("kernel_shape", ints(2, 2), "count_include_pad", new Attribute.Int(1));
    String plain = g.node("AveragePool", counted, x);
    Map<String, Attribute> padded = new LinkedHashMap<>(counted);
    padded.put("pads", ints(1, 1, 1, 1));
    Network network = canonical(g.build(g.node("AveragePool", padded, plain)));
    assertThat(network.graph().nodes().get(0).attributes().keySet())
        .containsExactly("kernel_shape");
    assertThat(network.graph().nodes().get(1).attributes()).isEqualTo(padded);
  }

  @Test
  void normalisationBehindALayerIsFoldedIntoIt() {
    String h = g.batchNorm(g.batchNorm(g.conv(x, 3, 4, 3), 4), 4);
    h = g.batchNorm(g.conv(h, 4, 4, 3, 1, 4), 4);
    String weight = g.weight(0.1, 256, 5);
    h = g.batchNorm(g.node("Gemm", g.node("Flatten", h), weight), 5);
    Network network = canonical(g.build(h));
    assertThat(count(network, "BatchNormalization")).isZero();
    assertThat(network.layers()).hasSize(3);
  }

  @Test
  void normalisationElsewhereStaysAsFactorAndOffset() {
    String conv = g.conv(x, 3, 4, 3);
    String sum = g.add(conv, g.relu(conv));
    String twice = g.batchNorm(g.batchNorm(sum, 4), 4);
    Network network =
        canonical(
            g.build(
                g.node(
                    "Concat", Map.of("axis", new Attribute.Int(1)), twice, g.batchNorm(conv, 4))));
    List<Layer> affine =
        network.layers().stream().filter(l -> l.kind() == Layer.Kind.AFFINE).toList();
    assertThat(affine).hasSize(3);
    for (Layer layer : affine) {
      assertThat(network.constant(layer.node().input(3)).floats()).containsOnly(0f);
      assertThat(network.constant(layer.node().input(4)).floats()).containsOnly(1f);
      assertThat(layer.node().floatAttribute("epsilon", 1)).isZero();
    }
  }

  @Test
  void sharedParametersAreFoldedForEachLayerAlone() {
    String w = g.weight(0.5, 3, 3, 1, 1);
    String bias = g.weight(1, 3);
    String first = g.relu(g.batchNorm(g.node("Conv", x, w, bias), 3));
    String second = g.batchNorm(g.node("Conv", first, w, bias), 3);
    Network network = canonical(g.build(g.node("Conv", g.relu(second), w, bias)));
    assertThat(count(network, "BatchNormalization")).isZero();
    assertThat(network.layers().stream().map(Layer::weight).distinct()).hasSize(3);
  }

  @Test
  void aNormalisationWhoseInputIsAnOutputTooIsNotFolded() {
    String conv = g.conv(x, 3, 4, 3);
    assertThat(count(canonical(g.build(g.batchNorm(conv, 4), conv)), "BatchNormalization"))
        .isEqualTo(1);
  }

  @Test
  void aNormalisationInTrainingFormIsNotFolded() {
    String conv = g.conv(x, 3, 4, 3);
    Graph graph = g.build(g.relu(g.batchNorm(conv, 4)));
    Node norm = graph.nodes().get(1);
    Node training =
        new Node(
            norm.name(),
            norm.op(),
            "",
            norm.inputs(),
            List.of(norm.output(), "mean", "variance"),
            Map.of("training_mode", new Attribute.Int(1)));
    Network network =
        canonical(graph.withNodes(List.of(graph.nodes().get(0), training, graph.nodes().get(2))));
    assertThat(count(network, "BatchNormalization")).isEqualTo(1);
    assertThat(network.layers()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21})
  void axesAndBoundsMeanTheSameInEveryOpset(int opset) {
    GraphBuilder b = new GraphBuilder(5).opset(opset);
    String h = b.relu(b.batchNorm(b.conv(b.input("x", 3, 8, 8), 3, 4, 3), 4));
    h = b.node("Pad", h, b.longs(0, 0, 1, 0, 0, 0, 1, 2));
    h = b.node("Clip", h, b.constant(Tensor.ofFloats(new int[0], new float[] {0})), "");
    h =
        opset < 12
            ? b.node("Dropout", Map.of("ratio", new Attribute.Float(0.3f)), h)
            : b.node("Dropout", h, b.constant(Tensor.ofFloats(new int[0], new float[] {0.3f})));
    h =
        opset < 18
            ? b.node("ReduceMean", Map.of("axes", ints(2, 3), "keepdims", new Attribute.Int(1)), h)
            : b.node("ReduceMean", h, b.longs(2, 3));
    h =
        opset < 13
            ? b.node("Squeeze", Map.of("axes", ints(2, 3)), h)
            : b.node("Squeeze", h, b.longs(2, 3));
    h = b.node("Softmax", b.gemm(h, 4, 3));
    h =
        opset < 13
            ? b.node("Unsqueeze", Map.of("axes", ints(1)), h)
            : b.node("Unsqueeze", h, b.longs(1));
    Network network = canonical(b.build(h));
    assertThat(network.graph().nodes().stream().map(Node::op))
        .containsExactly(
            "Conv",
            "Relu",
            "Pad",
            "Clip",
            "GlobalAveragePool",
            "Reshape",
            "Gemm",
            "Softmax",
            "Reshape");
  }

  @Test
  void aGraphReadTwiceIsTheSameAsReadOnce() {
    String h = g.relu(g.batchNorm(g.conv(x, 3, 4, 3), 4));
    Network once =
        canonical(
            g.build(g.node("Identity", g.gemm(g.pooled(g.add(h, g.conv(h, 4, 4, 3))), 4, 2))));
    assertThat(Runs.read(once.graph()).graph().nodes().stream().map(Node::op).toList())
        .isEqualTo(once.graph().nodes().stream().map(Node::op).toList());
    Runs.assertSameOutputs(once.graph(), Runs.read(once.graph()).graph(), 0, 2, 3, 8, 8);
  }

  // As some exporters write a linear layer; the normalisation behind it must see a layer.
  @Test
  void aProductOfRowsWithAMatrixIsAGemm() {
    String h = g.batchNorm(g.matMul(g.node("Flatten", x), 192, 6), 6);
    h = g.relu(g.node("MatMul", h, g.weight(0.4, 6, 5)));
    h = g.node("Add", g.weight(1, 1, 4), g.node("MatMul", h, g.weight(0.4, 5, 4)));
    Network network = canonical(g.build(h));
    assertThat(network.graph().nodes().stream().map(Node::op))
        .containsExactly("Reshape", "Gemm", "Gemm", "Relu", "Gemm");
    assertThat(network.layers()).allMatch(layer -> layer.kind() == Layer.Kind.GEMM);
    assertThat(network.constant(network.layers().get(1).bias().orElseThrow()).floats())
        .containsOnly(0f);
  }

  @Test
  void whatIsAddedToAProductIsItsBiasOnlyIfNobodyElseReadsIt() {
    String product = g.node("MatMul", g.node("Flatten", x), g.weight(0.1, 192, 4));
    String sum = g.node("Add", product, g.weight(1, 4));
    Network network = canonical(g.build(g.add(sum, g.relu(product))));
    assertThat(count(network, "Gemm")).isEqualTo(1);
    assertThat(count(network, "Add")).isEqualTo(2);
  }

  // Three numbers for three outputs are a bias, for three rows of a batch they are none.
  @Test
  void aColumnAddedToAProductIsNoBias() {
    String rows = g.node("Reshape", x, g.longs(-1, 64));
    String product = g.node("MatMul", rows, g.weight(0.1, 64, 3));
    String sum = g.node("Add", product, g.weight(1, 1));
    assertThat(count(canonical(g.build(sum)), "Add")).isEqualTo(1);
  }

  @Test
  void productsOfTokensStayMatMul() {
    String tokens = g.node("Reshape", x, g.longs(0, 3, 64));
    assertThat(count(canonical(g.build(g.matMul(tokens, 64, 4))), "MatMul")).isEqualTo(1);
  }

  @Test
  void aWeightThatTwoProductsShareIsTransposedOnce() {
    String weight = g.weight(0.1, 192, 192);
    String first = g.relu(g.node("MatMul", g.node("Flatten", x), weight));
    Network network = canonical(g.build(g.node("MatMul", first, weight)));
    assertThat(network.layers().stream().map(Layer::weight).distinct()).hasSize(1);
  }

  // One exporter's split: a sequence of tensors, each taken by its place.
  @ParameterizedTest
  @CsvSource({"2,0", "2,1", "2,2", "4,1", "5,0"})
  void tensorsTakenFromASplitAreSlices(int each, int place) {
    String wide = g.relu(g.conv(x, 3, 5, 1));
    Map<String, Attribute> channels = Map.of("axis", new Attribute.Int(-3));
    String size = g.constant(Tensor.ofLongs(new int[0], new long[] {each}));
    String index = g.constant(Tensor.ofLongs(new int[0], new long[] {place}));
    String parts = g.node("SplitToSequence", channels, wide, size);
    Network network = canonical(g.build(g.node("Tanh", g.node("SequenceAt", parts, index))));
    assertThat(network.graph().nodes().stream().map(Node::op))
        .containsExactly("Conv", "Relu", "Slice", "Tanh");
  }

  @ParameterizedTest
  @CsvSource({"0,2", "1,1"})
  void tensorsTakenFromASplitIntoSizesAreSlices(int place, int channels) {
    String parts =
        g.node("SplitToSequence", Map.of("axis", new Attribute.Int(1)), x, g.longs(2, 1));
    String index = g.constant(Tensor.ofLongs(new int[0], new long[] {place}));
    Network network = canonical(g.build(g.relu(g.node("SequenceAt", parts, index))));
    assertThat(count(network, "SequenceAt")).isZero();
    int found = network.shape(network.graph().outputs().get(0).name()).dimension(1);
    assertThat(found).isEqualTo(channels);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void tensorsTakenFromASplitIntoOnesAreGathered(int kept) {
    Map<String, Attribute> attributes =
        Map.of("axis", new Attribute.Int(1), "keepdims", new Attribute.Int(kept));
    String index = g.constant(Tensor.ofLongs(new int[0], new long[] {2}));
    String part = g.node("SequenceAt", g.node("SplitToSequence", attributes, x), index);
    Network network = canonical(g.build(g.relu(part)));
    assertThat(network.graph().nodes().stream().map(Node::op)).containsExactly("Gather", "Relu");
  }

  // What is neither tensor nor rewritten does not keep the rest from being read.
  @Test
  void otherSequencesAreCarriedThrough() {
    String both = g.node("SequenceConstruct", g.relu(x), x);
    String joined = g.node("ConcatFromSequence", Map.of("axis", new Attribute.Int(1)), both);
    Network network = canonical(g.build(g.conv(joined, 6, 2, 1)));
    assertThat(network.shape(both).rank()).isZero();
    assertThat(network.layers()).hasSize(1);
  }

  // Convolutions without a bias, as one exporter writes them when it does not optimise.
  @Test
  void aConstantCastToTheTypeOfTheInputIsAConstant() {
    String zero = g.constant(Tensor.ofFloats(new int[0], new float[] {0.25f}));
    String bias = g.node("Expand", g.node("CastLike", zero, x), g.longs(4));
    Network network = canonical(g.build(g.node("Conv", x, g.weight(0.3, 4, 3, 3, 3), bias)));
    assertThat(network.layers()).hasSize(1);
    assertThat(network.constant(network.layers().get(0).bias().orElseThrow()).floats())
        .containsExactly(0.25f, 0.25f, 0.25f, 0.25f);
  }

  // Optimisation would fold these values away although they are asked for.
  @Test
  void positionsThatAreComputedAreConstants() {
    String from = g.node("CastLike", number(0), number(64));
    String step = g.node("CastLike", number(1), number(64));
    String positions = g.node("Range", from, number(64), step);
    String table = g.node("Gather", g.weight(1, 64, 3), positions);
    String tokens = g.node("Reshape", x, g.longs(0, 64, 3));
    Network network = canonical(g.build(g.node("Add", tokens, table)));
    assertThat(network.graph().nodes().stream().map(Node::op)).containsExactly("Reshape", "Add");
  }

  private String number(long value) {
    return g.constant(Tensor.ofLongs(new int[0], new long[] {value}));
  }

  @Test
  void aRecurrentLayersStateOfZerosForEachImageIsLeftOut() {
    String steps = g.node("Reshape", x, g.longs(-1, 3, 64));
    String first = g.node("Transpose", Map.of("perm", ints(1, 0, 2)), steps);
    String size = g.node("Gather", g.node("Shape", first), g.longs(1));
    Map<String, Attribute> flat = Map.of("axis", new Attribute.Int(0));
    String zeros = g.node("ConstantOfShape", g.node("Concat", flat, g.longs(1), size, g.longs(4)));
    Map<String, Attribute> hidden = Map.of("hidden_size", new Attribute.Int(4));
    String w = g.weight(0.2, 1, 12, 64);
    String r = g.weight(0.2, 1, 12, 4);
    String gru = g.node("GRU", hidden, first, w, r, "", "", zeros);
    String out = g.node("Transpose", Map.of("perm", ints(2, 0, 1, 3)), gru);
    Network network = canonical(g.build(out));
    assertThat(network.graph().nodes().stream().map(Node::op))
        .containsExactly("Reshape", "Transpose", "GRU", "Transpose");
  }
}
