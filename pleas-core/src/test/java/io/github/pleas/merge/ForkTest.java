package io.github.pleas.merge;

import static io.github.pleas.merge.Merging.SEPARATE;
import static io.github.pleas.merge.Merging.error;
import static io.github.pleas.merge.Merging.merge;
import static io.github.pleas.merge.Merging.only;
import static io.github.pleas.merge.Merging.options;
import static io.github.pleas.merge.Merging.outputs;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.RandomImages;
import io.github.pleas.data.Samples;
import io.github.pleas.eval.Logits;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.Layout;
import io.github.pleas.layout.MergedLayer;
import io.github.pleas.matching.Zip;
import io.github.pleas.matching.ZipOptions;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.ValueInfo;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Two networks that are one up to a node, and two behind it. */
class ForkTest {
  private static final Samples FRESH = RandomImages.normal(12, 3, 8, 8, 99);

  private static Heads forkedAt(String node) {
    return SEPARATE.forkedAt(node);
  }

  private static MergeOptions forked(String node, HeadFit heads, double r) {
    return options(forkedAt(node), FitMethod.PROGRESSIVE, heads, r);
  }

  private static Logits of(Map<String, Logits> outputs, String name) {
    return requireNonNull(outputs.get(name), name);
  }

  /** What writes the value that the last layer reads. */
  private static String beforeTheHead(Network network) {
    String input = network.layers().get(network.layers().size() - 1).input();
    return network.graph().nodes().stream()
        .filter(node -> node.outputs().contains(input))
        .findFirst()
        .orElseThrow()
        .name();
  }

  /** The first layer, or the activation right behind it. */
  private static String stem(Network network) {
    String first = network.layers().get(0).output();
    return network.graph().nodes().stream()
        .filter(node -> network.consumers(first).size() > 1 || node.is("Relu"))
        .findFirst()
        .orElseThrow()
        .name();
  }

  static Stream<Arguments> architecturesAndHeads() {
    return Stream.of(SmallNetworks.values())
        .flatMap(net -> Stream.of(HeadFit.values()).map(heads -> Arguments.of(net, heads)));
  }

  @ParameterizedTest
  @MethodSource("architecturesAndHeads")
  void aForkBeforeTheLastLayerIsTheSameAsSeparateHeads(SmallNetworks net, HeadFit heads) {
    Network a = net.network(1);
    Network b = net.network(2);
    for (double r : new double[] {0, 0.4}) {
      MergeResult plain =
          merge(a, b, Merging.twoDomains(40), options(SEPARATE, FitMethod.PROGRESSIVE, heads, r));
      MergeResult forked = merge(a, b, Merging.twoDomains(40), forked(beforeTheHead(a), heads, r));
      assertThat(forked.cost()).isEqualTo(plain.cost());
      Map<String, Logits> expected = outputs(plain, FRESH);
      Map<String, Logits> found = outputs(forked, FRESH);
      assertThat(found).containsOnlyKeys(expected.keySet());
      expected.forEach(
          (name, logits) -> assertThat(error(logits, of(found, name))).isLessThan(1e-5));
    }
  }

  /** Merged with a permuted copy, a forked network gives its own outputs twice. */
  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void mergedWithItsPermutedSelfAForkedNetworkIsItself(SmallNetworks net) {
    Network a = net.network(1);
    Network b = Merging.permuted(a, 5);
    Logits expected = only(outputs(a, FRESH));
    for (String node : List.of(stem(a), beforeTheHead(a))) {
      for (MergeOptions way : ways(node)) {
        MergeResult result = merge(a, b, Merging.twoDomains(40), way);
        outputs(result, FRESH)
            .forEach(
                (name, logits) ->
                    assertThat(error(expected, logits))
                        .as("%s, fork at %s, %s", name, node, way)
                        .isLessThan(1e-3));
      }
    }
  }

  private static List<MergeOptions> ways(String node) {
    return List.of(
        forked(node, HeadFit.TASKS, 0),
        forked(node, HeadFit.ORIGINAL, 0).withMatch(MergeOptions.MatchOn.WEIGHTS),
        options(forkedAt(node), FitMethod.PUBLISHED, HeadFit.TASKS, 0),
        options(forkedAt(node), FitMethod.NONE, HeadFit.ORIGINAL, 0),
        options(forkedAt(node), FitMethod.NONE, HeadFit.ORIGINAL, 0)
            .withMatch(MergeOptions.MatchOn.ZIP));
  }

