package io.github.pleas.budget;

import io.github.pleas.InvalidInputException;
import java.math.BigDecimal;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/**
 * How large the merged network is to be.
 *
 * @param budget the most that it may cost, where one original (the mean of both) costs 1 and both
 *     side by side 2; at 1 everything is merged, which is always allowed: a second head comes on
 *     top, but no tails behind a fork. Without it, the separate fraction says
 * @param fraction r, the share of each group's pairs that stay separate: 0 as cheap as one network;
 *     in dense layout r costs up to (1 + r)^2 as much, in blocks 1 + 2 r - r^2
 * @param cost in what the budget is counted
 * @param allocation how the budget is spread over the groups
 * @param widthMultiple of what merged widths are to be multiples; all merged and all separate stay
 *     possible
 * @param keepSeparate layers whose units all stay separate, by expressions found in their names or
 *     their weights'
 * @param merge layers whose units are all merged
 */
public record BudgetOptions(
    OptionalDouble budget,
    double fraction,
    CostKind cost,
    AllocationMethod allocation,
    int widthMultiple,
    List<Pattern> keepSeparate,
    List<Pattern> merge) {

  /** More than any layout of two networks costs by far. */
  private static final double MOST = 1e3;

  public BudgetOptions {
    if (budget.isPresent() && !(budget.getAsDouble() >= 1 && budget.getAsDouble() <= MOST)) {
      throw new InvalidInputException(
          "budget: expected 1 (the cost of one original) to %,.0f, found %s"
              .formatted(MOST, budget.getAsDouble()));
    }
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new InvalidInputException("separate fraction: expected 0 to 1, found " + fraction);
    }
    if (widthMultiple < 1) {
      throw new InvalidInputException("width multiple: expected 1 or more, found " + widthMultiple);
    }
    keepSeparate = List.copyOf(keepSeparate);
    merge = List.copyOf(merge);
  }

  /** The same separate fraction for all groups: 0 merges everything. */
  public static BudgetOptions ofFraction(double fraction) {
    return new BudgetOptions(
        OptionalDouble.empty(),
        fraction,
        CostKind.MACS,
        AllocationMethod.PREDICTED,
        1,
        List.of(),
        List.of());
  }

  /** The best network that costs at most some originals. */
  public static BudgetOptions ofBudget(double budget) {
    return ofFraction(0).withBudget(budget);
  }

  public BudgetOptions withBudget(double originals) {
    return new BudgetOptions(
        OptionalDouble.of(originals),
        fraction,
        cost,
        allocation,
        widthMultiple,
        keepSeparate,
        merge);
  }

  public BudgetOptions withFraction(double share) {
    return new BudgetOptions(
        OptionalDouble.empty(), share, cost, allocation, widthMultiple, keepSeparate, merge);
  }

  public BudgetOptions withCost(CostKind kind) {
    return new BudgetOptions(
        budget, fraction, kind, allocation, widthMultiple, keepSeparate, merge);
  }

  public BudgetOptions withAllocation(AllocationMethod method) {
    return new BudgetOptions(budget, fraction, cost, method, widthMultiple, keepSeparate, merge);
  }

  public BudgetOptions withWidthMultiple(int multiple) {
    return new BudgetOptions(budget, fraction, cost, allocation, multiple, keepSeparate, merge);
  }

  /** The same with layers whose units must stay separate, and layers whose units must merge. */
  public BudgetOptions withBounds(List<Pattern> separate, List<Pattern> merged) {
    return new BudgetOptions(budget, fraction, cost, allocation, widthMultiple, separate, merged);
  }

  /**
   * How much wider than an original's the merged network's layers may become, 1 to 2. Within a
   * budget above 1 single groups may stay separate altogether.
   */
  public double widening() {
    boolean any = budget.orElse(1) > 1 || !keepSeparate.isEmpty();
    return any ? 2 : budget.isPresent() ? 1 : 1 + fraction;
  }

  /** Whether anything may stay separate. */
  public boolean mayKeepSeparate() {
    return budget.isPresent() ? budget.getAsDouble() > 1 : fraction > 0 || !keepSeparate.isEmpty();
  }

  /** A budget as in {@code 1.55}, with a digit behind the point at least. */
  public static String text(double budget) {
    return new BigDecimal(Double.toString(budget)).toPlainString();
  }
}
