package io.github.pleas.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.budget.UniformAllocation;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.matching.Matching;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.Merger;
import io.github.pleas.merge.Merging;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.symmetry.Permutations;
import io.github.pleas.symmetry.Separability;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LayoutTest {
  private static Matching random(Symmetry symmetry) {
    double[][] scores = new double[symmetry.groups().size()][];
    Random random = new Random(8);
    for (UnitGroup group : symmetry.groups()) {
      scores[group.index()] = random.doubles(group.size()).toArray();
    }
    return new Matching(Permutations.random(symmetry, 6), scores);
  }

  private static MergedLayout layout(Network network, double r) {
    Separability separability = Merging.separability(network);
    Symmetry symmetry = separability.symmetry();
    return new MergedLayout(
        separability,
        random(symmetry),
        UniformAllocation.allocate(symmetry.groups(), separability.separable(), r));
  }

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void unitsStandInTheOrderAOnlyMergedBOnlyEachPairOnce(SmallNetworks architecture) {
    Network network = architecture.network(1);
    Symmetry symmetry = Merging.symmetry(network);
    for (double r : new double[] {0, 0.1, 0.3, 0.5, 0.77, 1}) {
      MergedLayout layout = layout(network, r);
      for (UnitGroup group : symmetry.groups()) {
        int n = group.size();
        int separate = (int) Math.round(r * n);
        MergedAxis axis = layout.group(group.index());
        assertThat(axis.length()).isEqualTo(n + separate);
        int[] partner = layout.matching().permutations().of(group.index());
        boolean[] ofA = new boolean[n];
        boolean[] ofB = new boolean[n];
        double worstMerged = Double.POSITIVE_INFINITY;
        double bestSeparate = Double.NEGATIVE_INFINITY;
        for (int e = 0; e < axis.length(); e++) {
          assertThat(axis.isOnlyA(e)).isEqualTo(e < separate);
          assertThat(axis.isOnlyB(e)).isEqualTo(e >= n);
          if (axis.a()[e] >= 0) {
            assertThat(ofA[axis.a()[e]]).isFalse();
            ofA[axis.a()[e]] = true;
            double score = layout.matching().scores()[group.index()][axis.a()[e]];
            if (axis.isMerged(e)) {
              assertThat(axis.b()[e]).isEqualTo(partner[axis.a()[e]]);
              worstMerged = Math.min(worstMerged, score);
            } else {
              bestSeparate = Math.max(bestSeparate, score);
            }
          }
          if (axis.b()[e] >= 0) {
            assertThat(ofB[axis.b()[e]]).isFalse();
            ofB[axis.b()[e]] = true;
          }
        }
        assertThat(ofA).doesNotContain(false);
        assertThat(ofB).doesNotContain(false);
        assertThat(bestSeparate).isLessThan(worstMerged);
      }
    }
  }

  @Test
  void anAxisOfSeveralGroupsOrOfRunsHoldsEachGroupsOrder() {
    Network dense = SmallNetworks.DENSE.network(1);
    Layer third = dense.layers().get(2);
    MergedLayout layout = layout(dense, 0.5);
    MergedAxis joined = layout.axis(third.weight(), 1, 9);
    // 5 units and round(2.5) = 3 separate, then 4 and 2.
    assertThat(joined.length()).isEqualTo(8 + 6);
    for (int e = 0; e < joined.length(); e++) {
      assertThat(joined.isOnlyA(e)).isEqualTo(e < 3 || e >= 8 && e < 10);
      assertThat(joined.isOnlyB(e)).isEqualTo(e >= 5 && e < 8 || e >= 12);
      assertThat(Math.max(joined.a()[e], joined.b()[e]) < 5).isEqualTo(e < 8);
    }
    Network vgg = SmallNetworks.VGG.network(1);
    MergedLayout flat = layout(vgg, 0.5);
    MergedAxis channels = flat.axis(vgg.layers().get(1).weight(), 0, 6);
    MergedAxis elements = flat.axis(vgg.layers().get(2).weight(), 1, 24);
    assertThat(elements.length()).isEqualTo(4 * channels.length());
    for (int e = 0; e < elements.length(); e++) {
      int a = channels.a()[e / 4];
      int b = channels.b()[e / 4];
      assertThat(elements.a()[e]).isEqualTo(a < 0 ? -1 : 4 * a + e % 4);
      assertThat(elements.b()[e]).isEqualTo(b < 0 ? -1 : 4 * b + e % 4);
    }
  }

  /** The formulas of a layer from group i to group j: c (1 + ri)(1 + rj), and less 2 ri rj c. */
  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void costsFollowTheFormulas(SmallNetworks architecture) {
    Network a = architecture.network(1);
    Symmetry symmetry = Merging.symmetry(a);
    for (double r : new double[] {0, 0.4, 1}) {
      MergedArchitecture merged =
          ArchitectureBuilder.build(a, architecture.network(2), layout(a, r), Merging.SEPARATE);
      for (MergedLayer layer : merged.layers()) {
        double base = layer.layer().macs(a);
        double out = (double) layer.out().length() / layer.layer().outputs();
        double in = (double) layer.in().length() / layer.layer().inputs();
        boolean alone = layer.layer().kind().isPerChannel();
        double dense = base * out * (alone ? 1 : in);
        double blocks = alone || layer.isHead() ? dense : dense - 2 * base * (in - 1) * (out - 1);
        assertThat((double) layer.denseMacs()).isEqualTo(Math.rint(dense));
        assertThat((double) layer.blockMacs()).isEqualTo(Math.rint(blocks));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void theMergedGraphLoadsHasThePromisedOutputsAndAFreeBatch(SmallNetworks architecture) {
    Network a = architecture.network(1);
    Network b = architecture.network(2);
    String output = a.graph().outputs().get(0).name();
    for (double r : new double[] {0, 0.3, 0.5, 1}) {
      for (Heads heads : new Heads[] {Heads.shared(), Merging.SEPARATE}) {
        MergeResult result =
            Merging.merge(
                a,
                b,
                Merging.twoDomains(4),
                Merging.options(heads, FitMethod.PROGRESSIVE, HeadFit.JOINT, r));
        assertThat(result.graph().outputs().stream().map(ValueInfo::name))
            .containsExactlyElementsOf(
                heads.separate() ? List.of(output + "_left", output + "_right") : List.of(output));
        assertThat(result.graph().inputs().get(0).shape().get(0).isFree()).isTrue();
        // Reading runs the graph on two batch sizes and takes what grows for the batch.
        Network read = SmallNetworks.read(result.graph());
        assertThat(read.fixedBatch()).isEmpty();
        for (ValueInfo declared : result.graph().outputs()) {
          assertThat(declared.shape().get(0).isFree()).isTrue();
          assertThat(read.shape(declared.name()).forBatch(3)).containsExactly(3, 5);
        }
        for (MergeResult.Group group : result.groups()) {
          assertThat(group.separate()).isEqualTo((int) Math.round(r * group.units()));
          assertThat(group.width()).isEqualTo(group.units() + group.separate());
        }
        assertThat(result.cost().macs()).isEqualTo(read.macs());
        assertThat(result.cost().parameters()).isEqualTo(read.parameters());
      }
    }
  }

  @Test
  void aConstantThatALayerAndAnotherNodeShareIsKeptForTheOther() {
    Network[] pair = new Network[2];
    for (int i = 0; i < 2; i++) {
      GraphBuilder g = new GraphBuilder(i + 1);
      String vector = g.weight(0.1, 7);
      String x = g.node("Flatten", g.input("x", 3, 8, 8));
      String h =
          g.relu(
              g.node(
                  "Gemm",
                  java.util.Map.of("transB", new Attribute.Int(1)),
                  x,
                  g.weight(0.1, 7, 192),
                  vector));
      pair[i] = SmallNetworks.read(g.build(g.gemm(g.node("Add", h, vector), 7, 4)));
    }
    MergeResult result =
        Merging.merge(
            pair[0],
            pair[1],
            Merging.twoDomains(30),
            Merging.options(Merging.SEPARATE, FitMethod.PROGRESSIVE, HeadFit.TASKS, 1));
    var fresh = Merging.oneDomain(7).a();
    var found = Merging.outputs(result, fresh);
    String output = pair[0].graph().outputs().get(0).name();
    assertThat(
            Merging.error(
                Merging.only(Merging.outputs(pair[0], fresh)),
                java.util.Objects.requireNonNull(found.get(output + "_left"))))
        .isLessThan(1e-4);
  }

  /** Names of a network with a scale by a constant in the trunk and one in the tail. */
  private record Named(String output, String trunkValue, String trunkScale, String tailScale) {}

  private static Network scaled(long seed, Named names) {
    GraphBuilder g = new GraphBuilder(seed);
    String x = g.node("Flatten", g.input("x", 3, 8, 8));
    String three = g.constant(Tensor.ofFloats(new int[] {1}, new float[] {3}));
    String minusOne = g.constant(Tensor.ofFloats(new int[] {1}, new float[] {-1}));
    String h = g.relu(g.gemm(g.node("Mul", x, three), 192, 7));
    String hidden = g.relu(g.gemm(h, 7, 6));
    String logits = g.gemm(hidden, 6, 4);
    String output = g.node("Mul", logits, minusOne);
    return SmallNetworks.read(
        renamed(
            g.build(output),
            Map.of(
                three,
                names.trunkScale(),
                minusOne,
                names.tailScale(),
                h,
                names.trunkValue(),
                output,
                names.output())));
  }

  private static Graph renamed(Graph graph, Map<String, String> to) {
    UnaryOperator<String> rename = name -> to.getOrDefault(name, name);
    Map<String, Tensor> constants = new java.util.LinkedHashMap<>();
    graph.initializers().forEach((name, tensor) -> constants.put(rename.apply(name), tensor));
    return new Graph(
        graph.name(),
        graph.inputs(),
        graph.outputs().stream()
            .map(o -> new ValueInfo(rename.apply(o.name()), o.type(), o.shape()))
            .toList(),
        graph.nodes().stream()
            .map(
                n ->
                    n.withInputs(n.inputs().stream().map(rename).toList())
                        .withOutputs(n.outputs().stream().map(rename).toList()))
            .toList(),
        constants,
        graph.opsets(),
        graph.irVersion(),
        Map.of());
  }

  /** With everything separate each head computes its original, whatever things are called. */
  @ParameterizedTest
  @CsvSource({
    "y, h, val_1, val", // the trunk's constant is called as A's copy of the tail's would be
    "y, h, y_1, val", // the trunk's constant is called as an output
    "y, val_2, scale, val", // the trunk's value is called as B's copy of the tail's constant
    "y, h, c2_2, c3_1" // others are called as weights would be
  })
  void namesThatMeetByChanceChangeNothing(
      String output, String trunkValue, String trunkScale, String tailScale) {
    Named names = new Named(output, trunkValue, trunkScale, tailScale);
    Network a = scaled(1, names);
    Network b = scaled(2, names);
    MergeResult result =
        Merging.merge(
            a,
            b,
            Merging.twoDomains(30),
            Merging.options(Heads.separate("1", "2"), FitMethod.PROGRESSIVE, HeadFit.ORIGINAL, 1));
    var fresh = Merging.oneDomain(7).a();
    var found = Merging.outputs(result, fresh);
    assertThat(found).containsOnlyKeys(output + "_1", output + "_2");
    int i = 0;
    for (Network original : new Network[] {a, b}) {
      assertThat(
              Merging.error(
                  Merging.only(Merging.outputs(original, fresh)),
                  java.util.Objects.requireNonNull(found.get(output + "_" + ++i))))
          .isLessThan(1e-4);
    }
  }

  @Test
  void anOutputThatWouldBeCalledAsAnotherValueIsRefusedByNameBeforeImagesAreRead() {
    Network network = scaled(1, new Named("y", "y_a", "three", "minus"));
    Merger merger =
        new Merger(
            Merging.runtime(),
            Merging.options(Heads.separate("a", "b"), FitMethod.NONE, HeadFit.ORIGINAL, 0));
    assertThatThrownBy(() -> merger.align(network, network))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'y_a'")
        .hasMessageContaining("--name-a");
  }

  @Test
  void twoOutputsNeedTwoNames() {
    assertThatThrownBy(() -> Heads.separate("same", "same"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'same'");
    assertThatThrownBy(() -> Heads.separate("", "b")).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void anOutputOnTheWayToAnotherIsRefusedByName() {
    GraphBuilder g = new GraphBuilder(1);
    String features = g.pooled(g.conv(g.input("x", 3, 8, 8), 3, 6, 3));
    Network network = SmallNetworks.read(g.build(features, g.gemm(features, 6, 4)));
    assertThatThrownBy(() -> ArchitectureBuilder.requireMergeable(network, Heads.shared()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("gemm_3");
  }

  @Test
  void anAllocationOutsideOfItsRangeIsRefused() {
    Separability vgg = Merging.separability(SmallNetworks.VGG.network(1));
    for (double fraction : new double[] {-0.1, 1.1, Double.NaN}) {
      assertThatThrownBy(
              () -> UniformAllocation.allocate(vgg.symmetry().groups(), vgg.separable(), fraction))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** A Split whose parts keep their sizes keeps its constant. */
  @Test
  void sizesOfASplitThatDoNotChangeStayInTheGraph() {
    Network[] pair = new Network[2];
    for (int i = 0; i < 2; i++) {
      GraphBuilder g = new GraphBuilder(i + 1);
      String x = g.node("Flatten", g.input("x", 3, 8, 8));
      String h = g.gemm(x, 192, 8);
      String part = g.node("Split", Map.of("axis", new Attribute.Int(1)), h, g.longs(3, 5));
      Graph graph = g.build(g.gemm(g.relu(part), 3, 4));
      pair[i] =
          SmallNetworks.read(
              graph.withNodes(
                  graph.nodes().stream()
                      .map(n -> n.is("Split") ? n.withOutputs(List.of(part, "rest")) : n)
                      .toList()));
    }
    MergeResult result =
        Merging.merge(
            pair[0],
            pair[1],
            Merging.twoDomains(30),
            Merging.options(Merging.SEPARATE, FitMethod.NONE, HeadFit.ORIGINAL, 0));
    assertThat(Merging.outputs(result, Merging.oneDomain(3).a())).hasSize(2);
  }

  /** Two images are mixed, so that no other batch makes sense: the file says so. */
  @Test
  void aNetworkOfOneBatchSizeStaysOne() {
    Network[] pair = new Network[2];
    for (int i = 0; i < 2; i++) {
      GraphBuilder g = new GraphBuilder(i + 1);
      String h = g.relu(g.conv(g.input("x", 3, 8, 8), 3, 5, 3));
      String mixed = g.add(h, g.weight(1, 2, 5, 8, 8));
      Graph graph = g.build(g.gemm(g.pooled(mixed), 5, 2));
      ValueInfo images =
          new ValueInfo(
              "x",
              ElementType.FLOAT,
              IntStream.of(2, 3, 8, 8).mapToObj(ValueInfo.Dimension::of).toList());
      pair[i] = SmallNetworks.read(graph.withInputs(List.of(images)));
      assertThat(pair[i].fixedBatch()).hasValue(2);
    }
    MergeResult result =
        Merging.merge(
            pair[0],
            pair[1],
            Merging.twoDomains(30),
            Merging.options(Merging.SEPARATE, FitMethod.NONE, HeadFit.ORIGINAL, 0));
    assertThat(SmallNetworks.read(result.graph()).fixedBatch()).hasValue(2);
  }
}
