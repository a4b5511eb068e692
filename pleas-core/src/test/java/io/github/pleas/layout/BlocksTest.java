package io.github.pleas.layout;

import static io.github.pleas.merge.Merging.error;
import static io.github.pleas.merge.Merging.outputs;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.data.Images;
import io.github.pleas.data.RandomImages;
import io.github.pleas.eval.Logits;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.layout.LayerLayout.Form;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.Merging;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The written network computes the same in every layout, and costs what its plan says. */
class BlocksTest {
  private static final Images FRESH = RandomImages.normal(9, 3, 8, 8, 99);

  static Stream<Arguments> networks() {
    return Stream.of(SmallNetworks.values())
        .flatMap(
            net ->
                Stream.of(0.3, 1.0)
                    .flatMap(
                        r ->
                            Stream.of(Heads.shared(), Merging.SEPARATE)
                                .map(heads -> Arguments.of(net, r, heads))));
  }

  private static MergeResult dense(SmallNetworks architecture, double r, Heads heads) {
    return Merging.merge(
        architecture.network(1),
        architecture.network(2),
        Merging.twoDomains(8),
        Merging.options(heads, FitMethod.PROGRESSIVE, HeadFit.JOINT, r));
  }

  private static Graph written(MergeResult dense, List<LayerLayout> plan) {
    return LayoutWriter.write(dense.architecture(), dense.graph(), plan);
  }

  @ParameterizedTest
  @MethodSource("networks")
  void blocksComputeWhatDenseDoesAtTheCostOfThePlan(
      SmallNetworks architecture, double r, Heads heads) {
    MergeResult dense = dense(architecture, r, heads);
    Map<String, Logits> expected = outputs(dense, FRESH);
    List<LayerLayout> plan = LayoutPlan.of(dense.architecture(), Layout.BLOCKS);
    Network read = SmallNetworks.read(written(dense, plan));
    Map<String, Logits> found = outputs(read, FRESH);
    assertThat(found).containsOnlyKeys(expected.keySet());
    expected.forEach(
        (name, logits) ->
            assertThat(error(logits, requireNonNull(found.get(name)))).isLessThan(1e-6));
    long blocks = dense.architecture().layers().stream().mapToLong(MergedLayer::blockMacs).sum();
    assertThat(read.macs()).isEqualTo(blocks).isLessThan(dense.cost().macs());
    assertThat(plan.stream().mapToLong(LayerLayout::macs).sum()).isEqualTo(blocks);
    assertThat(read.fixedBatch()).isEmpty();
  }

  /** Whatever the rule of AUTO chooses, it is exact and never costs more than dense. */
  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void anyMixtureOfDenseAndBlocksComputesTheSame(SmallNetworks architecture) {
    MergeResult dense = dense(architecture, 0.5, Merging.SEPARATE);
    Map<String, Logits> expected = outputs(dense, FRESH);
    List<LayerLayout> blocks = LayoutPlan.of(dense.architecture(), Layout.BLOCKS);
    for (int odd = 0; odd < 2; odd++) {
      List<LayerLayout> mixed = new ArrayList<>();
      for (LayerLayout layer : blocks) {
        boolean keep = mixed.size() % 2 == odd;
        mixed.add(keep ? layer : as(Form.DENSE, layer));
      }
      Network read = SmallNetworks.read(written(dense, mixed));
      assertThat(read.macs()).isEqualTo(mixed.stream().mapToLong(LayerLayout::macs).sum());
      outputs(read, FRESH)
          .forEach(
              (name, logits) ->
                  assertThat(error(requireNonNull(expected.get(name)), logits)).isLessThan(1e-6));
    }
  }

  private static LayerLayout as(Form form, LayerLayout layer) {
    return new LayerLayout(
        layer.layer(), layer.weight(), form, "", layer.denseMacs(), layer.blockMacs());
  }

