package io.github.pleas.symmetry;

import static io.github.pleas.network.GraphBuilder.ints;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Network;
import io.github.pleas.network.Runs;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What must not move, or only together: the outputs stay in each of these, and what is fixed is
 * said with its reason while the rest goes on moving.
 */
class SoundnessTest {
  private static final Attribute ONE = new Attribute.Int(1);

  private final GraphBuilder g = new GraphBuilder(9);
  private final String x = g.input("x", 3, 6, 6);

  /** A further group of 4 units and the head. */
  private Graph finished(String h, int channels) {
    return g.build(g.gemm(g.pooled(g.relu(g.conv(h, channels, 4, 1))), 4, 3));
  }

  @Test
  void anOperatorWithoutRuleFixesItsInputsOnly() {
    String h =
        g.node("QuantizeLinear", g.conv(g.relu(g.conv(x, 3, 7, 3)), 7, 5, 3), step(), zero());
    String back = g.node("DequantizeLinear", h, step(), zero());
    Checked found =
        Checked.of(finished(back, 5))
            .hasGroups(7, 4)
            .reportsFixed("no rule for operator QuantizeLinear 'quantizelinear_3'");
    assertThat(found.symmetry().unknownOperators())
        .containsExactly(
            "QuantizeLinear 'quantizelinear_3'", "DequantizeLinear 'dequantizelinear_4'");
    assertThat(found.symmetry().fixed().stream().map(Symmetry.Fixed::layer)).contains("conv_2");
  }

  private String step() {
    return g.constant(Tensor.ofFloats(new int[0], new float[] {0.05f}));
  }

  private String zero() {
    return g.constant(Tensor.ofBytes(ElementType.UINT8, new int[0], new byte[] {(byte) 128}));
  }

  @Test
  void quantisedOperatorsFixWhatEntersThem() {
    String h = g.relu(g.conv(g.relu(g.conv(x, 3, 7, 3)), 7, 5, 3));
    List<String> dynamic = g.nodes("", "DynamicQuantizeLinear", Map.of(), 3, h);
    byte[] weights = new byte[6 * 5];
    new Random(4).nextBytes(weights);
    String weight = g.constant(Tensor.ofBytes(ElementType.INT8, new int[] {6, 5, 1, 1}, weights));
    String signed = g.constant(Tensor.ofBytes(ElementType.INT8, new int[0], new byte[1]));
    String quantised =
        g.node(
            "QLinearConv",
            dynamic.get(0),
            dynamic.get(1),
            dynamic.get(2),
            weight,
            step(),
            signed,
            step(),
            zero());
    Checked found = Checked.of(finished(g.node("DequantizeLinear", quantised, step(), zero()), 6));
    found.hasGroups(7, 4).reportsFixed("no rule for operator DynamicQuantizeLinear");
    assertThat(found.symmetry().unknownOperators()).hasSize(3);
  }

  // One box for each image, whichever is the best; the boxes' order must stay.
  @Test
  void whatIsSelectedByScoreStays() {
    String h = g.pooled(g.relu(g.conv(x, 3, 8, 3)));
    String boxes = g.node("Reshape", h, g.longs(0, 2, 4));
    String scores = g.node("Reshape", g.gemm(h, 8, 2), g.longs(0, 1, 2));
    String most = g.longs(1);
    String best =
        g.node("Cast", Map.of("to", ONE), g.node("NonMaxSuppression", boxes, scores, most));
    String row = g.node("Slice", best, g.longs(1), g.longs(3), g.longs(1));
    String last = g.relu(g.gemm(g.pooled(g.conv(x, 3, 6, 3)), 6, 2));
    Checked.of(g.build(g.gemm(g.add(row, last), 2, 3)))
        .hasGroups(6)
        .reportsFixed("no rule for operator NonMaxSuppression");
  }

  @Test
  void anOperatorOfAnotherDomainHasNoRuleWhateverItsName() {
    String h = g.nodes("com.microsoft", "Trilu", Map.of(), 1, g.conv(x, 3, 5, 3)).get(0);
    Checked.of(finished(h, 5)).hasGroups(4).reportsFixed("no rule for operator Trilu");
  }

  @Test
  void aHiddenValueThatIsAnOutputStays() {
    String h = g.relu(g.conv(x, 3, 5, 3));
    Graph graph = g.build(h, g.gemm(g.pooled(g.conv(h, 5, 4, 1)), 4, 3));
    Checked.of(graph).hasGroups(4).reportsFixed("output '" + h + "' of the network");
  }

