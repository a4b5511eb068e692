package io.github.pleas.budget;

import io.github.pleas.InvalidInputException;

/** Not even the cheapest merged network that the constraints allow is within the limit. */
public final class ImpossibleBudgetException extends InvalidInputException {
  private static final long serialVersionUID = 1L;

  private final long smallest;

  /**
   * What is possible, and what was asked for.
   *
   * @param smallest the smallest possible cost
   * @param limit what it should be at most, in the same unit
   */
  public ImpossibleBudgetException(long smallest, long limit) {
    super(
        "no merged network costs at most %d: the smallest that is possible costs %d"
            .formatted(limit, smallest));
    this.smallest = smallest;
  }

  /** The smallest possible cost, in the unit of the limit. */
  public long smallest() {
    return smallest;
  }
}