  /** What a tail reads in its own units is, for each of them, the unit that it was zipped into. */
  @Test
  void tailsReadTheirOwnUnitsOfZippedOnes() {
    Network a = SmallNetworks.RESIDUAL.network(1);
    Network b = SmallNetworks.RESIDUAL.network(2);
    MergeResult result =
        merge(
            a,
            b,
            Merging.twoDomains(40),
            options(forkedAt(stem(a)), FitMethod.NONE, HeadFit.ORIGINAL, 0)
                .withMatch(MergeOptions.MatchOn.ZIP)
                .withZip(new ZipOptions(1, 1)));
    List<Zip.Unit> zipped = result.groups().get(0).zipped();
    assertThat(zipped).anyMatch(unit -> unit.a().length > 1 || unit.b().length > 1);
    List<long[]> read =
        result.graph().nodes().stream()
            .filter(node -> node.is("Gather"))
            .map(
                node ->
                    Objects.requireNonNull(result.graph().initializers().get(node.input(1)))
                        .longs())
            .toList();
    assertThat(read).hasSize(2);
    for (int unit = 0; unit < zipped.size(); unit++) {
      int own = unit;
      assertThat(zipped.get((int) read.get(0)[unit]).a())
          .satisfies(all -> assertThat(all).contains(own));
      assertThat(zipped.get((int) read.get(1)[unit]).b())
          .satisfies(all -> assertThat(all).contains(own));
    }
  }

  /** Right behind the stem with all its units separate, both originals come back. */
  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void withASeparateStemBothOriginalsComeBack(SmallNetworks net) {
    Network a = net.network(1);
    Network b = net.network(2);
    MergeResult result = merge(a, b, Merging.twoDomains(40), forked(stem(a), HeadFit.TASKS, 1));
    Network read = SmallNetworks.read(result.graph());
    Map<String, Logits> found = outputs(read, FRESH);
    String output = a.graph().outputs().get(0).name();
    assertThat(error(only(outputs(a, FRESH)), of(found, output + "_left"))).isLessThan(1e-4);
    assertThat(error(only(outputs(b, FRESH)), of(found, output + "_right"))).isLessThan(1e-4);
    assertThat(read.macs()).isEqualTo(result.cost().macs());
    // Only the stem is common, and only what reads it is fitted.
    assertThat(result.architecture().layers())
        .filteredOn(layer -> layer.role() == MergedLayer.Role.TRUNK)
        .hasSize(1);
    assertThat(result.architecture().layers())
        .filteredOn(layer -> layer.role() == MergedLayer.Role.HEAD)
        .isEmpty();
  }

  /** Encoder, decoder of a kind that merging does not know as a layer, a last convolution. */
  private static Network segmenter(long seed, int classes, boolean transposed) {
    GraphBuilder g = new GraphBuilder(seed);
    String h = g.relu(g.conv(g.input("x", 3, 8, 8), 3, 6, 3, 2, 1));
    String deep = g.relu(g.conv(h, 6, 7, 3));
    String large =
        transposed
            ? g.relu(
                g.node(
                    "ConvTranspose",
                    Map.of(
                        "kernel_shape", GraphBuilder.ints(2, 2),
                        "strides", GraphBuilder.ints(2, 2)),
                    deep,
                    g.weight(0.3, 7, 5, 2, 2),
                    g.weight(0.1, 5)))
            : g.node(
                "Resize",
                Map.of("mode", new Attribute.Text("nearest")),
                deep,
                "",
                g.constant(
                    io.github.pleas.onnx.Tensor.ofFloats(new int[] {4}, new float[] {1, 1, 2, 2})));
    return SmallNetworks.read(g.build(g.conv(large, transposed ? 5 : 7, classes, 1)));
  }

  /** The second activation, behind the encoder. */
  private static String encoder(Network network) {
    return network.graph().nodes().stream()
        .filter(node -> node.is("Relu"))
        .skip(1)
        .findFirst()
        .orElseThrow()
        .name();
  }