  @Test
  void theInputInAResidualFixesWhatItMeets() {
    String h = g.relu(g.add(x, g.conv(g.relu(g.conv(x, 3, 7, 3)), 7, 3, 3)));
    Checked.of(finished(h, 3))
        .hasGroups(7, 4)
        .reportsFixed("meets an axis that does not move at Add");
  }

  // Its rows are what both write and its columns what both read: all one group with the stem's.
  @Test
  void aWeightThatTwoLayersShareTiesTheirUnits() {
    String h = g.conv(x, 3, 5, 3);
    String w = g.weight(0.5, 5, 5, 1, 1);
    h = g.relu(g.node("Conv", g.relu(g.node("Conv", h, w)), w));
    Checked found = Checked.of(finished(h, 5)).hasGroups(5, 4);
    assertThat(found.symmetry().axis(w, 0)).isPresent();
    assertThat(found.symmetry().axis(w, 1)).isPresent();
  }

  // The bias is one constant: moving the units of one layer must move the other's.
  @Test
  void aBiasThatTwoLayersShareTiesTheirUnits() {
    String bias = g.weight(1, 5);
    String h = g.relu(g.node("Conv", x, g.weight(0.5, 5, 3, 1, 1), bias));
    h = g.relu(g.node("Conv", h, g.weight(0.5, 5, 5, 1, 1), bias));
    Checked.of(finished(h, 5)).hasGroups(5, 4);
  }

  // A weight that also meets an axis that stays must stay: the output of Gemm here.
  @Test
  void aConstantThatStaysInOnePlaceStaysInAll() {
    String factor = g.weight(1, 5, 1, 1);
    String h = g.node("Mul", g.conv(x, 3, 5, 3), factor);
    String y = g.gemm(g.pooled(g.conv(h, 5, 4, 1)), 4, 5);
    String out = g.add(y, g.node("Reshape", factor, g.longs(1, 5)));
    String direct = g.node("Mul", g.node("Reshape", out, g.longs(0, 5, 1, 1)), factor);
    Checked.of(g.build(direct)).hasGroups(4);
  }

  // Convolving over height and channels: the units are on what is a spatial axis there.
  @Test
  void aConvolutionAlongTheUnitsFixesThem() {
    String turned = g.node("Transpose", Map.of("perm", ints(0, 2, 3, 1)), g.conv(x, 3, 5, 3));
    Checked.of(finished(g.conv(turned, 6, 6, 3), 6))
        .hasGroups(6, 4)
        .reportsFixed("slides along this axis");
  }

  // Mirrored channels, and channels that are cut off, are others than those beside them.
  @Test
  void paddingOfChannelsByOthersFixesThem() {
    String h = g.conv(x, 3, 5, 3);
    Map<String, Attribute> mirrored = Map.of("mode", new Attribute.Text("reflect"));
    String more = g.node("Pad", mirrored, h, g.longs(0, 1, 0, 0, 0, 0, 0, 0));
    Checked.of(finished(more, 6)).hasGroups(4).reportsFixed("works along this axis");
    String fewer = g.node("Pad", h, g.longs(0, -1, 0, 0, 0, 0, 0, 0));
    Checked.of(finished(fewer, 4)).hasGroups(4).reportsFixed("works along this axis");
  }

  // One filter for all: the same in any order along that axis, but nobody says so; it must not
  // move.
  @Test
  void poolingAlongTheUnitsFixesThem() {
    String turned = g.node("Transpose", Map.of("perm", ints(0, 2, 3, 1)), g.conv(x, 3, 5, 3));
    String pooled = g.node("MaxPool", Map.of("kernel_shape", ints(2, 2)), turned);
    Checked.of(finished(pooled, 6)).hasGroups(4).reportsFixed("works along this axis");
  }

  @Test
  void normalisationOfAnotherAxisLetsUnitsPass() {
    String rows =
        g.node(
            "Transpose",
            Map.of("perm", ints(0, 2, 1)),
            g.node("Reshape", g.conv(x, 3, 5, 3), g.longs(0, 5, 36)));
    String back = g.node("Transpose", Map.of("perm", ints(0, 2, 1)), g.batchNorm(rows, 36));
    Checked.of(finished(g.node("Reshape", back, g.longs(0, 5, 6, 6)), 5)).hasGroups(5, 4);
  }

