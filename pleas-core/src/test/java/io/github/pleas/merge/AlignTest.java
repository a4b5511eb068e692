package io.github.pleas.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.data.Images;
import io.github.pleas.data.RandomImages;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.layout.Heads;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.symmetry.OperatorRules;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AlignTest {
  /** Two equal units with weights of 1e9 and -1e9: what is left depends on the order of adding. */
  @Test
  void aNetworkThatLivesOnRoundingIsMergedWithAWarning() {
    GraphBuilder g = new GraphBuilder(1);
    float[] first = new float[6 * 192];
    for (int i = 0; i < first.length; i++) {
      first[i] = (float) Math.sin(i < 2 * 192 ? i % 192 : i);
    }
    float[] second = new float[5 * 6];
    for (int i = 0; i < second.length; i++) {
      second[i] = i % 6 == 0 ? 1e9f : i % 6 == 1 ? -1e9f : 1;
    }
    String h = g.relu(linear(g, g.node("Flatten", g.input("x", 3, 8, 8)), 6, first));
    Network network = SmallNetworks.read(g.build(linear(g, h, 5, second)));
    MergeResult result =
        Merging.merge(
            network,
            network,
            Merging.oneDomain(4),
            Merging.options(Merging.SEPARATE, FitMethod.NONE, HeadFit.ORIGINAL, 0));
    assertThat(result.warnings())
        .anyMatch(w -> w.contains("test network is unproven: the network amplifies rounding by"));
  }

  /** Of three groups behind each other, the middle one is written by a Tanh with a wrong rule. */
  @Test
  void groupsThatTheSelfCheckRefutesAreMergedAsTheyStandAndNamed() {
    GraphBuilder g = new GraphBuilder(1);
    String h = g.relu(g.conv(g.input("x", 3, 8, 8), 3, 5, 3));
    h = g.node("Tanh", g.conv(h, 5, 6, 3));
    h = g.relu(g.conv(h, 6, 7, 3));
    Network network = SmallNetworks.read(g.build(g.gemm(g.pooled(h), 7, 4)));
    OperatorRules wrong =
        OperatorRules.standard()
            .with(
                "",
                "Tanh",
                (node, ties) -> {
                  ties.elements(node.input(0));
                  ties.newUnits(node.output(), 1);
                });
    Merger merger =
        new Merger(
            Merging.runtime(),
            Merging.options(Heads.shared(), FitMethod.NONE, HeadFit.ORIGINAL, 0),
            wrong);
    Network other = Merging.permuted(network, 3);
    MergeResult result =
        merger.merge(merger.align(network, other), Merging.oneDomain(64), MergeListener.NONE);
    assertThat(result.groups()).extracting(MergeResult.Group::units).containsExactly(5, 7);
    assertThat(result.warnings())
        .anySatisfy(
            warning ->
                assertThat(warning)
                    .contains(
                        "units that are not interchangeable",
                        "group 'conv_2' (6 units)",
                        "1 Tanh",
                        "please report"));
    // Against itself, what stays in place meets itself: the merge is the network.
    MergeResult self =
        merger.merge(merger.align(network, network), Merging.oneDomain(64), MergeListener.NONE);
    Images fresh = RandomImages.normal(4, 3, 8, 8, 9);
    assertThat(
            Merging.error(
                Merging.only(Merging.outputs(network, fresh)),
                Merging.only(Merging.outputs(self, fresh))))
        .isLessThan(1e-5);
  }

  private static String linear(GraphBuilder g, String x, int outputs, float[] weight) {
    String w = g.constant(Tensor.ofFloats(new int[] {outputs, weight.length / outputs}, weight));
    return g.node("Gemm", Map.of("transB", new Attribute.Int(1)), x, w);
  }
}
