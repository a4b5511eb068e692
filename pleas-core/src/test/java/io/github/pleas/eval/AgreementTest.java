package io.github.pleas.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.PleasException;
import io.github.pleas.data.Images;
import io.github.pleas.data.RandomImages;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.OrtRuntime;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgreementTest {
  private static final int PIXELS = 4;

  /** More than one batch, with a remainder. */
  private static final Images OF_A = RandomImages.normal(131, 1, 2, 2, 1);

  private static final Images OF_B = RandomImages.normal(70, 1, 2, 2, 2);

  private static final List<Agreement.Domain> TWO =
      List.of(Agreement.Domain.of(OF_A), Agreement.Domain.of(OF_B));

  private static String scaled(GraphBuilder g, String flat, double factor, double offset) {
    float[] weight = new float[PIXELS * PIXELS];
    float[] bias = new float[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
      weight[i * PIXELS + i] = (float) factor;
      bias[i] = (float) offset;
    }
    return g.node(
        "Gemm",
        Map.of("transB", new Attribute.Int(1)),
        flat,
        g.constant(Tensor.ofFloats(new int[] {PIXELS, PIXELS}, weight)),
        g.constant(Tensor.ofFloats(new int[] {PIXELS}, bias)));
  }

  /** Outputs that are the pixels times some factors. */
  private static Network times(double... factors) {
    GraphBuilder g = new GraphBuilder(1);
    String flat = g.node("Flatten", g.input("x", 1, 2, 2));
    return SmallNetworks.read(
        g.build(
            Arrays.stream(factors).mapToObj(f -> scaled(g, flat, f, 0)).toArray(String[]::new)));
  }

  /** Pixels in their places, times a factor. */
  private static Network image(double factor) {
    GraphBuilder g = new GraphBuilder(1);
    String weight =
        g.constant(Tensor.ofFloats(new int[] {1, 1, 1, 1}, new float[] {(float) factor}));
    return SmallNetworks.read(g.build(g.node("Conv", g.input("x", 1, 2, 2), weight)));
  }

  /** 0 x + an offset. */
  private static Network constant(double offset) {
    GraphBuilder g = new GraphBuilder(1);
    String flat = g.node("Flatten", g.input("x", 1, 2, 2));
    return SmallNetworks.read(g.build(scaled(g, flat, 0, offset)));
  }

  private static Agreement.Measured agreement(
      Network a, Network b, Network merged, List<Agreement.Domain> domains) {
    return new Agreement(new Predictor(new OrtRuntime(1)), a, b)
        .of(merged.graph(), Predictor.Signature.of(merged), domains);
  }

  /** sum |x|^2 / sum |x - mean|^2. */
  private static double spread(Images... sets) {
    float[][] all = Arrays.stream(sets).map(RandomImages::values).toArray(float[][]::new);
    int images = Arrays.stream(all).mapToInt(v -> v.length).sum() / PIXELS;
    double squares = 0;
    double variation = 0;
    for (int k = 0; k < PIXELS; k++) {
      double sum = 0;
      double square = 0;
      for (float[] values : all) {
        for (int i = k; i < values.length; i += PIXELS) {
          sum += values[i];
          square += (double) values[i] * values[i];
        }
      }
      squares += square;
      variation += square - sum * sum / images;
    }
    return squares / variation;
  }

  /** y_merged = c y leaves (1 - c)^2 of the squares unexplained. */
  @ParameterizedTest
  @ValueSource(doubles = {1, 0.9, 0.5, 0, -1})
  void whatIsScaledExplainsSoMuchLessOfEachOriginalOnItsOwnDomain(double c) {
    Agreement.Measured found = agreement(times(3), times(-2), times(3 * c, -2), TWO);
    double ofA = 1 - (1 - c) * (1 - c) * spread(OF_A);
    assertThat(found.explained()).isCloseTo((ofA + 1) / 2, within(1e-6));
    found = agreement(times(3), times(-2), times(3, -2 * c), TWO);
    double ofB = 1 - (1 - c) * (1 - c) * spread(OF_B);
    assertThat(found.explained()).isCloseTo((1 + ofB) / 2, within(1e-6));
  }

  @Test
  void theOriginalsThemselvesAgreeWholly() {
    Agreement.Measured found = agreement(times(3), times(-2), times(3, -2), TWO);
    assertThat(found.explained()).isEqualTo(1);
    assertThat(found.top()).contains(new Accuracy(201, 201));
  }

  /** The largest pixel of -x is the smallest of x. */
  @Test
  void theLargestOutputIsComparedWithTheOwnOriginalsOnItsOwnDomain() {
    assertThat(agreement(times(3), times(-2), times(1, 1), TWO).top())
        .contains(new Accuracy(131, 201));
    assertThat(agreement(times(3), times(-2), times(-1, -7), TWO).top())
        .contains(new Accuracy(70, 201));
  }

  @Test
  void aSharedOutputIsComparedWithTheOriginalOfEachImagesDomain() {
    Agreement.Measured found = agreement(times(1), times(-1), times(1), TWO);
    assertThat(found.explained()).isCloseTo((1 + 1 - 4 * spread(OF_B)) / 2, within(1e-6));
    assertThat(found.top()).contains(new Accuracy(131, 201));
  }

  @Test
  void withOneSetOfImagesBothOriginalsAreAskedAboutAll() {
    List<Agreement.Domain> one = List.of(Agreement.Domain.of(OF_A));
    Agreement.Measured found = agreement(times(1), times(-1), times(1), one);
    assertThat(found.explained()).isCloseTo((1 + 1 - 4 * spread(OF_A)) / 2, within(1e-6));
    assertThat(found.top()).contains(new Accuracy(131, 262));
  }

  @Test
  void everyOutputCountsTheSameWhateverItsScale() {
    Network original = times(1000, 1);
    Agreement.Measured found = agreement(original, original, times(1000, 0.5, 1000, 1), TWO);
    assertThat(found.explained())
        .isCloseTo(((1 + 1 - 0.25 * spread(OF_A)) / 2 + 1) / 2, within(1e-6));
  }

  @Test
  void outputsOfAnyShapeAreCompared() {
    Agreement.Measured found = agreement(image(2), image(4), image(3), TWO);
    double ofA = 1 - 0.25 * spread(OF_A);
    double ofB = 1 - 0.0625 * spread(OF_B);
    assertThat(found.explained()).isCloseTo((ofA + ofB) / 2, within(1e-6));
    assertThat(found.top()).isEmpty();
  }

  @Test
  void anOutputThatDoesNotVaryIsReproducedOrNot() {
    Network original = constant(3);
    assertThat(agreement(original, original, constant(3), TWO).explained()).isEqualTo(1);
    assertThat(agreement(original, original, constant(3.1), TWO).explained()).isZero();
  }

  @Test
  void aFixedBatchChangesNothing() {
    Network original = times(1);
    Network merged = times(0.5, 2);
    Predictor.Signature free = Predictor.Signature.of(merged);
    Predictor.Signature fixed =
        new Predictor.Signature(free.inputs(), free.outputs(), free.shapes(), OptionalInt.of(7));
    Agreement agreement = new Agreement(new Predictor(new OrtRuntime(1)), original, original);
    assertThat(agreement.of(merged.graph(), fixed, TWO))
        .isEqualTo(agreement.of(merged.graph(), free, TWO));
  }

  @Test
  void outputsThatStandForNoOriginalsAreRefused() {
    assertThatThrownBy(() -> agreement(times(1), times(1), times(1, 1, 1), TWO))
        .hasMessageContaining("the originals have 1 and 1, the merged network 3");
  }

  /** What a network gives on a domain's images, but for one number. */
  private static OutputBatches known(
      Network network, Agreement.Domain domain, int most, float first) {
    Logits all =
        new Predictor(new OrtRuntime(1))
            .predict(network.graph(), Predictor.Signature.of(network), domain.size(), domain.feed())
            .values()
            .iterator()
            .next();
    float[] values = all.values().clone();
    values[0] = Float.isFinite(first) ? values[0] : first;
    String output = Predictor.Signature.of(network).outputs().get(0);
    return new OutputBatches() {
      @Override
      public int capacity() {
        return most;
      }

      @Override
      public Map<String, FloatBuffer> of(int begin, int count) {
        float[] batch =
            Arrays.copyOfRange(values, begin * all.classes(), (begin + count) * all.classes());
        return Map.of(output, FloatBuffer.wrap(batch));
      }

      @Override
      public void close() {}
    };
  }

  private static Agreement.Measured known(Network merged, int most, float first) {
    return new Agreement(new Predictor(new OrtRuntime(1)), times(3), times(-2))
        .of(
            Predictor.Signature.of(merged).outputs(),
            TWO.stream().map(domain -> known(merged, domain, most, first)).toList(),
            TWO);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 64, Integer.MAX_VALUE})
  void whatIsKnownOfTheMergedNetworkIsComparedAsIfItRan(int most) {
    Network merged = times(1);
    assertThat(known(merged, most, 0)).isEqualTo(agreement(times(3), times(-2), merged, TWO));
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void aMergedNetworkThatIsNotFiniteIsRefusedWhetherItRunsOrIsKnown(float number) {
    Network merged = times(1);
    String message =
        "output '%s' is NaN or infinite on some images"
            .formatted(Predictor.Signature.of(merged).outputs().get(0));
    assertThatThrownBy(() -> known(merged, 64, number))
        .isInstanceOf(PleasException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> agreement(times(3), times(-2), times(3e38), TWO))
        .isInstanceOf(PleasException.class)
        .hasMessage(message);
  }
}
