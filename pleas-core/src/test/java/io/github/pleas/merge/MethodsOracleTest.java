package io.github.pleas.merge;

import static io.github.pleas.merge.Merging.SEPARATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.Images;
import io.github.pleas.data.RandomImages;
import io.github.pleas.fit.AdamOptions;
import io.github.pleas.fit.FitOptions;
import io.github.pleas.fit.LayerFit;
import io.github.pleas.fit.PublishedOptions;
import io.github.pleas.matching.Zip;
import io.github.pleas.matching.ZipOptions;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.onnx.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the published methods give on a perceptron, against their formulas written out. */
class MethodsOracleTest {
  private static final int EACH = 150;

  private final Network a = SmallNetworks.PERCEPTRON.network(1);
  private final Network b = SmallNetworks.PERCEPTRON.network(2);
  private final Layer second = a.layers().get(1);
  private final Images ofA = RandomImages.normal(EACH, 3, 8, 8, 5);
  private final Images ofB = RandomImages.normal(EACH, 3, 8, 8, 6);

  private CalibrationImages domains() {
    return new CalibrationImages(ofA, Optional.of(ofB));
  }

  private MergeResult merge(MergeOptions options) {
    return Merging.merge(a, b, domains(), options.withThreads(2));
  }

  /** Rows of a least-squares problem. */
  private record Rows(List<double[]> x, List<double[]> t) {
    Rows() {
      this(new ArrayList<>(), new ArrayList<>());
    }

    void add(double[] input, double[] target) {
      x.add(input);
      t.add(target);
    }
  }

  private static double[] row(Activations from, int image) {
    double[] row = new double[from.units()];
    Arrays.setAll(row, unit -> from.at(image, unit, 0));
    return row;
  }

  private static double[] picked(double[] row, int[] order) {
    return Arrays.stream(order).mapToDouble(unit -> row[unit]).toArray();
  }

  private static double[] mean(double[] x, double[] y) {
    double[] mean = x.clone();
    Arrays.setAll(mean, i -> 0.5 * (x[i] + y[i]));
    return mean;
  }

  /** All rows of both originals' second layer over both domains, as some targets have them. */
  private Rows rows(PublishedOptions.Targets targets, int[] hidden, int[] out) {
    Rows rows = new Rows();
    for (Images images : List.of(ofA, ofB)) {
      Activations xa = Activations.of(a, second.input(), images);
      Activations xb = Activations.of(b, second.input(), images);
      Activations ta = Activations.of(a, second.output(), images);
      Activations tb = Activations.of(b, second.output(), images);
      for (int image = 0; image < EACH; image++) {
        double[] inA = row(xa, image);
        double[] inB = picked(row(xb, image), hidden);
        double[] outA = row(ta, image);
        double[] outB = picked(row(tb, image), out);
        switch (targets) {
          case AVERAGED -> rows.add(mean(inA, inB), mean(outA, outB));
          case SEPARATE -> {
            rows.add(inA, outA);
            rows.add(inB, outB);
          }
          case MIXED -> {
            rows.add(mean(inA, inB), outA);
            rows.add(mean(inA, inB), outB);
          }
        }
      }
    }
    return rows;
  }

  /** |X W - T| / |T| of the second layer's weights in a merged network. */
  private double residual(Rows rows, MergeResult result) {
    float[] w = weights(result);
    float[] bias =
        Objects.requireNonNull(result.graph().initializers().get(second.bias().orElseThrow()))
            .floats();
    double error = 0;
    double total = 0;
    for (int r = 0; r < rows.x().size(); r++) {
      double[] x = rows.x().get(r);
      for (int o = 0; o < bias.length; o++) {
        double y = bias[o];
        for (int i = 0; i < x.length; i++) {
          y += w[o * x.length + i] * x[i];
        }
        double t = rows.t().get(r)[o];
        error += (y - t) * (y - t);
        total += t * t;
      }
    }
    return Math.sqrt(error / total);
  }

  private float[] weights(MergeResult result) {
    Tensor weight = Objects.requireNonNull(result.graph().initializers().get(second.weight()));
    return weight.floats();
  }

  private static int[] partners(MergeResult result, int group) {
    return result.groups().get(group).partners();
  }