  // Indices count through the whole tensor, channels included.
  @Test
  void theIndicesOfMaxPoolFixItsUnits() {
    String h = g.conv(x, 3, 5, 3);
    Graph rest = finished(g.add(g.relu(h), g.relu(h)), 5);
    List<Node> nodes = new ArrayList<>(rest.nodes());
    int at = 3;
    Node add = nodes.get(at);
    assertThat(add.op()).isEqualTo("Add");
    nodes.set(at, add.withInputs(List.of("pooled", "scaled")));
    nodes.addAll(
        at,
        List.of(
            new Node(
                "pool",
                "MaxPool",
                "",
                List.of(h),
                List.of("pooled", "indices"),
                Map.of("kernel_shape", ints(2, 2))),
            new Node("cast", "Cast", "", List.of("indices"), List.of("float"), Map.of("to", ONE)),
            new Node(
                "scale",
                "Mul",
                "",
                List.of("float", g.constant(Tensor.ofFloats(new int[0], new float[] {0.01f}))),
                List.of("scaled"),
                Map.of())));
    Checked.of(rest.withNodes(nodes).withInitializers(g.build(h).initializers()))
        .hasGroups(4)
        .reportsFixed("more outputs in use");
  }

  // The graph inside the If reads h without listing it as an input.
  @Test
  void aValueThatASubgraphReadsStays() {
    String h = g.relu(g.conv(x, 3, 5, 3));
    String condition = g.constant(Tensor.ofBytes(ElementType.BOOL, new int[0], new byte[] {1}));
    String chosen =
        g.node(
            "If",
            Map.of("then_branch", branch("Sigmoid", h), "else_branch", branch("Tanh", h)),
            condition);
    Checked.of(finished(g.add(g.conv(h, 5, 5, 1), chosen), 5))
        .hasGroups(4)
        .reportsFixed("no rule for operator If");
  }

  private static Attribute branch(String op, String captured) {
    GraphProto.Builder graph = GraphProto.newBuilder().setName(op);
    graph.addNode(NodeProto.newBuilder().setOpType(op).addInput(captured).addOutput(op + "_out"));
    graph.addOutput(ValueInfoProto.newBuilder().setName(op + "_out"));
    AttributeProto proto =
        AttributeProto.newBuilder()
            .setName(op.equals("Sigmoid") ? "then_branch" : "else_branch")
            .setType(AttributeProto.AttributeType.GRAPH)
            .setG(graph)
            .build();
    return new Attribute.Opaque(proto.toByteString());
  }

  // The computed bias is no constant that could be reordered.
  @Test
  void aConvolutionWithAComputedBiasIsFixed() {
    String bias =
        g.node(
            "ReduceMean",
            Map.of("axes", ints(0, 2, 3), "keepdims", new Attribute.Int(0)),
            g.conv(x, 3, 5, 3));
    String h = g.node("Conv", x, g.weight(0.5, 5, 3, 1, 1), bias);
    Checked.of(finished(g.relu(h), 5))
        .hasGroups(4)
        .reportsFixed("not a layer with constant weights");
  }

  @Test
  void sumsOverUnitsAndSoftmaxAreRigid() {
    String h = g.node("Softmax", Map.of("axis", ONE), g.conv(x, 3, 5, 3));
    Checked.of(finished(h, 5)).hasGroups(5, 4).isRigid("normalises over the units");
    String k = g.conv(x, 3, 6, 3);
    String mean = g.node("ReduceMean", Map.of("axes", ints(1)), k);
    Checked.of(finished(g.node("Mul", k, mean), 6))
        .hasGroups(6, 4)
        .isRigid("reduces over the units");
  }

  // In a shuffle of two times four, added to what was shuffled, 1 meets 4, 4 meets 2 and 2 meets 1;
  // so do 3, 5 and 6, but the other way round: rings that are not interchangeable place by place.
  // The first and the last meet themselves.
  @Test
  void ringsThatRunInDifferentSensesStay() {
    String h = g.conv(x, 3, 8, 3);
    String split = g.node("Reshape", h, g.longs(0, 2, 4, 6, 6));
    String mixed = g.node("Transpose", Map.of("perm", ints(0, 2, 1, 3, 4)), split);
    String back = g.node("Reshape", mixed, g.longs(0, 8, 6, 6));
    Checked.of(finished(g.add(h, back), 8)).hasGroups(2, 4);
  }

