package io.github.pleas.merge;

import static io.github.pleas.merge.Merging.SEPARATE;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.budget.CostKind;
import io.github.pleas.data.Images;
import io.github.pleas.data.Preprocessing;
import io.github.pleas.data.RandomImages;
import io.github.pleas.eval.Logits;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.layout.Heads;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.MadeUpTimes;
import io.github.pleas.symmetry.OperatorRules;
import java.nio.FloatBuffer;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Little data, or data that says little, gives a network all the same. */
class HardCasesTest {
  private static final Images FRESH = RandomImages.normal(10, 3, 8, 8, 99);

  static Stream<Arguments> architecturesAndFits() {
    return Stream.of(SmallNetworks.values())
        .flatMap(net -> Stream.of(FitMethod.values()).map(fit -> Arguments.of(net, fit)));
  }

  private static CalibrationImages same(int count, float value) {
    return new CalibrationImages(
        RandomImages.of(
            count,
            Preprocessing.plain(3, 8, 8),
            i -> {
              float[] image = RandomImages.values(RandomImages.normal(1, 3, 8, 8, 4));
              for (int k = 0; k < image.length; k++) {
                image[k] *= value;
              }
              return image;
            }),
        Optional.empty());
  }

  private static void assertFinite(MergeResult result) {
    result.graph().initializers().values().stream()
        .filter(Tensor::isFloat)
        .forEach(
            tensor -> {
              for (float value : tensor.floats()) {
                assertThat(value).isFinite();
              }
            });
    assertThat(result.layers()).allMatch(fit -> Double.isFinite(fit.residual()));
  }

