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
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import java.util.List;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers that were learned, one for all units: a mean's exponent, a branch's weight. */
class LearnedNumbersTest {
  private static final Images FRESH = RandomImages.normal(10, 3, 8, 8, 99);
  private static final String AVERAGED = "merged to their mean";

  /** A branch that is weighted by a number, and a generalised mean over the positions. */
  private static Network network(long seed, float weight, float exponent) {
    GraphBuilder g = new GraphBuilder(seed);
    String h = g.relu(g.conv(g.input("x", 3, 8, 8), 3, 6, 3));
    String branch = g.relu(g.conv(h, 6, 6, 3));
    h = g.add(h, g.node("Mul", branch, number(g, weight)));
    h = g.node("Max", g.conv(h, 6, 7, 3), number(g, 0.01f));
    String mean = g.node("GlobalAveragePool", g.node("Pow", h, number(g, exponent)));
    String root = g.node("Pow", mean, number(g, 1 / exponent));
    return SmallNetworks.read(g.build(g.gemm(g.node("Flatten", root), 7, 3)));
  }

  private static String number(GraphBuilder g, float value) {
    return g.constant(Tensor.ofFloats(new int[0], new float[] {value}));
  }

  private static MergeResult merge(Network a, Network b, double separate) {
    return Merging.merge(
        a,
        b,
        Merging.twoDomains(20),
        Merging.options(Heads.shared(), FitMethod.PROGRESSIVE, HeadFit.TASKS, separate));
  }

  private static List<Float> numbers(MergeResult result, String op) {
    return result.graph().nodes().stream()
        .filter(node -> node.is(op))
        .map(Node::inputs)
        .map(inputs -> result.graph().initializers().get(inputs.get(1)))
        .filter(Objects::nonNull)
        .map(tensor -> tensor.floats()[0])
        .toList();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.3})
  void ofNumbersThatDifferTheMeanIsTakenAndSaid(double separate) {
    MergeResult result = merge(network(1, 0.4f, 3), network(2, 0.8f, 2.6f), separate);
    Offset<Float> rounding = Offset.offset(1e-6f);
    assertThat(numbers(result, "Mul"))
        .singleElement()
        .satisfies(weight -> assertThat(weight).isCloseTo(0.6f, rounding));
    assertThat(numbers(result, "Pow")).hasSize(2);
    assertThat(numbers(result, "Pow").get(0)).isCloseTo(2.8f, rounding);
    assertThat(numbers(result, "Pow").get(1)).isCloseTo((1 / 3f + 1 / 2.6f) / 2, rounding);
    assertThat(result.warnings())
        .filteredOn(warning -> warning.contains(AVERAGED))
        .singleElement()
        .asString()
        .contains("of Mul 'mul_", "(0.4 and 0.8)", "of Pow 'pow_", "(3.0 and 2.6)");
    for (float logit : Merging.only(Merging.outputs(result, FRESH)).values()) {
      assertThat(logit).isFinite();
    }
  }

  @Test
  void mergedWithAPermutedCopyANetworkStaysTheSameAndNothingIsSaid() {
    Network a = network(1, 0.4f, 2.9f);
    MergeResult itself = merge(a, Merging.permuted(a, 5), 0);
    assertThat(itself.warnings()).noneMatch(warning -> warning.contains(AVERAGED));
    assertThat(
            Merging.error(
                Merging.only(Merging.outputs(a, FRESH)),
                Merging.only(Merging.outputs(itself, FRESH))))
        .isLessThan(1e-3);
  }
}