  // The batch lies outermost, so that each image keeps its units.
  @Test
  void unitsPassAReshapeIntoTheBatch() {
    String rows = g.node("Reshape", g.conv(x, 3, 5, 3), g.longs(-1, 36));
    String back = g.node("Reshape", g.node("Mul", rows, g.weight(1, 36)), g.longs(-1, 5, 6, 6));
    Checked.of(finished(back, 5)).hasGroups(5, 4);
  }

  @Test
  void unitsBeforeTheBatchDoNotPassAReshapeThatMixesThem() {
    String first = g.node("Transpose", Map.of("perm", ints(1, 0, 2, 3)), g.conv(x, 3, 5, 3));
    String rows = g.node("Reshape", first, g.longs(-1, 36));
    String scaled = g.node("Reshape", g.node("Mul", rows, g.weight(1, 36)), g.longs(5, -1, 6, 6));
    String back = g.node("Transpose", Map.of("perm", ints(1, 0, 2, 3)), scaled);
    Checked.of(finished(back, 5)).hasGroups(4).reportsFixed("mixes units with the batch");
  }

  // Of equal ones the first is taken; after a ReLU many are equal.
  @Test
  void whatTakesTheFirstOfEqualOnesFixesThem() {
    String h = g.relu(g.conv(x, 3, 5, 3));
    String hard = g.node("Hardmax", Map.of("axis", ONE), h);
    Checked.of(finished(hard, 5)).hasGroups(4).reportsFixed("Hardmax 'hardmax_2' works along");
    GraphBuilder b = new GraphBuilder(3);
    String k = b.relu(b.conv(b.input("x", 3, 6, 6), 3, 5, 3));
    String top = b.nodes("", "TopK", Map.of("axis", ONE), 2, k, b.longs(2)).get(0);
    Checked.of(b.build(b.gemm(b.pooled(b.relu(b.conv(top, 2, 4, 1))), 4, 3))).hasGroups(4);
  }

  // Five units at a scale of 1.1 are five, but not the same ones.
  @Test
  void unitsThatAreResizedToTheirOwnNumberStay() {
    String turned = g.node("Transpose", Map.of("perm", ints(0, 2, 1, 3)), g.conv(x, 3, 5, 3));
    String scales = g.constant(Tensor.ofFloats(new int[] {4}, new float[] {1, 1, 1.1f, 1}));
    Map<String, Attribute> linear = Map.of("mode", new Attribute.Text("linear"));
    String resized = g.node("Resize", linear, turned, "", scales);
    String back = g.node("Transpose", Map.of("perm", ints(0, 2, 1, 3)), resized);
    Checked.of(finished(back, 5)).hasGroups(4).reportsFixed("works along this axis");
  }

  // Each unit, standing where images do, is sampled at points of its own.
  @Test
  void unitsInPlaceOfImagesStayWhereImagesAreSampled() {
    String first = g.node("Transpose", Map.of("perm", ints(1, 0, 2, 3)), g.conv(x, 3, 5, 3));
    String sampled = g.node("GridSample", first, g.weight(0.5, 5, 6, 6, 2));
    String back = g.node("Transpose", Map.of("perm", ints(1, 0, 2, 3)), sampled);
    Checked.of(Batches.fixed(finished(back, 5), 1))
        .hasGroups(4)
        .reportsFixed("works along this axis");
  }

  // Positions times batch beyond what an int holds, were the batch a million.
  @Test
  void unitsPassAReshapeOfManyPositionsIntoTheBatch() {
    GraphBuilder large = new GraphBuilder(1);
    String h = large.conv(large.input("x", 3, 50, 50), 3, 5, 3);
    String last = large.node("Transpose", Map.of("perm", ints(0, 2, 3, 1)), h);
    String rows = large.matMul(large.node("Reshape", last, large.longs(-1, 5)), 5, 4);
    String mean =
        large.node(
            "ReduceMean",
            Map.of("axes", ints(1), "keepdims", new Attribute.Int(0)),
            large.node("Reshape", rows, large.longs(-1, 2500, 4)));
    Checked.of(large.build(large.gemm(mean, 4, 3))).hasGroups(5, 4);
  }

