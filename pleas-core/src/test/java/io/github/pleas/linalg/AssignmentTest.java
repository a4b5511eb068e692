package io.github.pleas.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.ortools.Loader;
import com.google.ortools.graph.LinearSumAssignment;
import io.github.pleas.runtime.Workers;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class AssignmentTest {
  private static double total(double[] s, int n, int[] columns) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += s[i * n + columns[i]];
    }
    return sum;
  }

  private static void assertPermutation(int[] columns) {
    int[] sorted = columns.clone();
    Arrays.sort(sorted);
    for (int i = 0; i < sorted.length; i++) {
      assertThat(sorted[i]).isEqualTo(i);
    }
  }

  private static double best(double[] s, int n, int row, boolean[] taken) {
    if (row == n) {
      return 0;
    }
    double best = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < n; j++) {
      if (!taken[j]) {
        taken[j] = true;
        best = Math.max(best, s[row * n + j] + best(s, n, row + 1, taken));
        taken[j] = false;
      }
    }
    return best;
  }

  private static double[] filled(int n, IntToDoubleFunction value) {
    double[] s = new double[n * n];
    Arrays.setAll(s, value);
    return s;
  }

  /** Correlations of n pairs of noisy units, as two networks have them. */
  private static double[] correlations(Random random, int n, int rows, double noise) {
    float[] x = Matrices.normal(random, rows, n, 0, 1);
    float[] y = new float[x.length];
    int[] partner = Matrices.shuffled(random, n);
    for (int row = 0; row < rows; row++) {
      for (int u = 0; u < n; u++) {
        y[row * n + partner[u]] = (float) (x[row * n + u] + noise * random.nextGaussian());
      }
    }
    CrossMoments moments = new CrossMoments(n, n);
    try (Workers workers = new Workers(1);
        CrossMoments.Scratch scratch = new CrossMoments.Scratch(n, workers)) {
      moments.add(x, y, rows, scratch);
      return moments.correlation();
    }
  }

  /**
   * Correlations where two in five of one network's units and half of the other's are zero on all
   * images, so that only a thousandth of a correlation tells them apart: long augmenting paths.
   */
  private static double[] faint(Random random, int n) {
    double[] faint = correlations(random, n, 20, 2);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        faint[i * n + j] *= i % 5 < 2 || j % 2 == 0 ? 1e-3 : 1;
      }
    }
    return faint;
  }

  /**
   * Units that are mixtures of a few factors, of networks that have nothing to do with each other.
   */
  private static double[] factors(Random random, int n, int factors) {
    double[] x = Matrices.uniform(random, n, factors);
    double[] y = Matrices.uniform(random, n, factors);
    return filled(
        n,
        at -> {
          double sum = 0;
          for (int f = 0; f < factors; f++) {
            sum += (x[at / n * factors + f] - 0.5) * (y[at % n * factors + f] - 0.5);
          }
          return sum;
        });
  }

  @Test
  void anAuctionsPricesAreNearTheBestOnes() {
    Random random = new Random(9);
    for (double[] s : new double[][] {correlations(random, 200, 30, 1), faint(random, 200)}) {
      double[] price = new double[200];
      new ScaledAuction(s, 200, price).settle();
      // The dual objective of any prices is a bound; of these it is within n epsilon of the best.
      double bound = -Arrays.stream(price).sum();
      for (int i = 0; i < 200; i++) {
        double most = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < 200; j++) {
          most = Math.max(most, s[i * 200 + j] + price[j]);
        }
        bound += most;
      }
      double best = total(s, 200, Assignment.maximize(s, 200));
      double epsilon =
          2e-4 * (Arrays.stream(s).max().orElseThrow() - Arrays.stream(s).min().orElseThrow());
      assertThat(bound).isBetween(best - 1e-9, best + 200 * epsilon);
    }
  }

  @Test
  void isTheBestOfAllPermutationsOfSmallMatrices() {
    Random random = new Random(1);
    for (int round = 0; round < 300; round++) {
      int n = 1 + random.nextInt(7);
      // Every other matrix has few different values, so many ties.
      boolean tied = round % 2 == 0;
      double[] s = filled(n, i -> tied ? random.nextInt(3) - 1 : random.nextDouble() * 20 - 10);
      int[] columns = Assignment.maximize(s, n);
      assertPermutation(columns);
      assertThat(total(s, n, columns)).isCloseTo(best(s, n, 0, new boolean[n]), within(1e-9));
    }
  }

  @Test
  void agreesWithAnIndependentSolver() {
    Loader.loadNativeLibraries();
    Random random = new Random(2);
    for (int n : new int[] {2, 10, 31, 64, 100, 200}) {
      for (int range : new int[] {3, 1000, 1_000_000}) {
        long[] costs = random.longs((long) n * n, -range, range + 1).toArray();
        LinearSumAssignment oracle = new LinearSumAssignment();
        for (int i = 0; i < costs.length; i++) {
          oracle.addArcWithCost(i / n, i % n, -costs[i]);
        }
        assertThat(oracle.solve()).isEqualTo(LinearSumAssignment.Status.OPTIMAL);
        int[] columns = Assignment.maximize(filled(n, i -> costs[i]), n);
        long sum = 0;
        for (int i = 0; i < n; i++) {
          sum += costs[i * n + columns[i]];
        }
        assertThat(sum).as("n %d, range %d", n, range).isEqualTo(-oracle.getOptimalCost());
      }
    }
  }

  @Test
  void pricesProveOptimality() {
    Random random = new Random(3);
    double[][] matrices = {
      Matrices.uniform(random, 150, 150),
      correlations(random, 150, 400, 1),
      filled(150, i -> random.nextInt(4)),
      filled(150, i -> (i / 150) * (double) (i % 150)),
      filled(150, i -> 1e-13 * random.nextDouble() + 1),
      faint(random, 600),
      factors(random, 500, 5)
    };
    for (double[] s : matrices) {
      int n = (int) Math.sqrt(s.length);
      AugmentingPaths paths = new AugmentingPaths(s, n);
      int[] columns = paths.solve();
      assertPermutation(columns);
      double scale = 1e-12 * Arrays.stream(s).map(Math::abs).max().orElseThrow();
      for (int i = 0; i < n; i++) {
        // u_i + v_j >= s_ij for all pairs, with equality for those assigned: then any other
        // assignment is no better.
        double u = s[i * n + columns[i]] + paths.price(columns[i]);
        for (int j = 0; j < n; j++) {
          assertThat(u - paths.price(j)).isGreaterThanOrEqualTo(s[i * n + j] - scale);
        }
      }
    }
  }

  @Test
  void followsPermutationsOfRowsAndColumns() {
    Random random = new Random(4);
    for (int n : new int[] {5, 40, 130}) {
      double[] s = Matrices.uniform(random, n, n);
      int[] rows = Matrices.shuffled(random, n);
      int[] columns = Matrices.shuffled(random, n);
      double[] moved = new double[n * n];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          moved[rows[i] * n + columns[j]] = s[i * n + j];
        }
      }
      int[] plain = Assignment.maximize(s, n);
      int[] permuted = Assignment.maximize(moved, n);
      for (int i = 0; i < n; i++) {
        assertThat(permuted[rows[i]]).isEqualTo(columns[plain[i]]);
      }
    }
  }

  @Test
  void doesNotDependOnConstantsAddedToRowsAndColumns() {
    Random random = new Random(5);
    int n = 60;
    double[] s = Matrices.uniform(random, n, n);
    double[] ofRow = Matrices.uniform(random, n, 1);
    double[] ofColumn = Matrices.uniform(random, n, 1);
    double[] shifted = filled(n, i -> s[i] + 5 * ofRow[i / n] - 7 * ofColumn[i % n]);
    assertThat(Assignment.maximize(shifted, n)).isEqualTo(Assignment.maximize(s, n));
  }

  @Test
  void findsThePartnersOfNoisyUnits() {
    Random random = new Random(6);
    int n = 80;
    double[] s = new double[n * n];
    int[] partner = Matrices.shuffled(random, n);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        s[i * n + j] = (partner[i] == j ? 0.9 : 0) + 0.05 * random.nextGaussian();
      }
    }
    assertThat(Assignment.maximize(s, n)).isEqualTo(partner);
  }

  @Test
  void takesSecondsForTheWidestLayersWhateverTheirMatrix() {
    Random random = new Random(7);
    int n = 2048;
    double[] correlations = correlations(random, n, 2000, 2);
    double[] dead = correlations.clone();
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        if (i % 3 == 0 || j % 2 == 0) {
          dead[i * n + j] = 0;
        }
      }
    }
    double[][] matrices = {
      correlations,
      dead,
      faint(random, n),
      new double[n * n],
      filled(n, i -> random.nextInt(3)),
      filled(n, i -> Math.rint(100 * correlations[i])),
      filled(n, i -> i % n == 0 ? 1 : 0)
    };
    for (int k = 0; k < matrices.length; k++) {
      double[] s = matrices[k];
      // Ten times what the slowest takes on a busy core: a guard against rows that bid against each
      // other for ever, or by tiny steps.
      int[] columns =
          Assertions.assertTimeout(
              Duration.ofSeconds(10), () -> Assignment.maximize(s, n), "matrix " + k);
      assertPermutation(columns);
    }
  }

  @Test
  void refusesWhatIsNotANumberByIndex() {
    double[] s = new double[9];
    s[5] = Double.NaN;
    assertThatThrownBy(() -> Assignment.maximize(s, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[1, 2] is NaN");
    s[5] = Double.NEGATIVE_INFINITY;
    assertThatThrownBy(() -> Assignment.maximize(s, 3)).hasMessageContaining("[1, 2]");
    assertThatThrownBy(() -> Assignment.maximize(s, 4)).hasMessageContaining("found 9");
  }

  @Test
  void ofNothingIsNothing() {
    assertThat(Assignment.maximize(new double[0], 0)).isEmpty();
  }
}
