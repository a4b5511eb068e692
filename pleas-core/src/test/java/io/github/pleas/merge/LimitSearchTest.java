package io.github.pleas.merge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleUnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class LimitSearchTest {
  private static final double TOLERANCE = 0.03;

  private final AtomicInteger trials = new AtomicInteger();

  private List<Double> search(double budget, DoubleUnaryOperator taken) {
    return new LimitSearch<Double>(budget, TOLERANCE)
        .run(
            taken.applyAsDouble(1),
            limit -> {
              assertThat(limit).isGreaterThanOrEqualTo(1);
              trials.incrementAndGet();
              return taken.applyAsDouble(limit);
            },
            found -> found);
  }

  /** Time that grows steadily, however much faster or slower than the limit. */
  @Property
  void whatGrowsSteadilyComesNearToTheBudgetAndNeverAboveIt(
      @ForAll @DoubleRange(min = 1.0, max = 1.04) double start,
      @ForAll @DoubleRange(min = 0.3, max = 3) double slope,
      @ForAll @DoubleRange(min = 0.8, max = 1.6) double power,
      @ForAll @DoubleRange(min = 1.05, max = 2.5) double budget) {
    trials.set(0);
    List<Double> kept =
        search(budget, limit -> start + slope * Math.pow(Math.max(0, limit - 1), power));
    assertThat(kept).allMatch(found -> found <= budget);
    assertThat(trials.get()).isLessThanOrEqualTo(LimitSearch.TRIALS);
    double best = kept.stream().mapToDouble(Double::doubleValue).max().orElse(start);
    // From the smallest on at worst, and nearly always within the tolerance.
    assertThat(best).isGreaterThanOrEqualTo(Math.min(budget * 0.9, budget - 0.1));
  }

  /** Operators that come in whole and vectors that fill badly make time jump, down too. */
  @Property
  void whatJumpsIsNeverKeptAboveTheBudget(
      @ForAll @DoubleRange(min = 0.05, max = 0.5) double step,
      @ForAll @DoubleRange(min = -0.1, max = 0.3) double jump,
      @ForAll @DoubleRange(min = 1.05, max = 2.5) double budget) {
    trials.set(0);
    List<Double> kept =
        search(
            budget,
            limit -> {
              double steps = Math.floor((limit - 1) / step);
              return 1 + steps * step + (steps % 2 == 0 ? 0 : jump);
            });
    assertThat(kept).allMatch(found -> found <= budget);
    assertThat(trials.get()).isLessThanOrEqualTo(LimitSearch.TRIALS);
  }

  @Test
  void whatIsGoodEnoughEndsTheSearch() {
    assertThat(search(1.6, limit -> limit)).hasSize(1).allMatch(found -> found >= 1.6 * 0.97);
    assertThat(trials).hasValue(1);
  }

  /** As a plan that the sum of its layers puts at 1.79 and that takes 2.68. */
  @Test
  void aWholeThatTakesMoreThanItsPartsIsPlannedSmaller() {
    List<Double> kept = search(1.8, limit -> 1 + 2.13 * (limit - 1));
    assertThat(kept.get(kept.size() - 1)).isBetween(1.8 * 0.97, 1.8);
  }
}