  private static LayerFit fit(MergeResult result, Layer layer) {
    return result.layers().stream()
        .filter(own -> own.layer().equals(layer.name()))
        .findFirst()
        .orElseThrow();
  }

  private static MergeOptions published(PublishedOptions how) {
    MergeOptions options = MergeOptions.of(MergeMethod.PLEAS_PUBLISHED, SEPARATE);
    FitOptions fit = options.fit();
    return options.withFit(fit.withPublished(how));
  }

  /** The least squares of each kind of targets: no small step away from them is better. */
  @ParameterizedTest
  @EnumSource(PublishedOptions.Targets.class)
  void theClosedFormIsTheLeastOfItsOwnObjective(PublishedOptions.Targets targets) {
    MergeResult result = merge(published(new PublishedOptions(targets, 1e-8, Optional.empty())));
    Rows rows = rows(targets, partners(result, 0), partners(result, 1));
    double least = residual(rows, result);
    assertThat(fit(result, second).residual()).isCloseTo(least, within(1e-5));
    // At the least of a quadratic the error is orthogonal to the inputs.
    float[] w = weights(result);
    for (int step = 0; step < 20; step++) {
      int at = step * 7 % w.length;
      float kept = w[at];
      double[] around = new double[2];
      for (int k = 0; k < 2; k++) {
        w[at] = kept + (k == 0 ? 0.02f : -0.02f);
        around[k] = residual(rows, result);
      }
      w[at] = kept;
      assertThat(Math.min(around[0], around[1])).isGreaterThanOrEqualTo(least - 1e-6);
    }
  }

  /** The more steps, the nearer Adam comes to the closed form, which it never beats. */
  @Test
  void adamConvergesTowardTheClosedForm() {
    double least =
        fit(
                merge(
                    published(
                        new PublishedOptions(
                            PublishedOptions.Targets.AVERAGED, 1e-8, Optional.empty()))),
                second)
            .residual();
    double before = Double.POSITIVE_INFINITY;
    for (int steps : List.of(10, 100, 2000)) {
      AdamOptions adam = new AdamOptions(steps, 32, 5e-3, 1);
      double found =
          fit(
                  merge(
                      published(
                          new PublishedOptions(
                              PublishedOptions.Targets.AVERAGED, 1e-8, Optional.of(adam)))),
                  second)
              .residual();
      assertThat(found).isLessThan(before).isGreaterThanOrEqualTo(least - 1e-6);
      before = found;
    }
    assertThat(before).isLessThan(1.1 * least);
  }