  /** At r = 1 both originals run side by side: their own weights, and nothing cut or joined. */
  @ParameterizedTest
  @EnumSource(
      value = SmallNetworks.class,
      names = {"CONVOLUTIONAL", "RESIDUAL", "PERCEPTRON", "VGG", "INVERTED_RESIDUAL", "TOKENS"})
  void whereNothingIsMergedBothOriginalsRunSideBySide(SmallNetworks architecture) {
    MergeResult dense = dense(architecture, 1, Merging.SEPARATE);
    Graph graph = written(dense, LayoutPlan.of(dense.architecture(), Layout.BLOCKS));
    Network read = SmallNetworks.read(graph);
    Network original = architecture.network(1);
    List<String> shapes = new ArrayList<>();
    List<String> twice = new ArrayList<>();
    read.layers().forEach(layer -> shapes.add(shape(read, layer)));
    for (Layer layer : original.layers().subList(0, original.layers().size() - 1)) {
      twice.addAll(List.of(shape(original, layer), shape(original, layer)));
    }
    assertThat(shapes.subList(0, twice.size())).containsExactlyInAnyOrderElementsOf(twice);
    // Only the heads see all units.
    assertThat(graph.nodes()).filteredOn(node -> node.is("Concat")).hasSize(1);
    assertThat(graph.nodes()).noneMatch(node -> node.is("Slice") || node.is("Gather"));
  }

  private static String shape(Network network, Layer layer) {
    return Arrays.toString(network.constant(layer.weight()).shape());
  }

  @Test
  void withEverythingMergedThereIsNothingToLayOut() {
    MergeResult dense = dense(SmallNetworks.RESIDUAL, 0, Merging.SEPARATE);
    for (Layout layout : Layout.values()) {
      List<LayerLayout> plan = LayoutPlan.of(dense.architecture(), layout);
      assertThat(plan).allMatch(layer -> layer.form() == Form.DENSE && !layer.reason().isEmpty());
      assertThat(written(dense, plan)).isSameAs(dense.graph());
    }
  }

  /** Left out is only what is zero: weights that a fit put there would be lost. */
  @Test
  void weightsBetweenUnitsOfDifferentOriginalsAreNeverLost() {
    MergeResult dense = dense(SmallNetworks.RESIDUAL, 0.5, Merging.SEPARATE);
    List<LayerLayout> plan = LayoutPlan.of(dense.architecture(), Layout.BLOCKS);
    LayerLayout layer =
        plan.stream().filter(l -> l.form() == Form.BLOCKS).findFirst().orElseThrow();
    Map<String, Tensor> constants = new LinkedHashMap<>(dense.graph().initializers());
    Tensor weight = requireNonNull(constants.get(layer.weight()));
    float[] ones = new float[weight.size()];
    Arrays.fill(ones, 1);
    constants.put(layer.weight(), Tensor.ofFloats(weight.shape(), ones));
    Graph full = dense.graph().withInitializers(constants);
    assertThatThrownBy(() -> LayoutWriter.write(dense.architecture(), full, plan))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("'" + layer.layer() + "'");
  }

  /**
   * The rule of AUTO, from its definition: with 6 or 7 of 10 outputs A-only and B-only, an operator
   * of 16 outputs does what three would do thrice.
   */
  @Test
  void autoCountsOutputsInWholeVectors() {
    MergeResult dense = dense(SmallNetworks.CONVOLUTIONAL, 0.5, Merging.SEPARATE);
    for (MergedLayer layer : dense.architecture().layers()) {
      if (layer.layer().kind().isDense() && !layer.isHead() && layer.in().hasSeparate()) {
        assertThat(LayoutPlan.saved(layer)).isNegative();
        assertThat(layer.blockMacs()).isLessThan(layer.denseMacs());
      }
    }
    assertThat(LayoutPlan.of(dense.architecture(), Layout.AUTO))
        .allMatch(layer -> layer.form() == Form.DENSE);
  }
}
