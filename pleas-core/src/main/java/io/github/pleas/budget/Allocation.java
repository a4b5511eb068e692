package io.github.pleas.budget;

/** Says how many pairs each group keeps separate, so that the merged network meets its budget. */
public interface Allocation {
  /**
   * The pairs that each group keeps separate: counts that the problem allows, of a cost within its
   * limit. The same problem gives the same answer.
   */
  int[] allocate(BudgetProblem problem);
}
