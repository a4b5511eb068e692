package io.github.pleas.experiment;

import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.layout.Heads;
import io.github.pleas.merge.MergeOptions;

/**
 * One merge of an experiment.
 *
 * @param pair what is merged
 * @param method how
 * @param budget what it may cost, in originals
 * @param seed of the calibration images and of all that is random
 */
public record Cell(Pair pair, Method method, double budget, long seed) {
  /** As progress has it. */
  public String name() {
    return "%s, %s, budget %s, seed %d"
        .formatted(pair.name(), method.name(), BudgetOptions.text(budget), seed);
  }

  /**
   * How the cell is merged; threads aside, which change nothing but rounding.
   *
   * @throws io.github.pleas.InvalidInputException if the method's settings contradict each other or
   *     the labels
   */
  MergeOptions options(Experiment experiment) {
    Heads heads = experiment.separate() ? Heads.separate("a", "b") : Heads.shared();
    return method
        .settings()
        .options(heads, seed, "")
        .withSize(
            BudgetOptions.ofFraction(0)
                .withCost(experiment.cost())
                .withAllocation(method.allocation())
                .withBudget(budget))
        .withLayout(method.layout());
  }
}
