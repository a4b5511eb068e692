package io.github.pleas.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.matching.Matching;
import io.github.pleas.merge.Merging;
import io.github.pleas.network.Network;
import io.github.pleas.network.Runs;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.symmetry.Separability;
import io.github.pleas.symmetry.Symmetry;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RandomWeightsTest {
  /** Every weight has its shape and its zeros, or one of the layouts would be refused or differ. */
  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void theNetworkRunsAndComputesTheSameInAllLayouts(SmallNetworks net) {
    Network a = net.network(1);
    Separability separability = Merging.separability(a);
    Symmetry symmetry = separability.symmetry();
    boolean[] separable = separability.separable();
    int[] separate = new int[separable.length];
    symmetry
        .groups()
        .forEach(g -> separate[g.index()] = separable[g.index()] ? (g.size() + 1) / 2 : 0);
    for (Heads heads : List.of(Heads.shared(), Merging.SEPARATE)) {
      MergedArchitecture merged =
          ArchitectureBuilder.build(
              a,
              net.network(2),
              new MergedLayout(separability, Matching.unmatched(symmetry), separate),
              heads);
      Graph graph = RandomWeights.of(merged);
      List<Tensor> dense = Runs.outputs(graph, 3, 4, 3, 8, 8);
      List<Tensor> blocks =
          Runs.outputs(
              LayoutWriter.write(merged, graph, LayoutPlan.of(merged, Layout.BLOCKS)),
              3,
              4,
              3,
              8,
              8);
      assertThat(blocks).hasSameSizeAs(dense);
      for (int i = 0; i < dense.size(); i++) {
        float[] expected = dense.get(i).floats();
        float[] found = blocks.get(i).floats();
        float largest = 0;
        for (int k = 0; k < expected.length; k++) {
          assertThat(found[k]).isCloseTo(expected[k], within(1e-4f));
          largest = Math.max(largest, Math.abs(expected[k]));
        }
        // Next to zero processors are slow, and so is what follows.
        assertThat(largest).isBetween(0.01f, 100f);
      }
    }
  }
}
