package io.github.pleas.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class LeaveOneOutTest {
  private static final int[] UNITS = {4, 8, 6};
  private static final LeaveOneOut.Listener NOBODY = (done, total) -> {};

  private static int[][] free() {
    return Arrays.stream(UNITS).mapToObj(UnitCounts::all).toArray(int[][]::new);
  }

  private static LeaveOneOut.Effects effects(ToDoubleFunction<int[]> measure, int[][] counts) {
    return new LeaveOneOut(measure).effects(counts, NOBODY);
  }

  @Test
  void effectsThatAddUpAreFoundAsTheyAre() {
    LeaveOneOut.Effects found =
        effects(s -> 0.25 + 0.125 * s[0] / 4 + 0.5 * s[1] / 8 + 0.0625 * s[2] / 6, free());
    assertThat(found.effects()).containsExactly(0.125, 0.5, 0.0625);
    assertThat(found.merged()).isEqualTo(0.25);
    assertThat(found.separate()).isEqualTo(0.9375);
  }

  /** v = r0 r1: alone neither does anything, last either does all; so each has a half. */
  @Test
  void whatTwoGroupsDoTogetherIsHalfEachOnes() {
    LeaveOneOut.Effects found = effects(s -> s[0] / 4.0 * (s[1] / 8.0), free());
    assertThat(found.effects()).containsExactly(0.5, 0.5, 0);
  }

  @Test
  void aGroupThatChangesNothingOrDoesHarmHasNoEffect() {
    LeaveOneOut.Effects found = effects(s -> 0.5 + 0.25 * s[0] / 4 - 0.125 * s[1] / 8, free());
    assertThat(found.effects()).containsExactly(0.25, 0, 0);
  }

  @Test
  void differencesOfRoundingAreNoEffect() {
    LeaveOneOut.Effects found = effects(s -> 1 - 1e-8 * (4 - s[0]), free());
    assertThat(found.effects()).containsOnly(0);
  }

  @Test
  void everyGroupIsMergedAndSeparateAloneOnceAndTold() {
    List<List<Integer>> asked = new ArrayList<>();
    List<Integer> told = new ArrayList<>();
    new LeaveOneOut(
            s -> {
              asked.add(Arrays.stream(s).boxed().toList());
              return 0;
            })
        .effects(
            free(),
            (done, total) -> {
              assertThat(total).isEqualTo(2 * 3 + 2);
              told.add(done);
            });
    assertThat(asked)
        .containsExactlyInAnyOrder(
            List.of(0, 0, 0),
            List.of(4, 8, 6),
            List.of(4, 0, 0),
            List.of(0, 8, 0),
            List.of(0, 0, 6),
            List.of(0, 8, 6),
            List.of(4, 0, 6),
            List.of(4, 8, 0));
    assertThat(told).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8);
  }

  @Test
  void groupsWithoutAChoiceAreNotMeasured() {
    List<List<Integer>> asked = new ArrayList<>();
    int[][] counts = {UnitCounts.fixed(4), UnitCounts.ofWidth(8, 4), UnitCounts.fixed(0)};
    LeaveOneOut.Effects found =
        effects(
            s -> {
              asked.add(Arrays.stream(s).boxed().toList());
              return s[1] / 8.0;
            },
            counts);
    assertThat(asked).containsExactly(List.of(4, 0, 0), List.of(4, 8, 0));
    assertThat(found.effects()).containsExactly(0, 1, 0);
  }

  private static final boolean[] SEPARABLE = {true, true, true};

  private static PredictedGains predicted() {
    QuadraticCost cost =
        new QuadraticCost.Builder(3)
            .addProduct(
                1,
                new AxisLength(10, new int[] {0, 1}, new long[] {1, 1}),
                new AxisLength(6, new int[] {2}, new long[] {1}))
            .build();
    double[][] scores = new double[3][];
    for (int g = 0; g < 3; g++) {
      scores[g] = new double[UNITS[g]];
      Arrays.fill(scores[g], 0.9 - 0.2 * g);
    }
    return new PredictedGains(scores, SEPARABLE, new boolean[SEPARABLE.length], cost);
  }

  private static Gains measured(double merged, double separate, double... effects) {
    return new MeasuredGains(
        new LeaveOneOut.Effects(new int[3], UNITS, merged, separate, effects), predicted());
  }

  @Test
  void gainsRiseToTheMeasuredEffectAndLessAndLess() {
    double[] effects = {0.125, 0, 0.5};
    double[][] gains = measured(0.25, 0.875, effects).gains(free(), UNITS);
    for (int g = 0; g < 3; g++) {
      assertThat(gains[g][0]).isZero();
      assertThat(gains[g][UNITS[g]]).isCloseTo(effects[g], within(1e-5));
      for (int s = 1; s < UNITS[g]; s++) {
        assertThat(gains[g][s]).isGreaterThan(gains[g][s - 1]);
        assertThat(gains[g][s + 1] - gains[g][s]).isLessThan(gains[g][s] - gains[g][s - 1]);
      }
    }
  }

  @Test
  void theResidualIsKnownAtBothEndsAndFallsWithTheGainBetween() {
    Gains gains = measured(0.25, 0.875, 0.125, 0, 0.5);
    assertThat(gains.residual(new int[3], UNITS)).isCloseTo(0.75, within(1e-12));
    assertThat(gains.residual(UNITS, UNITS)).isCloseTo(0.125, within(1e-12));
    // A fifth of the gain is the first group's.
    assertThat(gains.residual(new int[] {4, 0, 0}, UNITS))
        .isCloseTo(0.75 - 0.625 / 5, within(1e-5));
  }

  @Test
  void separatingThatDoesHarmOnTheWholeIsNoHigherResidual() {
    Gains gains = measured(0.75, 0.5, 0.125, 0, 0);
    assertThat(gains.residual(UNITS, UNITS))
        .isCloseTo(0.25, within(1e-12))
        .isEqualTo(gains.residual(new int[3], UNITS));
  }

  /** What cannot be measured is predicted, so that nothing is merged without need. */
  @Test
  void withoutEffectsTheAllocationIsThePredictedOne() {
    QuadraticCost cost =
        new QuadraticCost.Builder(3)
            .addProduct(
                1,
                new AxisLength(10, new int[] {0, 1}, new long[] {1, 1}),
                new AxisLength(6, new int[] {2}, new long[] {1}))
            .build();
    Gains none = measured(1, 1, 0, 0, 0);
    for (long limit : new long[] {60, 90, 120, 200, 264}) {
      int[] expected =
          new BudgetSolver()
              .allocate(new BudgetProblem(free(), predicted().gains(free(), UNITS), cost, limit));
      int[] found =
          new BudgetSolver()
              .allocate(new BudgetProblem(free(), none.gains(free(), UNITS), cost, limit));
      assertThat(found).isEqualTo(expected);
    }
  }
}
