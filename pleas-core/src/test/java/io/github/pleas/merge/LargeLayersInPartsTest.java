package io.github.pleas.merge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Layers so large that what the base predicts is taken off the moments of most outputs are the same
 * in any parts, too: sums differ by double rounding only.
 */
class LargeLayersInPartsTest {
  private static final int WIDTH = 64;

  /** The step of the layer. */
  private static final int LARGE = 1;

  /** 460 images of 64 positions: 1.09e9 multiply-accumulates with 577 unknowns and 64 outputs. */
  private static final CalibrationImages IMAGES = Merging.twoDomains(230);

  private static Graph graph(long seed, int groups) {
    GraphBuilder g = new GraphBuilder(seed);
    int width = groups * WIDTH;
    String stem = g.relu(g.conv(g.input("x", 3, 8, 8), 3, width, 3));
    String large = g.relu(g.conv(stem, width, width, 3, 1, groups));
    return g.build(g.gemm(g.pooled(large), width, SmallNetworks.CLASSES));
  }

  private static Network a(int groups) {
    return SmallNetworks.read(graph(1, groups));
  }

  /**
   * The same in another order, but for half of the layer's outputs: the base answers the one half.
   */
  private static Network b(int groups) {
    Graph graph = graph(1, groups);
    Layer large = SmallNetworks.read(graph).layers().get(LARGE);
    Tensor same = requireNonNull(graph.initializers().get(large.weight()));
    Tensor other = requireNonNull(graph(2, groups).initializers().get(large.weight()));
    int units = large.outputs();
    int[] half =
        IntStream.range(0, units).map(o -> o % WIDTH < WIDTH / 2 ? o : units + o).toArray();
    Map<String, Tensor> constants = new HashMap<>(graph.initializers());
    constants.put(large.weight(), same.joined(0, other).gather(0, half));
    return Merging.permuted(SmallNetworks.read(graph.withInitializers(constants)), 5);
  }

  private static MergeOptions options(HeadFit heads, double budget) {
    return Merging.options(Merging.SEPARATE, FitMethod.PROGRESSIVE, heads, 0).withBudget(budget);
  }

  /** Merges in parts, and holds that one step was tried: of each group some outputs, not all. */
  private static MergeResult tried(MergeOptions options, int groups, int count, int lostAt) {
    Merger merger = new Merger(Merging.runtime(), options);
    Merger.Prepared networks = merger.align(a(groups), b(groups));
    try (InProcessParts parts = new InProcessParts(networks, options, IMAGES, count, lostAt)) {
      MergeResult merged = parts.merge(merger);
      assertThat(parts.tried()).isEqualTo(Set.of(LARGE));
      String weight = networks.a().layers().get(LARGE).weight();
      int units = requireNonNull(merged.graph().initializers().get(weight)).dimension(0) / groups;
      for (int g = 0; g < groups; g++) {
        assertThat(parts.answered(LARGE, g)).hasSizeBetween(units / 4, units - 1);
      }
      return merged;
    }
  }

  private static void assertSame(MergeResult expected, MergeResult found) {
    SameMerge.assertSame(expected, found);
    // What is known of a fit before its weights are rounded to single precision: that of a layer
    // behind others, one weight of which may have been rounded otherwise, is less near.
    for (int k = 0; k < expected.layers().size(); k++) {
      assertThat(found.layers().get(k).residual())
          .isCloseTo(expected.layers().get(k).residual(), offset(1e-9));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 1.3", "2, 1", "2, 1.3"})
  void anyPartsGiveTheSame(int groups, double budget) {
    MergeOptions options = options(HeadFit.JOINT, budget);
    MergeResult whole = Merging.merge(a(groups), b(groups), IMAGES, options);
    for (int count : groups == 1 ? new int[] {1, 2, 3, 7} : new int[] {2, 7}) {
      assertSame(whole, tried(options, groups, count, -1));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {LARGE, LARGE + 1})
  void aPartThatIsLostBeforeOrAfterTheTrialGivesTheSame(int lostAt) {
    MergeOptions options = options(HeadFit.JOINT, 1.3);
    MergeResult whole = Merging.merge(a(1), b(1), IMAGES, options);
    assertSame(whole, tried(options, 1, 3, lostAt));
    assertSame(whole, tried(options, 1, 1, lostAt));
  }

  @Test
  void theFirstRowsOfAHeadMayBeInAnyPart() {
    // B's head is fitted on B's images, the first of which is in the middle of a batch.
    MergeOptions options = options(HeadFit.TASKS, 1);
    Network a = SmallNetworks.read(wholeImages(1));
    Network b = SmallNetworks.read(wholeImages(2));
    Merger merger = new Merger(Merging.runtime(), options);
    try (InProcessParts parts = new InProcessParts(merger.align(a, b), options, IMAGES, 7, -1)) {
      assertSame(Merging.merge(a, b, IMAGES, options), parts.merge(merger));
      assertThat(parts.tried()).isEqualTo(Set.of(1, 2));
      assertThat(parts.answered(2, 0)).isEmpty();
    }
  }

  /** A network whose last layer, which is large, is a convolution. */
  private static Graph wholeImages(long seed) {
    GraphBuilder g = new GraphBuilder(seed);
    String stem = g.relu(g.conv(g.input("x", 3, 8, 8), 3, WIDTH, 3));
    return g.build(g.pooled(g.conv(stem, WIDTH, 2 * WIDTH, 3)));
  }
}
