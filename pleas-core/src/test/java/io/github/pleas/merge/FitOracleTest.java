package io.github.pleas.merge;

import static io.github.pleas.merge.Merging.SEPARATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.budget.UniformAllocation;
import io.github.pleas.data.Images;
import io.github.pleas.data.RandomImages;
import io.github.pleas.data.Samples;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.FitOptions;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.fit.TargetPlan;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.MergedAxis;
import io.github.pleas.layout.MergedLayout;
import io.github.pleas.matching.Matching;
import io.github.pleas.matching.WeightMatcher;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.network.Tails;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.symmetry.Separability;
import io.github.pleas.symmetry.Symmetry;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a merge reports and writes, against the same computed from whole runs of the networks. */
class FitOracleTest {
  private static final int EACH = 10;
  private static final CalibrationImages CALIBRATION = Merging.twoDomains(EACH);

  /** The images of both domains as one set. */
  private final Images all = joined();

  private static Images joined() {
    float[] a = RandomImages.values(CALIBRATION.a());
    float[] b = RandomImages.values(CALIBRATION.b().orElseThrow());
    int length = a.length / EACH;
    return RandomImages.of(
        2 * EACH,
        ((Images) CALIBRATION.a()).preprocessing(),
        i -> Arrays.copyOfRange(i < EACH ? a : b, i % EACH * length, (i % EACH + 1) * length));
  }

  private final Network a = SmallNetworks.RESIDUAL.network(1);
  private final Network b = SmallNetworks.RESIDUAL.network(2);

  /** Every position gives a row. */
  private static MergeOptions everyRow(Heads heads, FitMethod method, HeadFit fit, double r) {
    FitOptions few = FitOptions.of(method, fit, false);
    FitOptions all =
        new FitOptions(
            method,
            fit,
            few.alpha(),
            few.shrinkage(),
            few.smallestRidge(),
            few.largestRidge(),
            few.channelRidge(),
            few.headRidge(),
            few.published(),
            100_000);
    return Merging.options(heads, method, fit, r)
        .withFit(all)
        .withMatch(MergeOptions.MatchOn.WEIGHTS);
  }

  private static MergedLayout layout(Network a, Network b, double r) {
    Symmetry symmetry = Merging.symmetry(a);
    Set<String> ofHeads = new HashSet<>();
    for (Layer head : Tails.of(a).heads()) {
      ofHeads.addAll(head.node().inputs());
    }
    Matching matching = new WeightMatcher(a, b, symmetry, ofHeads).match(0);
    Separability separability = Merging.separability(a);
    boolean[] separable = separability.separable();
    return new MergedLayout(
        separability, matching, UniformAllocation.allocate(symmetry.groups(), separable, r));
  }

