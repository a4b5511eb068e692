package io.github.pleas.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.InvalidInputException;
import io.github.pleas.PleasException;
import io.github.pleas.data.Images;
import io.github.pleas.data.Preprocessing;
import io.github.pleas.data.RandomImages;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.OrtRuntime;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class EvalTest {
  private static final Logits TWO = new Logits(2, 3, new float[] {1, 5, 5, 7, -2, 3});

  @Test
  void theTopClassIsTheFirstOfTheLargestLogits() {
    assertThat(TWO.top(0)).isEqualTo(1);
    assertThat(TWO.top(1)).isZero();
  }

  @Test
  void accuracyCountsTopClassesThatAreTheShiftedLabel() {
    assertThat(TWO.accuracy(new int[] {1, 0}, 0)).isEqualTo(new Accuracy(2, 2));
    assertThat(TWO.accuracy(new int[] {0, 0}, 1)).isEqualTo(new Accuracy(1, 2));
    assertThatThrownBy(() -> TWO.accuracy(new int[] {1}, 0))
        .hasMessageContaining("expected 2 labels, found 1");
  }

  @Test
  void theStandardErrorIsThatOfAShare() {
    Accuracy accuracy = new Accuracy(75, 100);
    assertThat(accuracy.rate()).isEqualTo(0.75);
    assertThat(accuracy.standardError()).isCloseTo(Math.sqrt(0.75 * 0.25 / 100), within(1e-12));
  }

  /** Wilson's formula; the examples are those of binomial confidence intervals in textbooks. */
  @Test
  void theIntervalIsWilsons() {
    Accuracy.Interval interval = new Accuracy(8, 10).interval();
    assertThat(interval.low()).isCloseTo(0.4902, within(1e-4));
    assertThat(interval.high()).isCloseTo(0.9433, within(1e-4));
    assertThat(new Accuracy(10, 10).interval().high()).isCloseTo(1, within(1e-12));
    assertThat(new Accuracy(10, 10).interval().low()).isCloseTo(0.7225, within(1e-4));
    assertThat(new Accuracy(0, 10).interval().low()).isCloseTo(0, within(1e-12));
  }

  @Test
  void softmaxAddsUpToOneWhateverTheLogitsAre() {
    Logits probabilities =
        new Logits(2, 2, new float[] {0, (float) Math.log(3), 1e30f, 0}).softmax();
    assertThat(probabilities.values()[0]).isCloseTo(0.25f, within(1e-6f));
    assertThat(probabilities.values()[1]).isCloseTo(0.75f, within(1e-6f));
    assertThat(probabilities.values()[2]).isEqualTo(1);
    assertThat(probabilities.values()[3]).isZero();
  }

  /** Four images of probability 3/4, three of them right, are calibrated; one right is not. */
  @Test
  void theCalibrationErrorIsConfidenceLessAccuracy() {
    float three = (float) Math.log(3);
    Logits logits = new Logits(4, 2, new float[] {three, 0, three, 0, three, 0, three, 0});
    assertThat(logits.calibrationError(new int[] {0, 0, 0, 1}, 0)).isCloseTo(0, within(1e-6));
    assertThat(logits.calibrationError(new int[] {0, 1, 1, 1}, 0)).isCloseTo(0.5, within(1e-6));
    assertThat(logits.calibrationError(new int[] {-1, -1, -1, 0}, 1)).isCloseTo(0, within(1e-6));
  }

  @Test
  void outputsStandBesideEachOtherAndHaveAMean() {
    Logits other = new Logits(2, 1, new float[] {9, 0});
    Logits beside = TWO.beside(other);
    assertThat(beside.classes()).isEqualTo(4);
    assertThat(beside.values()).containsExactly(1, 5, 5, 9, 7, -2, 3, 0);
    assertThat(TWO.mean(new Logits(2, 3, new float[6])).values())
        .containsExactly(0.5f, 2.5f, 2.5f, 3.5f, -1, 1.5f);
    assertThatThrownBy(() -> TWO.mean(other)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> TWO.beside(new Logits(1, 1, new float[1])))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Logits(2, 3, new float[5]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** The sum and the largest value of each image, as a network computes them. */
  private static Network sums() {
    GraphBuilder g = new GraphBuilder(1);
    String x = g.node("Flatten", g.input("x", 1, 2, 3));
    String ones =
        g.constant(
            io.github.pleas.onnx.Tensor.ofFloats(new int[] {1, 6}, new float[] {1, 1, 1, 1, 1, 1}));
    String bias = g.constant(io.github.pleas.onnx.Tensor.ofFloats(new int[] {1}, new float[1]));
    String sum =
        g.node("Gemm", Map.of("transB", new io.github.pleas.onnx.Attribute.Int(1)), x, ones, bias);
    return SmallNetworks.read(g.build(sum));
  }

  private static Images counting(int count) {
    return RandomImages.of(
        count,
        Preprocessing.plain(1, 2, 3),
        i -> new float[] {i, 2 * i, 3 * i, 4 * i, 5 * i, 6 * i});
  }

  @Test
  void everyImageHasItsOwnLogitsWhateverTheBatchesRemainder() {
    Network network = sums();
    for (int count : new int[] {1, 63, 64, 65, 130}) {
      Images images = counting(count);
      for (OptionalInt fixed : new OptionalInt[] {OptionalInt.empty(), OptionalInt.of(7)}) {
        Logits logits =
            new Predictor(new OrtRuntime(1))
                .predict(
                    network.graph(),
                    new Predictor.Signature(
                        network.inputNames(),
                        network.graph().outputs().stream().map(ValueInfo::name).toList(),
                        network::shape,
                        fixed),
                    count,
                    images::copyTo)
                .values()
                .iterator()
                .next();
        assertThat(logits.images()).isEqualTo(count);
        assertThat(logits.classes()).isEqualTo(1);
        for (int k = 0; k < count; k++) {
          assertThat(logits.values()[k]).isEqualTo(21f * images.indices()[k]);
        }
      }
    }
  }

  @Test
  void logitsThatAreNotFiniteAreAnErrorThatNamesTheOutput() {
    Network network = sums();
    Images huge =
        RandomImages.of(
            3, Preprocessing.plain(1, 2, 3), i -> new float[] {3e38f, 3e38f, 0, 0, 0, 0});
    assertThatThrownBy(() -> new Predictor(new OrtRuntime(1)).predict(network, huge))
        .isInstanceOf(PleasException.class)
        .hasMessageContaining("'" + network.graph().outputs().get(0).name() + "'");
  }

  /** Two logits that are the same for all images. */
  private static Network constant(float first, float second) {
    GraphBuilder g = new GraphBuilder(1);
    String x = g.node("Flatten", g.input("x", 1, 2, 3));
    String zero = g.constant(io.github.pleas.onnx.Tensor.ofFloats(new int[] {2, 6}, new float[12]));
    String bias =
        g.constant(
            io.github.pleas.onnx.Tensor.ofFloats(new int[] {2}, new float[] {first, second}));
    return SmallNetworks.read(
        g.build(
            g.node(
                "Gemm",
                Map.of("transB", new io.github.pleas.onnx.Attribute.Int(1)),
                x,
                zero,
                bias)));
  }

  /** A says 0 to all images, B says 1, and the merged network is A. */
  @Test
  void bothOriginalsCountOnADomainThatIsBothTheirs() {
    Network a = constant(1, 0);
    Network b = constant(0, 1);
    Evaluator evaluator = new Evaluator(new Predictor(new OrtRuntime(1)), a, b);
    Evaluator.Merged merged =
        new Evaluator.Merged(
            a.graph(),
            Predictor.Signature.of(a),
            a.graph().outputs().get(0).name(),
            a.graph().outputs().get(0).name());
    List<Evaluator.Domain> domains =
        List.of(
            new Evaluator.Domain("zeros", RandomImages.zeros(4, Preprocessing.plain(1, 2, 3), 0)),
            new Evaluator.Domain("ones", RandomImages.zeros(4, Preprocessing.plain(1, 2, 3), 1)));
    Evaluation one = evaluator.shared(merged, domains, 1, steps -> {});
    Evaluation.Row own = one.row(Evaluation.Subject.OWN).orElseThrow();
    assertThat(own.byDomain()).isEqualTo(Map.of("zeros", new Accuracy(4, 8)));
    // It reproduces A, and not B, on the one domain.
    assertThat(one.agreement().explained()).isEqualTo(0.5);
    assertThat(one.agreement().top()).hasValue(new Accuracy(4, 8));
    Evaluation two = evaluator.shared(merged, domains, 2, steps -> {});
    assertThat(two.row(Evaluation.Subject.OWN).orElseThrow().byDomain())
        .isEqualTo(Map.of("zeros", new Accuracy(4, 4), "ones", new Accuracy(4, 4)));
    assertThatThrownBy(() -> evaluator.shared(merged, domains, 3, steps -> {}))
        .hasMessageContaining("expected 1 or 2 own domains of 2, found 3");
  }
}