  /** W = (G_a + G_b)^-1 (G_a W_a + G_b W_b), but for the repair, which scales each unit. */
  @Test
  void regMeanIsItsFormula() {
    MergeResult result = merge(MergeOptions.of(MergeMethod.REGMEAN, SEPARATE));
    int n = second.inputs();
    double[][] ga = gram(Activations.of(a, second.input(), ofA));
    double[][] gb = gram(Activations.of(b, second.input(), ofB));
    float[] wa = a.constant(second.weight()).floats();
    float[] wb = b.constant(second.weight()).floats();
    float[] found = weights(result);
    for (int o = 0; o < second.outputs(); o++) {
      double[][] system = new double[n][n + 1];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          system[i][j] = ga[i][j] + gb[i][j];
          system[i][n] += ga[i][j] * wa[o * n + j] + gb[i][j] * wb[o * n + j];
        }
      }
      assertProportional(FitOracleTest.eliminate(system), found, o * n);
    }
  }

  private static double[][] gram(Activations x) {
    double[][] gram = new double[x.units()][x.units()];
    for (int i = 0; i < gram.length; i++) {
      for (int j = 0; j < gram.length; j++) {
        for (int image = 0; image < x.images(); image++) {
          gram[i][j] += (i == j ? 1 : 0.9) * x.at(image, i, 0) * x.at(image, j, 0) / x.images();
        }
      }
    }
    return gram;
  }

  private static void assertProportional(double[] expected, float[] found, int from) {
    double dot = 0;
    double square = 0;
    double other = 0;
    for (int i = 0; i < expected.length; i++) {
      dot += expected[i] * found[from + i];
      square += expected[i] * expected[i];
      other += (double) found[from + i] * found[from + i];
    }
    assertThat(dot / Math.sqrt(square * other)).isCloseTo(1, within(1e-5));
  }

  /** M W U, written out: the mean over the units of an output, the sum over those of an input. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, 1})
  void zippedWeightsAreMergedAndUnmerged(double beta) {
    MergeResult result =
        merge(MergeOptions.of(MergeMethod.ZIPIT, SEPARATE).withZip(new ZipOptions(1, beta)));
    List<Zip.Unit> hidden = result.groups().get(0).zipped();
    List<Zip.Unit> out = result.groups().get(1).zipped();
    float[] wa = a.constant(second.weight()).floats();
    float[] wb = b.constant(second.weight()).floats();
    int n = second.inputs();
    float[] found = weights(result);
    int many = 0;
    for (int o = 0; o < out.size(); o++) {
      double[] expected = new double[n];
      for (int i = 0; i < n; i++) {
        many += Math.max(0, hidden.get(i).a().length + hidden.get(i).b().length - 2);
        for (int unit : out.get(o).a()) {
          for (int input : hidden.get(i).a()) {
            expected[i] += wa[unit * n + input];
          }
        }
        for (int unit : out.get(o).b()) {
          for (int input : hidden.get(i).b()) {
            expected[i] += wb[unit * n + input];
          }
        }
      }
      assertProportional(expected, found, o * n);
    }
    assertThat(many > 0).as("units of more than two").isEqualTo(beta > 0);
  }

  private static Network sloped(long seed) {
    GraphBuilder g = new GraphBuilder(seed);
    String h = g.gemm(g.node("Flatten", g.input("x", 3, 8, 8)), 3 * 8 * 8, 8);
    float[] slopes = new float[8];
    for (int i = 0; i < slopes.length; i++) {
      slopes[i] = seed + 0.1f * i;
    }
    String slope = g.constant(Tensor.ofFloats(new int[] {8}, slopes));
    return SmallNetworks.read(g.build(g.gemm(g.node("PRelu", h, slope), 8, 4)));
  }

  /** What no fit solves for is the mean over all units that were zipped together. */
  @Test
  void constantsOfZippedUnitsAreMeans() {
    MergeOptions zipit = MergeOptions.of(MergeMethod.ZIPIT, SEPARATE).withZip(new ZipOptions(1, 1));
    MergeResult result = Merging.merge(sloped(1), sloped(2), domains(), zipit.withThreads(2));
    List<Zip.Unit> units = result.groups().get(0).zipped();
    assertThat(units).anyMatch(unit -> unit.a().length > 1);
    float[] found =
        result.graph().nodes().stream()
            .filter(node -> node.is("PRelu"))
            .map(node -> result.graph().initializers().get(node.input(1)))
            .map(tensor -> Objects.requireNonNull(tensor).floats())
            .findFirst()
            .orElseThrow();
    assertThat(found).hasSize(units.size());
    for (int k = 0; k < found.length; k++) {
      double sum = Arrays.stream(units.get(k).a()).mapToDouble(unit -> 1 + 0.1 * unit).sum();
      sum += Arrays.stream(units.get(k).b()).mapToDouble(unit -> 2 + 0.1 * unit).sum();
      int all = units.get(k).a().length + units.get(k).b().length;
      assertThat((double) found[k]).isCloseTo(sum / all, within(1e-5));
    }
  }

  /** Up to a stage zipped, behind it both as they are. */
  @Test
  void aBudgetZipsWholeStages() {
    MergeOptions zipit = MergeOptions.of(MergeMethod.ZIPIT, SEPARATE);
    MergeResult result = merge(zipit.withBudget(1.4));
    assertThat(result.groups())
        .allMatch(group -> group.separate() == 0 || group.separate() == group.units())
        .anyMatch(group -> group.separate() > 0)
        .anyMatch(group -> !group.zipped().isEmpty());
    assertThatThrownBy(() -> zipit.withSeparateFraction(0.3))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("zipped as a whole or not at all");
    assertThatThrownBy(() -> zipit.withFit(MergeOptions.defaults(SEPARATE).fit()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("without a fit");
  }

  @ParameterizedTest
  @EnumSource(MergeMethod.class)
  void aMethodIsKnownByItsParts(MergeMethod method) {
    assertThat(MergeMethod.of(MergeOptions.of(method, SEPARATE))).contains(method);
  }
}