  /** No data can be so poor that a network's merge with itself is another network. */
  @ParameterizedTest
  @MethodSource("architecturesAndFits")
  void oneImageOrEqualOnesOrBlackOnesLeaveANetworkMergedWithItselfAsItIs(
      SmallNetworks architecture, FitMethod fit) {
    Network a = architecture.network(1);
    Logits expected = Merging.only(Merging.outputs(a, FRESH));
    for (CalibrationImages images : new CalibrationImages[] {same(1, 1), same(9, 1), same(4, 0)}) {
      for (Heads heads : new Heads[] {Heads.shared(), SEPARATE}) {
        MergeResult result =
            Merging.merge(
                a,
                a,
                images,
                Merging.options(heads, fit, HeadFit.JOINT, 0)
                    .withMatch(MergeOptions.MatchOn.WEIGHTS));
        assertFinite(result);
        Merging.outputs(result, FRESH)
            .forEach(
                (name, logits) ->
                    assertThat(Merging.error(expected, logits)).as(name).isLessThan(1e-3));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("architecturesAndFits")
  void oneImageOrEqualOnesOrBlackOnesGiveFiniteWeights(SmallNetworks architecture, FitMethod fit) {
    for (CalibrationImages images : new CalibrationImages[] {same(1, 1), same(9, 1), same(4, 0)}) {
      for (double r : new double[] {0, 0.5, 1}) {
        assertFinite(
            Merging.merge(
                architecture.network(1),
                architecture.network(2),
                images,
                Merging.options(SEPARATE, fit, HeadFit.TASKS, r)));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(FitMethod.class)
  void deadAndDuplicatedUnitsGiveFiniteWeightsAndTheSameNetwork(FitMethod fit) {
    for (SmallNetworks architecture : SmallNetworks.values()) {
      Network a = damaged(architecture.network(1));
      assertFinite(
          Merging.merge(
              a,
              damaged(architecture.network(2)),
              Merging.twoDomains(20),
              Merging.options(SEPARATE, fit, HeadFit.JOINT, 0.5)));
      MergeResult itself =
          Merging.merge(
              a,
              Merging.permuted(a, 3),
              Merging.twoDomains(20),
              Merging.options(Heads.shared(), fit, HeadFit.JOINT, 0));
      assertThat(
              Merging.error(
                  Merging.only(Merging.outputs(a, FRESH)),
                  Merging.only(Merging.outputs(itself, FRESH))))
          .as("%s", architecture)
          .isLessThan(1e-3);
    }
  }

  /** The first layer's unit 0 constantly zero, its unit 2 the same as its unit 1. */
  private static Network damaged(Network network) {
    Layer layer = network.layers().get(0);
    Tensor weight = network.constant(layer.weight());
    String biasName = layer.bias().orElseThrow();
    float[] bias = network.constant(biasName).floats().clone();
    bias[0] = 0;
    bias[2] = bias[1];
    float[] w = weight.floats().clone();
    boolean outputsLast = layer.outputAxis() == 1;
    int each = w.length / layer.outputs();
    for (int k = 0; k < each; k++) {
      int step = outputsLast ? 1 : each;
      int at = outputsLast ? k * layer.outputs() : k;
      w[at] = 0;
      w[at + 2 * step] = w[at + step];
    }
    return network.withConstants(
        Map.of(
            layer.weight(),
            Tensor.ofFloats(weight.shape(), w),
            biasName,
            Tensor.ofFloats(new int[] {bias.length}, bias)));
  }

  @Test
  void fewerRowsThanUnknownsAreWarnedAbout() {
    Network a = SmallNetworks.PERCEPTRON.network(1);
    Network b = SmallNetworks.PERCEPTRON.network(2);
    MergeOptions options = Merging.options(SEPARATE, FitMethod.PROGRESSIVE, HeadFit.TASKS, 0);
    // 192 inputs, then 12, then heads of 9 on 8 images each.
    MergeResult few = Merging.merge(a, b, Merging.twoDomains(8), options);
    assertFinite(few);
    assertThat(few.warnings())
        .satisfiesExactly(
            rows -> assertThat(rows).startsWith("3 of 4 layers have fewer"),
            images -> assertThat(images).startsWith("only 8 calibration images of a domain"));
    assertThat(Merging.merge(a, b, Merging.twoDomains(96), options).warnings()).isEmpty();
  }

  @Test
  void fewerThan64ImagesOfADomainAreWarnedAboutWhereTheyAreUsed() {
    Network a = SmallNetworks.CONVOLUTIONAL.network(1);
    Network b = SmallNetworks.CONVOLUTIONAL.network(2);
    MergeOptions options = Merging.options(SEPARATE, FitMethod.NONE, HeadFit.ORIGINAL, 0);
    assertThat(Merging.merge(a, b, Merging.oneDomain(63), options).warnings())
        .containsExactly(
            "only 63 calibration images: results with so few images vary; some hundred are better");
    assertThat(Merging.merge(a, b, Merging.oneDomain(64), options).warnings()).isEmpty();
    CalibrationImages uneven =
        new CalibrationImages(
            RandomImages.normal(70, 3, 8, 8, 1), Optional.of(RandomImages.normal(5, 3, 8, 8, 2)));
    assertThat(Merging.merge(a, b, uneven, options).warnings())
        .singleElement()
        .asString()
        .startsWith("only 5 calibration images of a domain");
    MergeOptions unused = options.withMatch(MergeOptions.MatchOn.WEIGHTS);
    assertThat(Merging.merge(a, b, uneven, unused).warnings()).isEmpty();
  }

  /** Layers of one unit have no pairs to keep separate; the head's classes never move. */
  @Test
  void unitsThatDoNotMoveAreWarnedAboutWhereUnitsAreToStaySeparate() {
    Network[] pair = new Network[2];
    for (int i = 0; i < 2; i++) {
      GraphBuilder g = new GraphBuilder(i + 1);
      String h = g.relu(g.gemm(g.node("Flatten", g.input("x", 3, 8, 8)), 192, 6));
      for (int k = 0; k < 5; k++) {
        h = g.relu(g.gemm(h, k == 0 ? 6 : 1, 1));
      }
      pair[i] = SmallNetworks.read(g.build(g.gemm(h, 1, 5)));
    }
    MergeOptions options = Merging.options(SEPARATE, FitMethod.NONE, HeadFit.ORIGINAL, 0);
    CalibrationImages images = Merging.oneDomain(64);
    assertThat(Merging.merge(pair[0], pair[1], images, options).warnings()).isEmpty();
    String why = "' (the only unit of its kind)";
    assertThat(
            Merging.merge(pair[0], pair[1], images, options.withSeparateFraction(0.5)).warnings())
        .containsExactly(
            "units that do not move are merged fully: 1 of 'gemm_3"
                + why
                + ", 1 of 'gemm_5"
                + why
                + ", 1 of 'gemm_7"
                + why
                + " and those of 2 more layers");
  }

  @ParameterizedTest
  @EnumSource(FitMethod.class)
  void theSameSeedGivesTheSameBitsAndOtherThreadsTheSameNetwork(FitMethod fit) {
    Network a = SmallNetworks.RESIDUAL.network(1);
    Network b = SmallNetworks.RESIDUAL.network(2);
    MergeOptions options = Merging.options(SEPARATE, fit, HeadFit.JOINT, 0.3);
    MergeResult first = Merging.merge(a, b, Merging.twoDomains(30), options);
    MergeResult second = Merging.merge(a, b, Merging.twoDomains(30), options);
    assertThat(second.graph().initializers()).isEqualTo(first.graph().initializers());
    MergeResult alone = Merging.merge(a, b, Merging.twoDomains(30), options.withThreads(1));
    Map<String, Logits> expected = Merging.outputs(first, FRESH);
    Merging.outputs(alone, FRESH)
        .forEach(
            (name, logits) ->
                assertThat(Merging.error(requireNonNull(expected.get(name)), logits))
                    .isLessThan(1e-4));
  }

  @Test
  void littleMemoryForTensorsGivesTheSameBits() {
    Network a = SmallNetworks.RESIDUAL.network(1);
    Network b = SmallNetworks.RESIDUAL.network(2);
    MergeOptions options = Merging.options(SEPARATE, FitMethod.PROGRESSIVE, HeadFit.JOINT, 0.3);
    MergeResult roomy = Merging.merge(a, b, Merging.twoDomains(10), options);
    MergeResult spilled =
        Merging.merge(
            a, b, Merging.twoDomains(10), options.withMemory(MemoryLimit.ofTensors(1000)));
    assertThat(spilled.graph().initializers()).isEqualTo(roomy.graph().initializers());
    assertThat(spilled.peakTensorBytes()).isLessThanOrEqualTo(1000);
  }

  @Test
  void calibrationImagesStandOneDomainAfterTheOther() {
    CalibrationImages images = Merging.twoDomains(3);
    float[] a = RandomImages.values(images.a());
    float[] b = RandomImages.values(images.b().orElseThrow());
    assertThat(images.size()).isEqualTo(6);
    assertThat(images.sizeA()).isEqualTo(3);
    for (int first = 0; first < 6; first++) {
      for (int count = 1; count <= 6 - first; count++) {
        FloatBuffer target = FloatBuffer.allocate(count * 192);
        images.copyTo("x", first, count, target);
        assertThat(target.remaining()).isZero();
        for (int i = 0; i < count; i++) {
          int image = first + i;
          float[] own = image < 3 ? a : b;
          assertThat(target.array()[i * 192]).isEqualTo(own[image % 3 * 192]);
          assertThat(target.array()[i * 192 + 191]).isEqualTo(own[image % 3 * 192 + 191]);
        }
      }
    }
  }

  @Test
  void everyStageIsReportedToItsEndAndTimed() {
    Network a = SmallNetworks.RESIDUAL.network(1);
    Merger merger =
        new Merger(
            Merging.runtime(), Merging.options(SEPARATE, FitMethod.PROGRESSIVE, HeadFit.JOINT, 0));
    Map<Stage, String> last = new java.util.EnumMap<>(Stage.class);
    MergeResult result =
        merger.merge(
            merger.align(a, a),
            Merging.twoDomains(5),
            (stage, done, total) -> last.put(stage, done + "/" + total));
    assertThat(last)
        .containsEntry(Stage.ANALYSE, "1/1")
        .containsEntry(Stage.ACTIVATIONS, "10/10")
        .containsEntry(Stage.MATCH, "1/1")
        .containsEntry(Stage.FIT, (a.layers().size() + 1) + "/" + (a.layers().size() + 1));
    Set<Stage> stages = EnumSet.range(Stage.ANALYSE, Stage.FIT);
    stages.remove(Stage.MEASURE);
    assertThat(result.seconds()).containsOnlyKeys(stages);
  }

  @Test
  void whereABudgetIsInTimeMeasuringIsAStageToo() {
    Network a = SmallNetworks.RESIDUAL.network(1);
    BudgetOptions size = BudgetOptions.ofBudget(1.5).withCost(CostKind.LATENCY);
    MergeOptions options =
        Merging.options(SEPARATE, FitMethod.NONE, HeadFit.ORIGINAL, 0).withSize(size);
    Merger merger =
        new Merger(
            Merging.runtime(), options, OperatorRules.standard(), new MadeUpTimes(1e-6, 2e-3));
    Map<Stage, String> last = new java.util.EnumMap<>(Stage.class);
    MergeResult result =
        merger.merge(
            merger.align(a, a),
            Merging.twoDomains(5),
            (stage, done, total) -> last.put(stage, done + "/" + total));
    int layers = a.layers().size() + 1; // with the second head
    int trials = LimitSearch.TRIALS;
    assertThat(last)
        .containsEntry(Stage.MEASURE, layers + "/" + layers)
        .containsEntry(Stage.ALLOCATE, trials + "/" + trials);
    assertThat(result.seconds()).containsOnlyKeys(EnumSet.range(Stage.ANALYSE, Stage.FIT));
  }

  /** Heads of different labels say nothing of the units that they read, however many classes. */
  @Test
  void weightsAreMatchedWithoutHeadsOfDifferentLabels() {
    Network[] pair = new Network[2];
    for (int k = 0; k < 2; k++) {
      GraphBuilder g = new GraphBuilder(1);
      String h = g.relu(g.conv(g.input("x", 3, 8, 8), 3, 6, 3));
      h = g.relu(g.conv(h, 6, 7, 3));
      pair[k] = SmallNetworks.read(g.build(g.gemm(g.pooled(h), 7, 4 + 2 * k)));
    }
    Network b = Merging.permuted(pair[1], 5);
    MergeOptions options =
        Merging.options(SEPARATE, FitMethod.PROGRESSIVE, HeadFit.TASKS, 0)
            .withMatch(MergeOptions.MatchOn.WEIGHTS);
    Map<String, Logits> found =
        Merging.outputs(Merging.merge(pair[0], b, Merging.twoDomains(40), options), FRESH);
    String output = pair[0].graph().outputs().get(0).name();
    assertThat(
            Merging.error(
                Merging.only(Merging.outputs(pair[0], FRESH)),
                requireNonNull(found.get(output + "_left"))))
        .isLessThan(1e-4);
    assertThat(
            Merging.error(
                Merging.only(Merging.outputs(b, FRESH)),
                requireNonNull(found.get(output + "_right"))))
        .isLessThan(1e-4);
  }
}