  private static MergedAxis out(MergedLayout layout, Layer layer) {
    return layout.axis(layer.weight(), layer.outputAxis(), layer.outputs());
  }

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void theReportedResidualIsThatOfTheMergedNetworkAgainstTheTargets(SmallNetworks architecture) {
    Network left = architecture.network(1);
    Network right = architecture.network(2);
    double r = 0.5;
    MergeResult result =
        Merging.merge(
            left, right, CALIBRATION, everyRow(SEPARATE, FitMethod.PROGRESSIVE, HeadFit.JOINT, r));
    Network merged = SmallNetworks.read(result.graph());
    MergedLayout layout = layout(left, right, r);
    for (TargetPlan.Target target : TargetPlan.of(left, true)) {
      MergedAxis out = out(layout, target.layer());
      double error = 0;
      double total = 0;
      for (boolean ofA : new boolean[] {true, false}) {
        Samples domain = ofA ? CALIBRATION.a() : CALIBRATION.b().orElseThrow();
        Activations x = Activations.of(left, target.value(), domain);
        Activations y = Activations.of(right, target.value(), domain);
        Activations given = Activations.of(merged, target.value(), domain);
        Optional<Activations> skip = target.skip().map(s -> Activations.of(merged, s, domain));
        double alpha = ofA ? 0.75 : 0.25;
        for (int image = 0; image < EACH; image++) {
          for (int o = 0; o < out.length(); o++) {
            for (int position = 0; position < x.positions(); position++) {
              double t =
                  out.isOnlyA(o)
                      ? x.at(image, out.a()[o], position)
                      : out.isOnlyB(o)
                          ? y.at(image, out.b()[o], position)
                          : alpha * x.at(image, out.a()[o], position)
                              + (1 - alpha) * y.at(image, out.b()[o], position);
              double d = given.at(image, o, position) - t;
              double own = t - (skip.isPresent() ? skip.get().at(image, o, position) : 0);
              error += d * d;
              total += own * own;
            }
          }
        }
      }
      double reported =
          result.layers().stream()
              .filter(fit -> fit.layer().equals(target.layer().name()))
              .findFirst()
              .orElseThrow()
              .residual();
      assertThat(reported)
          .as(target.layer().name())
          .isCloseTo(Math.sqrt(error / total), within(1e-4));
    }
  }

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void withoutAFitEachUnitHasTheMeanOfTheOriginalsMeansAndDeviations(SmallNetworks architecture) {
    Network left = architecture.network(1);
    Network right = architecture.network(2);
    for (double r : new double[] {0, 0.5}) {
      MergeResult result =
          Merging.merge(
              left, right, CALIBRATION, everyRow(SEPARATE, FitMethod.NONE, HeadFit.ORIGINAL, r));
      Network merged = SmallNetworks.read(result.graph());
      MergedLayout layout = layout(left, right, r);
      for (TargetPlan.Target target : TargetPlan.of(left, false)) {
        MergedAxis out = out(layout, target.layer());
        String value = target.layer().output();
        Activations x = Activations.of(left, value, all);
        Activations y = Activations.of(right, value, all);
        Activations given = Activations.of(merged, value, all);
        for (int o = 0; o < out.length(); o++) {
          double mean =
              out.isOnlyA(o)
                  ? x.mean(out.a()[o])
                  : out.isOnlyB(o)
                      ? y.mean(out.b()[o])
                      : 0.5 * (x.mean(out.a()[o]) + y.mean(out.b()[o]));
          double deviation =
              out.isOnlyA(o)
                  ? x.deviation(out.a()[o])
                  : out.isOnlyB(o)
                      ? y.deviation(out.b()[o])
                      : 0.5 * (x.deviation(out.a()[o]) + y.deviation(out.b()[o]));
          assertThat(given.mean(o)).isCloseTo(mean, within(1e-5));
          assertThat(given.deviation(o)).isCloseTo(deviation, within(1e-5 * (1 + deviation)));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(FitMethod.class)
  void unitsOfAAloneHaveNoWeightsOnUnitsOfBAlone(FitMethod method) {
    MergeResult result =
        Merging.merge(a, b, CALIBRATION, everyRow(SEPARATE, method, HeadFit.JOINT, 0.5));
    MergedLayout layout = layout(a, b, 0.5);
    int zeros = 0;
    for (TargetPlan.Target target : TargetPlan.of(a, false)) {
      Layer layer = target.layer();
      Tensor weight = Objects.requireNonNull(result.graph().initializers().get(layer.weight()));
      MergedAxis out = out(layout, layer);
      MergedAxis in = layout.axis(layer.weight(), layer.inputAxis(), layer.inputs());
      assertThat(weight.shape()).startsWith(out.length(), in.length());
      int taps = layer.window().taps();
      for (int o = 0; o < out.length(); o++) {
        for (int i = 0; i < in.length(); i++) {
          boolean apart = out.isOnlyA(o) && in.isOnlyB(i) || out.isOnlyB(o) && in.isOnlyA(i);
          for (int tap = 0; tap < taps; tap++) {
            float w = weight.floats()[(o * in.length() + i) * taps + tap];
            zeros += apart ? 1 : 0;
            assertThat(w == 0).isEqualTo(apart);
          }
        }
      }
    }
    assertThat(zeros).isPositive();
  }

  /**
   * The published objective on a perceptron, by normal equations: X the mean of the originals'
   * aligned features, T the mean of their outputs.
   */
  @Test
  void thePublishedObjectiveIsLeastSquaresOnTheMeanOfTheOriginals() {
    Network left = SmallNetworks.PERCEPTRON.network(1);
    Network right = SmallNetworks.PERCEPTRON.network(2);
    Images images = RandomImages.normal(300, 3, 8, 8, 5);
    CalibrationImages calibration = new CalibrationImages(images, Optional.empty());
    MergeResult result =
        Merging.merge(
            left, right, calibration, everyRow(SEPARATE, FitMethod.PUBLISHED, HeadFit.JOINT, 0));
    MergedLayout layout = layout(left, right, 0);
    Layer first = left.layers().get(0);
    Layer second = left.layers().get(1);
    Map<String, Tensor> found = result.graph().initializers();
    // The first layer's inputs are the images for both, so that the mean of the weights fits them.
    MergedAxis hidden = out(layout, first);
    float[] w = Objects.requireNonNull(found.get(first.weight())).floats();
    float[] wa = left.constant(first.weight()).floats();
    float[] wb = right.constant(first.weight()).floats();
    int n = first.inputs();
    for (int o = 0; o < first.outputs(); o++) {
      for (int i = 0; i < n; i++) {
        assertThat((double) w[o * n + i])
            .isCloseTo(
                0.5 * ((double) wa[hidden.a()[o] * n + i] + wb[hidden.b()[o] * n + i]),
                within(1e-5));
      }
    }
    // The second's are not: solved here by elimination, shrunk as the method says.
    Activations xa = Activations.of(left, second.input(), images);
    Activations xb = Activations.of(right, second.input(), images);
    Activations ta = Activations.of(left, second.output(), images);
    Activations tb = Activations.of(right, second.output(), images);
    MergedAxis out = out(layout, second);
    int p = second.inputs() + 1;
    double ridge = FitOptions.of(FitMethod.PUBLISHED, HeadFit.JOINT, false).published().ridge();
    float[] second0 = left.constant(second.weight()).floats();
    float[] second1 = right.constant(second.weight()).floats();
    for (int o = 0; o < second.outputs(); o++) {
      double[][] system = new double[p][p + 1];
      for (int image = 0; image < 300; image++) {
        double[] x = new double[p];
        x[p - 1] = 1;
        for (int i = 0; i < p - 1; i++) {
          x[i] = 0.5 * (xa.at(image, hidden.a()[i], 0) + xb.at(image, hidden.b()[i], 0));
        }
        double t = 0.5 * (ta.at(image, out.a()[o], 0) + tb.at(image, out.b()[o], 0));
        for (int i = 0; i < p; i++) {
          for (int j = 0; j < p; j++) {
            system[i][j] += x[i] * x[j] / 300;
          }
          system[i][p] += x[i] * t / 300;
        }
      }
      double diagonal = 0;
      for (int i = 0; i < p - 1; i++) {
        diagonal += system[i][i] / (p - 1);
      }
      for (int i = 0; i < p - 1; i++) {
        double centre =
            0.5
                * ((double) second0[out.a()[o] * (p - 1) + hidden.a()[i]]
                    + second1[out.b()[o] * (p - 1) + hidden.b()[i]]);
        system[i][i] += ridge * diagonal;
        system[i][p] += ridge * diagonal * centre;
      }
      double[] solution = eliminate(system);
      float[] weights = Objects.requireNonNull(found.get(second.weight())).floats();
      for (int i = 0; i < p - 1; i++) {
        assertThat((double) weights[o * (p - 1) + i]).isCloseTo(solution[i], within(1e-4));
      }
      float[] bias = Objects.requireNonNull(found.get(second.bias().orElseThrow())).floats();
      assertThat((double) bias[o]).isCloseTo(solution[p - 1], within(1e-4));
    }
  }

  static double[] eliminate(double[][] system) {
    int n = system.length;
    for (int k = 0; k < n; k++) {
      for (int i = 0; i < n; i++) {
        if (i != k) {
          double factor = system[i][k] / system[k][k];
          for (int j = k; j <= n; j++) {
            system[i][j] -= factor * system[k][j];
          }
        }
      }
    }
    double[] solution = new double[n];
    for (int k = 0; k < n; k++) {
      solution[k] = system[k][n] / system[k][k];
    }
    return solution;
  }
}
