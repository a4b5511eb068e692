package io.github.pleas.merge;

import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.budget.LeaveOneOut;
import io.github.pleas.layout.Layout;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How large a merged network will be.
 *
 * @param asked what was asked for
 * @param separate for each unit group how many pairs stay separate
 * @param layout how it will be written: as asked, or what was faster
 * @param limit the most that it may cost, in {@code asked.cost()}, time in nanoseconds for an
 *     image; none without a budget
 * @param cost what it will cost, in the same: time as measured of a network of these widths
 * @param original what one original costs, the mean of both
 * @param gap by how much, relative, the gain of the best allocation can be above this one's, where
 *     one was searched for
 * @param residual what is predicted to be lost, for comparing sizes of one allocation method: of
 *     its features, relative, weighted by cost (see {@link io.github.pleas.budget.PredictedGains});
 *     of the originals' outputs, the share that it does not explain, where groups were left out one
 *     by one (see {@link io.github.pleas.budget.MeasuredGains})
 * @param effects what each group does for the merged network, where groups were left out one by one
 */
public record SizePlan(
    BudgetOptions asked,
    int[] separate,
    Layout layout,
    OptionalLong limit,
    long cost,
    double original,
    OptionalDouble gap,
    double residual,
    Optional<LeaveOneOut.Effects> effects) {
  public SizePlan {
    separate = separate.clone();
  }

  /** The allocation of a plan within a smaller budget, for this one's. */
  SizePlan with(SizePlan smaller) {
    return new SizePlan(
        asked,
        smaller.separate,
        smaller.layout,
        limit,
        smaller.cost,
        original,
        gap,
        smaller.residual,
        effects);
  }

  SizePlan withEffects(Optional<LeaveOneOut.Effects> measured) {
    return new SizePlan(asked, separate, layout, limit, cost, original, gap, residual, measured);
  }

  /** What it will cost, in originals. */
  public double relativeCost() {
    return cost / original;
  }
}