  @Test
  void segmentersShareAnEncoder() {
    for (boolean transposed : new boolean[] {false, true}) {
      Network a = segmenter(1, 4, transposed);
      Network b = segmenter(2, 6, transposed);
      for (HeadFit heads : List.of(HeadFit.TASKS, HeadFit.ORIGINAL)) {
        MergeResult result = merge(a, b, Merging.twoDomains(40), forked(encoder(a), heads, 1));
        Network read = SmallNetworks.read(result.graph());
        assertThat(read.graph().outputs().stream().map(o -> read.shape(o.name()).toString()))
            .containsExactly("[batch, 4, 8, 8]", "[batch, 6, 8, 8]");
        List<String> names = read.graph().outputs().stream().map(ValueInfo::name).toList();
        Map<String, Logits> found = outputs(read, FRESH);
        assertThat(error(only(outputs(a, FRESH)), of(found, names.get(0)))).isLessThan(1e-4);
        assertThat(error(only(outputs(b, FRESH)), of(found, names.get(1)))).isLessThan(1e-4);
      }
      // Fully merged it costs one encoder; with itself it is itself.
      MergeResult self =
          merge(
              a,
              Merging.permuted(a, 3),
              Merging.twoDomains(40),
              forked(encoder(a), HeadFit.TASKS, 0));
      outputs(self, FRESH)
          .forEach(
              (name, logits) ->
                  assertThat(error(only(outputs(a, FRESH)), logits)).isLessThan(1e-3));
      long encoder = a.layers().get(0).macs(a) + a.layers().get(1).macs(a);
      assertThat(self.cost().macs()).isEqualTo(2 * a.macs() - encoder);
    }
  }

  /**
   * The weights that the fit shrinks to are the originals' as they are: least squares are nearer to
   * the original on its own domain's images.
   */
  @Test
  void whatReadsTheForkIsFittedToItsOwnOriginalOnItsOwnDomain() {
    Network a = segmenter(1, 4, false);
    Network b = segmenter(2, 4, false);
    CalibrationImages images = Merging.twoDomains(200);
    MergeResult scattered = merge(a, b, images, forked(encoder(a), HeadFit.ORIGINAL, 0));
    MergeResult fitted = merge(a, b, images, forked(encoder(a), HeadFit.TASKS, 0));
    List<String> names = fitted.graph().outputs().stream().map(ValueInfo::name).toList();
    List<Samples> domains = List.of(images.a(), images.b().orElseThrow());
    for (int side = 0; side < 2; side++) {
      Logits own = only(outputs(side == 0 ? a : b, domains.get(side)));
      double before = squares(own, of(outputs(scattered, domains.get(side)), names.get(side)));
      double after = squares(own, of(outputs(fitted, domains.get(side)), names.get(side)));
      assertThat(after).isLessThan(0.95 * before);
    }
  }

  private static double squares(Logits expected, Logits found) {
    double sum = 0;
    for (int i = 0; i < expected.values().length; i++) {
      double difference = expected.values()[i] - found.values()[i];
      sum += difference * difference;
    }
    return sum;
  }

  /** Trunk of both; behind it whatever each has. */
  private static Network withTail(long seed, boolean deep) {
    GraphBuilder g = new GraphBuilder(seed);
    String h = g.relu(g.conv(g.input("x", 3, 8, 8), 3, 6, 3));
    String features = g.relu(g.conv(h, 6, 8, 3));
    if (!deep) {
      return SmallNetworks.read(g.build(g.gemm(g.pooled(features), 8, 5)));
    }
    String skip = g.add(features, g.conv(g.relu(g.conv(features, 8, 4, 1)), 4, 8, 1));
    String own = g.relu(g.batchNorm(g.conv(skip, 8, 8, 3, 1, 8), 8));
    String vector = g.node("Sigmoid", g.matMul(g.pooled(own), 8, 3));
    return SmallNetworks.read(
        g.build(vector, g.gemm(g.relu(g.matMul(g.pooled(skip), 8, 7)), 7, 2)));
  }