  @Test
  void flatteningWithChannelsLastMakesEachUnitAComb() {
    String last = g.node("Transpose", Map.of("perm", ints(0, 2, 3, 1)), g.relu(g.conv(x, 3, 5, 3)));
    Checked found = Checked.of(g.build(g.gemm(g.node("Flatten", last), 180, 3))).hasGroups(5);
    AxisUnits comb = found.symmetry().axis(found.constants("Gemm", 1).get(0), 1).orElseThrow();
    for (int e = 0; e < 180; e++) {
      assertThat(comb.unit()[e]).isEqualTo(e % 5);
    }
  }

  @Test
  void concatenationsOfConcatenationsMoveByParts() {
    Map<String, Attribute> channels = Map.of("axis", ONE);
    String a = g.conv(x, 3, 2, 3);
    String b = g.conv(x, 3, 3, 3);
    String ab = g.node("Concat", channels, a, b);
    String all = g.node("Concat", channels, ab, g.conv(ab, 5, 4, 1), a);
    // The sum ties the last two, a, to the first two elsewhere: they are the same units anyway.
    Checked.of(finished(g.relu(all), 11)).hasGroups(2, 3, 4, 4);
  }

  @Test
  void concatenationWithTheInputKeepsTheInputInItsPlace() {
    String h = g.node("Concat", Map.of("axis", ONE), x, g.conv(x, 3, 5, 3));
    Checked.of(finished(g.relu(h), 8)).hasGroups(5, 4);
  }

  @Test
  void unitsThatMoveToTheFirstAxisPassWhateverTheBatch() {
    for (int batch : new int[] {-1, 1, 4}) {
      GraphBuilder b = new GraphBuilder(2);
      String h = b.conv(b.input("x", 3, 6, 6), 3, 8, 3);
      String first = b.node("Transpose", Map.of("perm", ints(1, 0, 2, 3)), h);
      String scaled = b.node("Mul", first, b.weight(1, 8, 1, 1, 1));
      String back = b.node("Transpose", Map.of("perm", ints(1, 0, 2, 3)), scaled);
      // Only a fixed batch can be added to like this.
      String sum = batch < 0 ? back : b.add(back, b.weight(1, batch, 1, 6, 6));
      Graph graph = b.build(b.gemm(b.pooled(b.conv(sum, 8, 4, 1)), 4, 3));
      Checked found = Checked.of(batch < 0 ? graph : Batches.fixed(graph, batch));
      found.hasGroups(8, 4);
      if (batch == 4) {
        assertThat(found.network().fixedBatch()).hasValue(4);
      }
    }
  }

  @Test
  void aConstantJoinedToUnitsMovesWithThemOrNotAtAll() {
    String h = g.conv(x, 3, 5, 3);
    String border = g.weight(1, 1, 5, 2, 6);
    String taller = g.node("Concat", Map.of("axis", new Attribute.Int(2)), h, border);
    Checked found = Checked.of(Batches.fixed(finished(taller, 5), 1)).hasGroups(5, 4);
    assertThat(found.symmetry().axis(border, 1)).isPresent();
    // Joined on the channels its units are told apart by the next layer only: they move with those
    // that they meet in another use.
    GraphBuilder b = new GraphBuilder(3);
    String y = b.input("x", 3, 6, 6);
    String extra = b.weight(1, 1, 2, 6, 6);
    String wider = b.node("Concat", Map.of("axis", ONE), b.conv(y, 3, 5, 3), extra);
    String other = b.node("Mul", b.conv(y, 3, 2, 3), extra);
    String both = b.add(b.conv(wider, 7, 4, 1), b.conv(other, 2, 4, 1));
    Checked.of(Batches.fixed(b.build(b.gemm(b.pooled(both), 4, 3)), 1)).hasGroups(5, 2, 4);
  }

  // What reads a constant as data puts each of its elements in a place that stays.
  @Test
  void aConstantThatIsReadAsDataStaysInAllItsUses() {
    String table = g.weight(1, 1, 5, 6, 6);
    String batch = g.node("Slice", g.node("Shape", x), g.longs(0), g.longs(1), g.longs(0));
    String repeats =
        g.node("Concat", Map.of("axis", new Attribute.Int(0)), batch, g.longs(2, 1, 1));
    String tiled = g.node("Tile", table, repeats);
    String first = g.node("Slice", tiled, g.longs(0), g.longs(5), g.longs(1));
    String h = g.node("Mul", g.conv(x, 3, 5, 3), table);
    // The sum with what stays would hold the units that meet it here; these meet the table only.
    String seen = g.conv(first, 5, 4, 1);
    String sum = g.add(g.conv(h, 5, 4, 1), seen);
    Checked.of(g.build(g.gemm(g.pooled(g.relu(sum)), 4, 3)))
        .hasGroups(4)
        .reportsFixed("meets an axis that does not move at Tile");
  }

