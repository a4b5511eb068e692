package io.github.pleas.network;

import static io.github.pleas.network.GraphBuilder.ints;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Node;
import io.github.pleas.runtime.ValueShape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LayersTest {
  private final GraphBuilder g = new GraphBuilder(1);

  private static List<String> headsOf(Network network) {
    return Tails.of(network).heads().stream().map(Layer::name).toList();
  }

  private static List<String> tailOf(Network network) {
    Tails tails = Tails.of(network);
    return network.graph().nodes().stream().filter(tails::isTail).map(Node::name).toList();
  }

  @Test
  void theLastLayerAndWhatFollowsItIsTheTail() {
    String head = g.gemm(g.pooled(g.relu(g.conv(g.input("x", 3, 4, 4), 3, 5, 3))), 5, 2);
    Network network = Runs.read(g.build(g.node("Softmax", head)));
    assertThat(headsOf(network)).containsExactly(head);
    assertThat(tailOf(network)).containsExactly(head, "softmax_5");
  }

  @Test
  void everyOutputHasItsHead() {
    String features = g.pooled(g.relu(g.conv(g.input("x", 3, 4, 4), 3, 5, 3)));
    String first = g.gemm(features, 5, 2);
    String second = g.matMul(features, 5, 3);
    Network network = Runs.read(g.build(first, second));
    assertThat(headsOf(network)).containsExactly("gemm_4", "matmul_5");
    assertThat(tailOf(network)).containsExactly("gemm_4", "matmul_5");
  }

  // A skip over the last layer: the layer before it also reaches the output without weights.
  @Test
  void aSkipOverTheLastLayerMakesTwoHeads() {
    String h = g.gemm(g.input("x", 6), 6, 4);
    String out = g.add(h, g.gemm(g.relu(h), 4, 4));
    assertThat(headsOf(Runs.read(g.build(out)))).containsExactly("gemm_0", "gemm_2");
  }

  @Test
  void convolutionsOfOneTwoAndThreeAxes() {
    for (int rank = 1; rank <= 3; rank++) {
      GraphBuilder b = new GraphBuilder(rank);
      int[] image = new int[rank + 1];
      Arrays.fill(image, 7);
      image[0] = 3;
      int[] weight = new int[rank + 2];
      Arrays.fill(weight, 3);
      weight[0] = 5;
      long[] two = new long[rank];
      Arrays.fill(two, 2);
      long[] pads = new long[2 * rank];
      Arrays.fill(pads, 1);
      Map<String, Attribute> attributes = Map.of("strides", ints(two), "pads", ints(pads));
      Network network =
          Runs.read(b.build(b.node("Conv", attributes, b.input("x", image), b.weight(1, weight))));
      Layer layer = network.layers().get(0);
      int positions = (int) Math.pow(4, rank);
      int taps = (int) Math.pow(3, rank);
      assertThat(layer.kind()).isEqualTo(Layer.Kind.CONVOLUTION);
      assertThat(layer.window().rank()).isEqualTo(rank);
      assertThat(layer.window().taps()).isEqualTo(taps);
      assertThat(layer.positions(network)).isEqualTo(positions);
      assertThat(layer.unknowns()).isEqualTo(3 * taps);
      assertThat(layer.macs(network)).isEqualTo((long) positions * 5 * 3 * taps);
      assertThat(layer.parameters(network)).isEqualTo(5L * 3 * taps + 5);
    }
  }

  @Test
  void kindsAndCostsOfEveryLayer() {
    String h = g.conv(g.input("x", 4, 6, 6), 4, 8, 3, 2, 1); // 3 x 3 positions
    h = g.conv(h, 8, 8, 3, 1, 8);
    h = g.conv(h, 8, 8, 1, 1, 2);
    h = g.batchNorm(g.relu(h), 8);
    h = g.gemm(g.node("Flatten", h), 72, 10);
    h = g.node("Reshape", h, g.longs(0, 2, 5));
    Network network = Runs.read(g.build(g.matMul(h, 5, 3)));
    assertThat(network.layers().stream().map(Layer::kind))
        .containsExactly(
            Layer.Kind.CONVOLUTION,
            Layer.Kind.DEPTHWISE,
            Layer.Kind.GROUPED,
            Layer.Kind.AFFINE,
            Layer.Kind.GEMM,
            Layer.Kind.MATMUL);
    assertThat(network.layers().stream().map(l -> l.macs(network)))
        .containsExactly(9L * 8 * 4 * 9, 9L * 8 * 9, 9L * 8 * 4, 9L * 8, 720L, 2L * 5 * 3);
    assertThat(network.layers().stream().map(l -> l.parameters(network)))
        .containsExactly(8L * 36 + 8, 8L * 9 + 8, 8L * 4 + 8, 16L, 730L, 5L * 3 + 3);
    assertThat(network.macs())
        .isEqualTo(network.layers().stream().mapToLong(l -> l.macs(network)).sum());
  }

  @Test
  void anAddedVectorIsTheBiasOfAMatrixProduct() {
    String rows = g.input("x", 5, 4);
    Network network =
        Runs.read(g.build(g.add(g.weight(1, 6), g.node("MatMul", rows, g.weight(1, 4, 6)))));
    Layer layer = network.layers().get(0);
    assertThat(layer.output()).isEqualTo("add_1");
    assertThat(layer.bias()).isPresent();
    assertThat(layer.unitAxis(3)).isEqualTo(2);
    assertThat(layer.positions(network)).isEqualTo(5);
  }

  @Test
  void otherAdditionsAreNoBias() {
    String rows = g.input("x", 5, 6);
    String product = g.node("MatMul", rows, g.weight(1, 6, 6));
    String table = g.add(product, g.weight(1, 5, 6));
    String read = g.node("MatMul", table, g.weight(1, 6, 6));
    String sum = g.add(read, g.weight(1, 6));
    Network network = Runs.read(g.build(sum, read));
    assertThat(network.layers()).hasSize(2).allMatch(l -> l.bias().isEmpty());
    assertThat(network.layers().stream().map(Layer::output)).containsExactly(product, read);
  }

  @Test
  void aViewReadsEachPositionsUnits() {
    // [batch, 2, 3, 4] along axis 2; each number says where it stands.
    FeatureView view = FeatureView.of(new ValueShape(new int[] {1, 2, 3, 4}, 0), 2);
    assertThat(List.of(view.units(), view.outer(), view.inner(), view.positions(), view.elements()))
        .containsExactly(3, 2, 4, 8, 24);
    float[] batch = new float[48];
    for (int i = 0; i < 48; i++) {
      batch[i] = i;
    }
    float[] row = new float[3];
    for (int image = 0; image < 2; image++) {
      for (int outer = 0; outer < 2; outer++) {
        for (int inner = 0; inner < 4; inner++) {
          view.read(FloatBuffer.wrap(batch), image, new int[] {outer * 4 + inner}, row);
          int first = 24 * image + 12 * outer + inner;
          assertThat(row).containsExactly(first, first + 4, first + 8);
        }
      }
    }
  }

  @Test
  void aViewCountsRowsThatStandInTheBatchAxis() {
    FeatureView view = FeatureView.of(new ValueShape(new int[] {7, 3}, 0), 1);
    assertThat(view.positions()).isEqualTo(7);
    assertThatThrownBy(() -> FeatureView.of(new ValueShape(new int[] {7, 3}, 0), 0))
        .hasMessageContaining("no rows of units in a value of shape [batch*7, 3]");
    assertThatThrownBy(() -> FeatureView.of(new ValueShape(new int[] {3, 1}, 1), 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aSampleDrawsDifferentPositionsInOrder() {
    PositionSample sample = PositionSample.of(50, 10, 73, 1);
    assertThat(sample.perImage()).isEqualTo(8);
    for (int image = 0; image < 10; image++) {
      assertThat(sample.of(image)).hasSize(8).isSorted().doesNotHaveDuplicates();
      assertThat(Arrays.stream(sample.of(image)).boxed().toList()).allMatch(p -> p >= 0 && p < 50);
      assertThat(sample.of(image)).isEqualTo(new PositionSample(50, 8, 1).of(image));
    }
    assertThat(sample.of(3))
        .isNotEqualTo(sample.of(4))
        .isNotEqualTo(new PositionSample(50, 8, 2).of(3));
  }

  @Test
  void aSampleOfAsManyRowsAsThereAreTakesThemAll() {
    assertThat(PositionSample.of(6, 10, 1000, 1).of(2)).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(PositionSample.of(6, 10, 1, 1).of(2)).hasSize(1);
  }

  // Chi-squared over 20 cells, 19 degrees of freedom: beyond 43.8 once in a thousand times.
  @Test
  void everyPositionIsDrawnEquallyOften() {
    int images = 8000;
    PositionSample sample = new PositionSample(20, 5, 9);
    long[] counts = new long[20];
    for (int image = 0; image < images; image++) {
      for (int position : sample.of(image)) {
        counts[position]++;
      }
    }
    double expected = images * 5 / 20.0;
    // Without replacement the counts vary less than those of independent draws, by (20 - 5) / 19.
    double chi =
        Arrays.stream(counts).mapToDouble(c -> (c - expected) * (c - expected) / expected).sum()
            * 19
            / 15;
    assertThat(chi).isBetween(6.8, 43.8);
  }

  // The draws of one image say nothing of the next one's: as many in common as by chance, 5 * 5 /
  // 20.
  @Test
  void neighbouringImagesAreDrawnIndependently() {
    PositionSample sample = new PositionSample(20, 5, 9);
    int images = 8000;
    List<Integer> common = new ArrayList<>();
    for (int image = 0; image < images; image++) {
      List<Integer> here = Arrays.stream(sample.of(image)).boxed().toList();
      common.add((int) Arrays.stream(sample.of(image + 1)).filter(here::contains).count());
    }
    double mean = common.stream().mapToInt(Integer::intValue).average().orElseThrow();
    // Hypergeometric: variance 5 * 1/4 * 3/4 * 15/19 = 0.74; five standard errors.
    assertThat(mean)
        .isBetween(1.25 - 5 * Math.sqrt(0.74 / images), 1.25 + 5 * Math.sqrt(0.74 / images));
  }
}
