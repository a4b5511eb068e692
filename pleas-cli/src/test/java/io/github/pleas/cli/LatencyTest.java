package io.github.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.budget.CostKind;
import io.github.pleas.layout.Layout;
import io.github.pleas.merge.SizePlan;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class LatencyTest {
  private static SizePlan plan(BudgetOptions asked, OptionalLong limit) {
    return new SizePlan(
        asked.withCost(CostKind.LATENCY),
        new int[] {3},
        Layout.DENSE,
        limit,
        2_900_000,
        2_000_000,
        OptionalDouble.empty(),
        0.1,
        Optional.empty());
  }

  private static Latency latency(double relative) {
    return new Latency(2, 2.2, 2.1 * relative, relative, 1, 2);
  }

  @Test
  void askedPlannedAndMeasuredTimesAreThoseBesideTheOriginalsAsMeasured() {
    SizePlan budget = plan(BudgetOptions.ofBudget(1.5), OptionalLong.of(3_000_000));
    assertThat(latency(1.48).text(budget))
        .isEqualTo(
            "Milliseconds for an image (2 threads, batch 1): asked 3.150, planned 3.045, measured 3.108 (1.480 originals); A 2.000, B 2.200.");
    assertThat(latency(1.48).text(plan(BudgetOptions.ofFraction(0.2), OptionalLong.empty())))
        .doesNotContain("asked");
  }

  @Test
  void aBudgetIsExceededByMoreThanNoise() {
    SizePlan budget = plan(BudgetOptions.ofBudget(1.5), OptionalLong.of(3_000_000));
    assertThat(latency(1.54).exceeds(budget)).isFalse();
    assertThat(latency(1.55).exceeds(budget)).isTrue();
    assertThat(latency(9).exceeds(plan(BudgetOptions.ofFraction(0.2), OptionalLong.empty())))
        .isFalse();
  }
}