  // A rule that has said half of what there is to say: the bias is not bound when it throws.
  @Test
  void aRuleThatThrowsFixesWhatItsOperatorTouchesAndTheRestGoesOn() {
    OperatorRule failing =
        (node, ties) -> {
          ties.bind(node.input(1), 0, Optional.of(ties.newUnits(node.output(), 1)), node);
          throw new IllegalStateException("no such thing");
        };
    String h = g.relu(g.conv(x, 3, 7, 3));
    String factor = g.weight(1, 7, 1, 1);
    String scaled = g.node("Mul", h, factor);
    Network network = Runs.read(finished(g.relu(g.conv(scaled, 7, 5, 3)), 5));
    OperatorRules rules = OperatorRules.standard().with("", "Mul", failing);
    Checked found = new Checked(network, new SymmetryAnalysis(rules).analyse(network));
    String failed = "Mul 'mul_2': java.lang.IllegalStateException: no such thing";
    found.outputsStay();
    found.hasGroups(5, 4).reportsFixed("the rule failed for " + failed);
    assertThat(found.symmetry().failedRules()).containsExactly(failed);
    assertThat(found.symmetry().unknownOperators()).isEmpty();
  }

  @Test
  void aGroupNormalizationWithAComputedScaleIsFixed() {
    GraphBuilder b = new GraphBuilder(9).opset(21);
    String in = b.input("x", 3, 6, 6);
    String mean =
        b.node(
            "ReduceMean",
            Map.of("keepdims", new Attribute.Int(0)),
            b.conv(in, 3, 6, 3),
            b.longs(0, 2, 3));
    String normal =
        b.node(
            "GroupNormalization",
            Map.of("num_groups", new Attribute.Int(2)),
            b.conv(in, 3, 6, 3),
            mean,
            b.weight(1, 6));
    Graph graph = b.build(b.gemm(b.pooled(b.relu(b.conv(normal, 6, 4, 1))), 4, 3));
    Checked found =
        Checked.of(graph)
            .hasGroups(4)
            .reportsFixed("the scale or offset of GroupNormalization 'groupnormalization_3'");
    assertThat(found.symmetry().failedRules()).isEmpty();
  }

  // Two blocks of three and three of two: the smaller ones are units of what they write.
  @Test
  void blocksThatCrossStayAndTheirOperatorIsNamed() {
    String h = g.relu(g.conv(g.conv(x, 3, 6, 3), 6, 6, 3, 1, 2));
    Checked found = Checked.of(finished(g.relu(g.conv(h, 6, 3, 3, 1, 3)), 3));
    found.reportsFixed("stands in blocks that cross each other");
    assertThat(found.symmetry().fixed())
        .filteredOn(f -> f.reason().equals("stands in blocks that cross each other"))
        .isNotEmpty()
        .allSatisfy(f -> assertThat(f.operator().map(Node::op)).as("%s", f).contains("Conv"));
  }

  // Of a stream that is cut in two, what a quantisation reads stays.
  @Test
  void fixedUnitsSayWhereTheyStand() {
    String h = g.relu(g.conv(x, 3, 7, 3));
    String part = g.node("Slice", h, g.longs(2), g.longs(5), g.longs(1));
    String q = g.node("QuantizeLinear", part, step(), zero());
    String back = g.node("DequantizeLinear", q, step(), zero());
    Graph graph = finished(g.add(g.conv(back, 3, 5, 1), g.conv(h, 7, 5, 1)), 5);
    Checked found = Checked.of(graph);
    assertThat(found.symmetry().fixed())
        .filteredOn(f -> f.layer().equals("conv_0"))
        .singleElement()
        .satisfies(
            f -> {
              assertThat(f.tensor()).isEqualTo("conv_0");
              assertThat(f.axes()).containsExactly(1);
              assertThat(f.ranges()).containsExactly(new Symmetry.Range(2, 4));
              assertThat(f.units()).isEqualTo(3);
            });
  }
}
