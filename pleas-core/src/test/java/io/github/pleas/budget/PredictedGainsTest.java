package io.github.pleas.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PredictedGainsTest {
  /** Three groups of which each pair costs the same. */
  private static QuadraticCost linear(int groups) {
    QuadraticCost.Builder cost = new QuadraticCost.Builder(groups);
    cost.add(1000);
    for (int g = 0; g < groups; g++) {
      cost.add(new AxisLength(0, new int[] {g}, new long[] {10}));
    }
    return cost.build();
  }

  private static boolean[] all(int groups) {
    boolean[] separable = new boolean[groups];
    Arrays.fill(separable, true);
    return separable;
  }

  private static double[] scores(int units, double mean) {
    double[] scores = new double[units];
    Arrays.fill(scores, mean);
    return scores;
  }

  @Test
  void theResidualFallsToNothingAndEverMoreSlowly() {
    Random random = new Random(4);
    for (int trial = 0; trial < 50; trial++) {
      double[] scores = random.doubles(20, -0.2, 1).toArray();
      double mean = Arrays.stream(scores).average().orElseThrow();
      PredictedGains gains =
          new PredictedGains(new double[][] {scores}, all(1), new boolean[1], linear(1));
      double d = 1 - mean;
      assertThat(gains.residual(0, 0)).isCloseTo(d * (1 - Math.exp(-4 / d)), within(1e-12));
      assertThat(gains.residual(0, 1)).isCloseTo(0, within(1e-12));
      double[] falls =
          IntStream.range(0, 10)
              .mapToDouble(i -> gains.residual(0, i / 10.0) - gains.residual(0, (i + 1) / 10.0))
              .toArray();
      for (int i = 0; i < falls.length; i++) {
        assertThat(falls[i]).isPositive().isLessThanOrEqualTo(falls[Math.max(0, i - 1)]);
      }
    }
  }

  /**
   * Where cost is linear and no group is wholly separate, each group's next pair is worth the same:
   * w exp(-4 r / d) with d = 1 - similarity and the weight w of its depth, so that r = d (c + log
   * w) / 4.
   */
  @Test
  void fractionsGoWithDissimilarityAndDepth() {
    int units = 1000;
    double[] d = {0.4, 0.4, 0.8};
    double[] weight = {0.3, 1, 1.7};
    double[][] scores = new double[3][];
    double sum = 0;
    double logs = 0;
    for (int g = 0; g < 3; g++) {
      scores[g] = scores(units, 1 - d[g]);
      sum += d[g];
      logs += d[g] * Math.log(weight[g]);
    }
    QuadraticCost cost = linear(3);
    int[][] counts = {UnitCounts.all(units), UnitCounts.all(units), UnitCounts.all(units)};
    double[][] gains =
        new PredictedGains(scores, all(3), new boolean[3], cost)
            .gains(counts, new int[] {units, units, units});
    int[] separate =
        new BudgetSolver().allocate(new BudgetProblem(counts, gains, cost, 1000 + 10 * 900));
    double c = (4 * 0.9 - logs) / sum;
    for (int g = 0; g < 3; g++) {
      double expected = units * d[g] * (c + Math.log(weight[g])) / 4;
      assertThat(separate[g]).isCloseTo((int) Math.round(expected), within(2));
    }
  }

  @Test
  void aGroupThatCannotBeSeparatedWeighsNothing() {
    double[][] scores = {scores(5, 0.1), scores(5, 0.5)};
    PredictedGains gains =
        new PredictedGains(scores, new boolean[] {false, true}, new boolean[2], linear(2));
    assertThat(gains.residual(new int[] {0, 5}, new int[] {5, 5})).isCloseTo(0, within(1e-12));
    assertThat(gains.residual(new int[] {0, 0}, new int[] {5, 5}))
        .isCloseTo(0.5 * (1 - Math.exp(-8)), within(1e-12));
  }

  /** Each pair of heads gains as much as the one before: 4 d / n of what all of them weigh. */
  @Test
  void blocksGainInProportion() {
    double[][] scores = {{0.2, 0.4, 0.6}};
    int[][] counts = {{0, 1, 2, 3}};
    double[] gains =
        new PredictedGains(scores, all(1), new boolean[] {true}, linear(1))
            .gains(counts, new int[] {3})[0];
    double d = 1 - 0.4;
    for (int count = 0; count <= 3; count++) {
      assertThat(gains[count]).isCloseTo(4 * d * count / 3, within(1e-12));
    }
  }
}
