package io.github.pleas.symmetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.AttentionForms;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Network;
import io.github.pleas.network.Runs;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Residual streams in any rotation: the same function, or a reason why not. */
class StreamRotationTest {
  private static final double ROUNDING = 1e-5;

  private final GraphBuilder g = new GraphBuilder(4).opset(23);
  private final String t = OperatorCase.tokens(g, g.conv(g.input("x", 3, 6, 6), 3, 8, 3), 8);

  private static StreamRotation of(Network network) {
    return StreamRotation.of(
        network, new SymmetryAnalysis(OperatorRules.standard()).analyse(network));
  }

  private static void assertRotates(Network network, boolean keepsMean) {
    StreamRotation rotation = of(network);
    assertThat(rotation.streams()).singleElement().matches(s -> s.keepsMean() == keepsMean);
    assertThat(rotation.constants()).isNotEmpty();
    for (long seed = 1; seed <= 3; seed++) {
      assertThat(rotation.error(Runs.RUNTIME, network, seed)).isLessThan(ROUNDING);
    }
    // One constant alone in another rotation: the check above would notice one that was forgotten.
    double[] q = StreamRotation.random(rotation.streams().get(0).width(), keepsMean, 1);
    Network whole = rotation.rotated(List.of(q));
    for (String constant : rotation.constants()) {
      Tensor turned = whole.constant(constant);
      Network torn = rotation.network().withConstants(Map.of(constant, turned));
      boolean same = isSame(turned, rotation.network().constant(constant));
      double error = new Trial(Runs.RUNTIME, network, 1).errorOf(torn);
      assertThat(error > 10 * ROUNDING || same).as("'%s' alone: %s", constant, error).isTrue();
    }
  }

  /** Zeros, such as the offsets of normalisations are now, are the same in any rotation. */
  private static boolean isSame(Tensor a, Tensor b) {
    return SelfCheck.relativeError(a.floats(), b.floats()) == 0;
  }

  // Of all forms but the one that has the biases in the operator.
  @ParameterizedTest
  @EnumSource(value = AttentionForms.class, names = "MULTI_HEAD", mode = EnumSource.Mode.EXCLUDE)
  void rotatingAStreamUnderLayerNormalizationChangesNothing(AttentionForms form) {
    assertRotates(form.network(1, true), true);
  }

  /** x + f(norm(x)), a norm, and the mean of all positions for the head. */
  private Network block(UnaryOperator<String> norm) {
    String h = g.relu(g.matMul(norm.apply(t), 8, 9));
    String stream = g.add(t, g.matMul(h, 9, 8));
    return read(norm.apply(stream));
  }

  private Network read(String last) {
    String mean = g.node("ReduceMean", Map.of("keepdims", new Attribute.Int(0)), last, g.longs(1));
    return Runs.read(g.build(g.gemm(mean, 8, 3)));
  }

  private String layerNorm(String value) {
    return g.node("LayerNormalization", value, g.positive(8), g.weight(0.3, 8));
  }

  @Test
  void underRootMeanSquaresTheMeanMayChange() {
    assertRotates(block(x -> g.node("RMSNormalization", x, g.positive(8))), false);
  }

  // The scale and the offset of a norm behind which positions are averaged go into the head.
  @Test
  void scalesAndOffsetsGoIntoTheLayersBehind() {
    Network network = block(this::layerNorm);
    StreamRotation rotation = of(network);
    for (ResidualStream stream : rotation.streams()) {
      assertThat(stream.norms()).hasSize(2);
      stream
          .norms()
          .forEach(
              norm -> {
                assertThat(rotation.network().constant(norm.input(1)).floats()).containsOnly(1);
                assertThat(rotation.network().constant(norm.input(2)).floats()).containsOnly(0);
              });
    }
    assertThat(new Trial(Runs.RUNTIME, network, 5).errorOf(rotation.network()))
        .isLessThan(ROUNDING);
  }

  // A class token, positions, a factor that all units share, the mean of all positions.
  @Test
  void embeddingsAreRotatedToo() {
    String token = g.node("Expand", g.weight(1, 1, 1, 8), batch());
    String all = g.node("Concat", Map.of("axis", new Attribute.Int(1)), token, t);
    String stream = g.add(all, g.weight(1, 1, 37, 8));
    stream = g.node("Mul", stream, OperatorCase.scalar(g, 0.7f));
    String mean = g.node("ReduceMean", layerNorm(stream), g.longs(1));
    stream = g.add(stream, g.matMul(g.relu(g.matMul(mean, 8, 7)), 7, 8));
    String first =
        g.node(
            "Gather",
            Map.of("axis", new Attribute.Int(1)),
            layerNorm(stream),
            g.constant(Tensor.ofLongs(new int[0], new long[1])));
    assertRotates(Runs.read(g.build(g.gemm(first, 8, 3))), true);
  }

  private String batch() {
    String batch = g.node("Slice", g.node("Shape", "x"), g.longs(0), g.longs(1), g.longs(0));
    return g.node("Concat", Map.of("axis", new Attribute.Int(0)), batch, g.longs(1, 8));
  }

  private static void assertRefused(Network network, String reason) {
    assertThatThrownBy(() -> of(network))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("test: the residual stream cannot be rotated: ")
        .hasMessageContaining(reason)
        .hasMessageContaining("--stream permutation");
  }

  @Test
  void aStreamBehindItsNormalisationIsRefused() {
    String h = g.relu(g.matMul(t, 8, 9));
    String stream = layerNorm(g.add(t, g.matMul(h, 9, 8)));
    String more = g.add(stream, g.matMul(g.relu(g.matMul(stream, 8, 7)), 7, 8));
    assertRefused(read(layerNorm(more)), "has a scale or an offset, and Add '");
  }

  @Test
  void whatTreatsUnitsByThemselvesIsRefused() {
    assertRefused(read(layerNorm(g.relu(t))), "Relu 'relu_3' treats each of its 8 units by itself");
  }

  @Test
  void aScaleOfEachUnitIsRefused() {
    String scaled = g.node("Mul", g.matMul(t, 8, 8), g.positive(8));
    assertRefused(read(layerNorm(g.add(t, scaled))), "Mul 'mul_");
  }

  @Test
  void aNetworkWithoutNormalisationsIsRefused() {
    assertRefused(read(t), "it has no residual stream whose units move");
  }

  // Four neighbours side by side, as where Swin merges patches.
  @Test
  void aStreamThatStandsBesideItselfIsRefused() {
    String pairs = g.node("Reshape", t, g.longs(0, 18, 16));
    String normal = g.node("LayerNormalization", pairs, g.positive(16), g.weight(0.3, 16));
    String mean =
        g.node("ReduceMean", Map.of("keepdims", new Attribute.Int(0)), normal, g.longs(1));
    assertRefused(
        Runs.read(g.build(g.gemm(mean, 16, 3))), "stands not just each of its 8 units once");
  }

  @Test
  void anOffsetWithoutABiasToGoIntoIsRefused() {
    String normal = g.node("LayerNormalization", t, g.positive(8), g.weight(0.3, 8));
    String hidden = g.relu(g.node("MatMul", normal, g.weight(0.5, 8, 7)));
    String stream = g.add(t, g.matMul(hidden, 7, 8));
    assertRefused(read(stream), "has no bias that it could go into");
  }
}
