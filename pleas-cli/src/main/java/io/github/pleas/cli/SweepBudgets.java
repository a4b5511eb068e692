package io.github.pleas.cli;

import io.github.pleas.InvalidInputException;
import io.github.pleas.budget.BudgetOptions;
import java.util.List;
import java.util.stream.DoubleStream;

/** The budgets of a sweep, in originals, ascending. */
interface SweepBudgets {
  /**
   * The budgets.
   *
   * @param smallest what the smallest network that is possible costs
   */
  List<Double> from(double smallest);

  /** From one network to both; what cannot be kept gives way to the least that can. */
  static SweepBudgets usual() {
    // Rounded up to what a message and a file's name would say.
    return smallest ->
        DoubleStream.of(1.0, 1.2, 1.55, 1.8, 2.0)
            .map(budget -> Math.max(budget, Math.ceil(1e4 * smallest) / 1e4))
            .distinct()
            .boxed()
            .toList();
  }

  /**
   * Those that are asked for.
   *
   * @throws InvalidInputException if there is none, or one that no network could have
   */
  static SweepBudgets of(List<Double> asked, BudgetOptions size) {
    if (asked.isEmpty()) {
      throw new InvalidInputException("--budgets: expected one or more");
    }
    List<Double> ascending = asked.stream().distinct().sorted().toList();
    ascending.forEach(size::withBudget);
    return smallest -> ascending;
  }
}