  /** Tails of other operators, outputs and names: what reads the fork past a layer gets its own. */
  @Test
  void tailsMayDifferInArchitecture() {
    Network a = withTail(1, false);
    Network b = withTail(2, true);
    for (Layout layout : Layout.values()) {
      MergeResult result =
          merge(
              a,
              b,
              Merging.twoDomains(40),
              forked(encoder(a), HeadFit.TASKS, 1).withLayout(layout));
      Network read = SmallNetworks.read(result.graph());
      assertThat(read.macs()).isEqualTo(result.cost().macs());
      Map<String, Logits> found = outputs(read, FRESH);
      assertThat(found).hasSize(3);
      outputs(a, FRESH)
          .forEach((name, y) -> assertThat(error(y, of(found, name + "_left"))).isLessThan(1e-4));
      outputs(b, FRESH)
          .forEach((name, y) -> assertThat(error(y, of(found, name + "_right"))).isLessThan(1e-4));
    }
    // The other way round too.
    MergeResult swapped =
        merge(b, a, Merging.twoDomains(40), forked(encoder(b), HeadFit.ORIGINAL, 1));
    Map<String, Logits> found = outputs(swapped, FRESH);
    outputs(b, FRESH)
        .forEach((name, y) -> assertThat(error(y, of(found, name + "_left"))).isLessThan(1e-4));
  }

  @Test
  void theForkOfTheSecondIsFoundByWhatItComputesNotByItsName() {
    Network a = withTail(1, false);
    Network plain = withTail(2, true);
    List<Node> nodes =
        plain.graph().nodes().stream().map(node -> node.withName("other_" + node.name())).toList();
    Network b = SmallNetworks.read(plain.graph().withNodes(nodes));
    MergeResult result = merge(a, b, Merging.twoDomains(40), forked(encoder(a), HeadFit.TASKS, 1));
    Map<String, Logits> found = outputs(result, FRESH);
    outputs(plain, FRESH)
        .forEach((name, y) -> assertThat(error(y, of(found, name + "_right"))).isLessThan(1e-4));
  }

  private static void refused(Network a, Network b, String node, String... parts) {
    Merger merger =
        new Merger(Merging.runtime(), options(forkedAt(node), FitMethod.NONE, HeadFit.ORIGINAL, 0));
    assertThatThrownBy(() -> merger.align(a, b))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void whereTwoNetworksCannotPartIsRefusedWithTheReason() {
    Network a = SmallNetworks.RESIDUAL.network(1);
    String stem = stem(a);
    // Names near it are listed.
    refused(a, a, stem + "x", "'" + stem + "x'", "'" + stem + "'");
    refused(a, a, "x", "input 'x'", "nothing to merge");
    // The inner convolution of a block: the stem goes past it, into the sum.
    String inner = a.layers().get(1).name();
    String sum =
        a.graph().nodes().stream().filter(n -> n.is("Add")).findFirst().orElseThrow().name();
    refused(a, a, inner, "'" + inner + "'", "'" + stem + "' goes past it, into '" + sum + "'");
    Node last = a.graph().nodes().get(a.graph().nodes().size() - 1);
    refused(a, a, last.name(), "nothing comes after it");
    Network perceptron = SmallNetworks.PERCEPTRON.network(1);
    Node flatten = perceptron.graph().nodes().get(0);
    refused(perceptron, perceptron, flatten.name(), "no layer comes before it");
    refused(a, SmallNetworks.VGG.network(1), stem, "not of one architecture");
    // An output before the fork goes past it.
    GraphBuilder g = new GraphBuilder(1);
    String h = g.relu(g.conv(g.input("x", 3, 8, 8), 3, 6, 3));
    String early = g.gemm(g.pooled(h), 6, 2);
    String late = g.relu(g.conv(h, 6, 5, 3));
    Network two = SmallNetworks.read(g.build(early, g.gemm(g.pooled(late), 5, 3)));
    refused(two, two, late, "output '" + early + "' does not come after it");
  }

  @Test
  void behindAForkThereIsNoSharedHead() {
    assertThatThrownBy(() -> Heads.shared().forkedAt("relu_1"))
        .isInstanceOf(InvalidInputException.class);
  }
}
