package io.github.pleas.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.layout.MergedAxis;
import io.github.pleas.linalg.Blas;
import io.github.pleas.linalg.SingularValues;
import io.github.pleas.runtime.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The solution that comes of products in single precision, however they are gathered, is that of
 * the same rows all in double, where X'X is ill conditioned and X far from zero.
 *
 * <p>How near it must be: let each product be wrong by e sqrt(G_ii G_jj), at random. Then what is
 * solved for is off by (G + L)^-1 r. Where the base is taken off rows, r = dH - dG C with C = W -
 * W0, and an entry of it is e sqrt(G_ii) (|d| + |C|), with |d| the root mean square of what the
 * base leaves and |C|^2 the sum of G_jj C_j^2. Where it is taken off moments, dH - dG W0 - dG C is
 * e sqrt(G_ii) (|t| + |W|): not the base's own error counts but the size of what cancels. With G +
 * L at least l = ridge x mean G_ii but for the bias, which leaves G less its means and doubles r at
 * most, predictions move by 2 |r| / sqrt(l) = 2 e sqrt(P / ridge) (|t| + |W|).
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IllConditionedMomentsTest {
  private static final int OUTPUTS = NearlyEqualChannels.OUTPUTS;

  /** e, as {@link io.github.pleas.linalg.Moments} says of its sums. */
  private static final double ERROR = 1e-7;

  /** The least that a fit uses. */
  private static final double RIDGE = 1e-3;

  /** What the base leaves of the square where it is nearly the answer: just above what may be. */
  private static final double LEFT = 0.011;

  private final Workers workers = new Workers(2);
  private final NearlyEqualChannels given = new NearlyEqualChannels(workers);
  private final List<Solved> all = new ArrayList<>();
  private double[] x = {};
  private double[] turned = {};
  private double[] t = {};
  private int unknowns;
  private int count;

  private enum Gathering {
    ROWS,
    ROWS_BASE_OFF_MOMENTS,
    PLACES,
    PLACES_BASE_OFF_MOMENTS;

    boolean offMoments() {
      return this == ROWS_BASE_OFF_MOMENTS || this == PLACES_BASE_OFF_MOMENTS;
    }
  }

  /**
   * A problem that was solved twice.
   *
   * @param exact its moments in double, and its solution
   */
  private record Solved(
      String name,
      boolean offMoments,
      MomentProblem found,
      RidgeSolver.Solution solution,
      MomentProblem exact,
      RidgeSolver.Solution exactly) {}

  @BeforeAll
  void solve() {
    Blas.useCallingThread();
    Random random = new Random(9);
    x = given.x();
    unknowns = NearlyEqualChannels.CHANNELS * 9 + 1;
    count = x.length / unknowns;
    turned = new double[x.length];
    for (int at = 0; at < x.length; at++) {
      turned[at % unknowns * count + at / unknowns] = x[at];
    }
    double[] truth = truth(random);
    t = targets(truth, random);
    LayerRows rows = given.rows(t);
    assertThat(rows.unrolled().flatMap(PlacePairs::of)).isPresent();
    double[] other = truth(random);
    List<double[]> bases = List.of(truth, scaled(truth, 0.5), other);
    double[] gram = scaled(times(turned, unknowns, x, unknowns), 1.0 / count);
    for (int k = 0; k < bases.size(); k++) {
      double[] base = LayerPanels.rounded(bases.get(k));
      MomentProblem exact = exact(gram, base);
      // So that a fit may take it off the moments of all outputs.
      assertThat(BaseProducts.answered(exact.sums(), OUTPUTS)).isEmpty();
      RidgeSolver.Solution exactly = solved(exact);
      for (Gathering how : Gathering.values()) {
        MomentProblem found = gathered(how, rows, base);
        all.add(
            new Solved(
                how + ", base " + k, how.offMoments(), found, solved(found), exact, exactly));
      }
    }
  }

  @AfterAll
  void close() {
    given.close();
    workers.close();
  }

  /**
   * For half of the outputs any weights; for the others those that nearly equal channels cancel.
   */
  private double[] truth(Random random) {
    double[] truth = new double[unknowns * OUTPUTS];
    for (int i = 0; i < unknowns - 1; i++) {
      boolean second = i / 9 % 2 == 1;
      for (int o = 0; o < OUTPUTS; o++) {
        boolean cancels = second && o >= OUTPUTS / 2;
        truth[i * OUTPUTS + o] =
            cancels ? -truth[(i - 9) * OUTPUTS + o] : random.nextGaussian() / Math.sqrt(unknowns);
      }
    }
    return truth;
  }

  private double[] targets(double[] truth, Random random) {
    double[] targets = predictions(truth);
    double[] noise = scaled(roots(targets), Math.sqrt(LEFT));
    for (int at = 0; at < targets.length; at++) {
      targets[at] = (float) (targets[at] + noise[at % OUTPUTS] * random.nextGaussian());
    }
    return targets;
  }

  private double[] predictions(double[] w) {
    return times(x, count, w, OUTPUTS);
  }

  /** A product, [rows, columns], in double. */
  private double[] times(double[] a, int rows, double[] b, int columns) {
    return Blas.multiply(a, rows, a.length / rows, b, columns, workers);
  }

  /** The problem in double. */
  private MomentProblem exact(double[] gram, double[] base) {
    double[] y = predictions(base);
    double[] d = minus(t, y);
    double[][] sums = new double[5][OUTPUTS];
    for (int at = 0; at < d.length; at++) {
      int o = at % OUTPUTS;
      sums[0][o] += y[at];
      sums[1][o] += y[at] * y[at];
      sums[2][o] += d[at];
      sums[3][o] += y[at] * d[at];
      sums[4][o] += t[at] * t[at];
    }
    BaseSums ofBase = new BaseSums(OUTPUTS);
    ofBase.add(sums, count);
    double[] squares = Arrays.stream(roots(d)).map(root -> root * root).toArray();
    double[] cross = scaled(times(turned, unknowns, d, OUTPUTS), 1.0 / count);
    return new MomentProblem(gram, cross, squares, base, ofBase, unknowns, OUTPUTS, true, count);
  }

  /** As a fit gathers them, or all by rows. */
  private MomentProblem gathered(Gathering how, LayerRows rows, double[] base) {
    List<LayerRows> one = List.of(rows);
    int[] none = {};
    int[] all = LayerPanels.Wanted.all(one);
    RowMoments moments =
        switch (how) {
          case PLACES -> RowMoments.of(one, base, true, count, all, workers);
          case PLACES_BASE_OFF_MOMENTS ->
              RowMoments.of(one, base, true, count, none, workers).lessBut(none);
          case ROWS -> byRows(rows, base, all);
          case ROWS_BASE_OFF_MOMENTS -> byRows(rows, base, none).lessBut(none);
        };
    return MomentProblem.of(
        moments.moments(), moments.base(), moments.sums(), unknowns, OUTPUTS, true);
  }

  private RowMoments byRows(LayerRows rows, double[] base, int[] predicted) {
    LayerPanels.Wanted wanted = new LayerPanels.Wanted(Optional.empty(), predicted);
    try (LayerPanels panels = new LayerPanels(List.of(rows), base, true, count, workers, wanted)) {
      return RowMoments.byRows(panels, rows, true, workers);
    }
  }

  private RidgeSolver.Solution solved(LayerProblem problem) {
    MergedAxis in = MergedAxis.same(NearlyEqualChannels.CHANNELS);
    return new RidgeSolver(problem, in, MergedAxis.same(OUTPUTS), 9, workers).solve(true, RIDGE);
  }

  @Test
  void theirConditionNumberIsAboveAMillion() {
    double[] values = SingularValues.of(all.get(0).exact().gram(), unknowns);
    assertThat(values[0] / values[unknowns - 1]).isGreaterThan(1e6);
  }

  /**
   * They are near e, as a root mean square; and each is a sum of at most 1,024 products at once,
   * which is wrong by the root of that times 2^-24.
   */
  @Test
  void entriesOfXXAreThoseInDouble() {
    double most = Math.sqrt(1024) * Math.pow(2, -24);
    for (Solved solved : all) {
      double[] gram = solved.exact().gram();
      double[] found = solved.found().gram();
      double[] roots = IntStream.range(0, unknowns).mapToDouble(i -> root(gram, i)).toArray();
      double largest = 0;
      double squares = 0;
      for (int at = 0; at < gram.length; at++) {
        double scale = roots[at / unknowns] * roots[at % unknowns];
        double error = Math.abs(found[at] - gram[at]) / scale;
        largest = Math.max(largest, error);
        squares += error * error;
      }
      assertThat(largest).as(solved.name()).isLessThan(most);
      assertThat(Math.sqrt(squares / gram.length)).as(solved.name()).isLessThan(ERROR);
    }
  }

  private double root(double[] gram, int i) {
    return Math.sqrt(gram[i * unknowns + i]);
  }

  @Test
  void predictionsAreThoseInDouble() {
    for (Solved solved : all) {
      double[] w = solved.exactly().weights();
      double[] moved = roots(predictions(minus(solved.solution().weights(), w)));
      double[] whole = solved.offMoments() ? roots(t) : left(solved.exact());
      double[] weights =
          sizes(solved.offMoments() ? w : minus(w, solved.exact().base()), solved.exact());
      double factor = 2 * ERROR * Math.sqrt(unknowns / RIDGE);
      for (int o = 0; o < OUTPUTS; o++) {
        assertThat(moved[o])
            .as("%s, output %d", solved.name(), o)
            .isLessThan(factor * (whole[o] + weights[o]));
      }
    }
  }

  /** Sampling a layer's rows changes its residual by a hundredth; this is to be far less. */
  @Test
  void whatTheSolutionLeavesIsWhatThatInDoubleLeaves() {
    for (Solved solved : all) {
      double[] expected = residuals(solved.exactly().weights());
      double[] found = residuals(solved.solution().weights());
      for (int o = 0; o < OUTPUTS; o++) {
        assertThat(found[o])
            .as("%s, output %d", solved.name(), o)
            .isCloseTo(expected[o], within(5e-4 * expected[o]));
      }
      assertThat(solved.solution().residual())
          .isCloseTo(solved.exactly().residual(), within(1e-4 * solved.exactly().residual()));
    }
  }

  /** Off moments it is a difference, wrong by what t't, W0'X't and W0'X'X W0 are. */
  @Test
  void whatTheBaseLeavesIsKnownAsFarAsItDoesNotCancel() {
    for (Solved solved : all) {
      double[] whole = solved.offMoments() ? roots(t) : left(solved.exact());
      double[] weights = sizes(solved.exact().base(), solved.exact());
      for (int o = 0; o < OUTPUTS; o++) {
        double size = whole[o] + weights[o];
        assertThat(solved.found().leftSquares()[o])
            .as("%s, output %d", solved.name(), o)
            .isCloseTo(solved.exact().leftSquares()[o], within(ERROR * size * size));
      }
    }
  }

  private double[] residuals(double[] w) {
    return roots(minus(predictions(w), t));
  }

  private static double[] left(MomentProblem problem) {
    return IntStream.range(0, OUTPUTS)
        .mapToDouble(o -> Math.sqrt(problem.leftSquares()[o]))
        .toArray();
  }

  /** For each output the root of the sum of G_jj w_j^2. */
  private static double[] sizes(double[] w, MomentProblem problem) {
    double[] sizes = new double[OUTPUTS];
    for (int i = 0; i < w.length; i++) {
      sizes[i % OUTPUTS] += w[i] * w[i] * problem.diagonal()[i / OUTPUTS];
    }
    return IntStream.range(0, OUTPUTS).mapToDouble(o -> Math.sqrt(sizes[o])).toArray();
  }

  /** The root mean square of each column. */
  private static double[] roots(double[] rows) {
    double[] sums = new double[OUTPUTS];
    for (int at = 0; at < rows.length; at++) {
      sums[at % OUTPUTS] += rows[at] * rows[at];
    }
    return Arrays.stream(sums).map(sum -> Math.sqrt(sum * OUTPUTS / rows.length)).toArray();
  }

  private static double[] minus(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] - b[i]).toArray();
  }

  private static double[] scaled(double[] values, double factor) {
    return Arrays.stream(values).map(value -> factor * value).toArray();
  }
}
