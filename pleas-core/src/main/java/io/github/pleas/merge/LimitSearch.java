package io.github.pleas.merge;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;

/**
 * Looks for the largest limit whose outcome keeps a budget, where what an outcome takes is known
 * only once it was tried: it grows with the limit, but neither in proportion nor smoothly. Between
 * the largest limit that kept the budget and the smallest that did not, the next is where the line
 * through both meets the target (regula falsi, never next to an end).
 *
 * @param <T> what a limit leads to
 */
final class LimitSearch<T> {
  /** Trials at most. */
  static final int TRIALS = 7;

  /** Two limits as near as this lead to about the same. */
  private static final double NEAR = 0.01;

  private static final double LEAST_STEP = 1.02;
  private static final double LARGEST_STEP = 1.5;
  private static final double MARGIN = 0.15;

  private final double budget;
  private final double tolerance;

  /**
   * A search.
   *
   * @param budget what outcomes may take, relative to anything
   * @param tolerance an outcome that takes at most this share less is as good as any
   */
  LimitSearch(double budget, double tolerance) {
    this.budget = budget;
    this.tolerance = tolerance;
  }

  /**
   * Searches.
   *
   * @param start what the smallest outcome takes, which a limit of 1 leads to; within the budget
   * @param attempt what a limit leads to, 1 or more
   * @param taken what an outcome takes
   * @return all outcomes that keep the budget, in the order of the trials
   */
  List<T> run(double start, DoubleFunction<T> attempt, ToDoubleFunction<T> taken) {
    List<T> kept = new ArrayList<>();
    // In the middle of what is good enough, so that noise does not decide.
    double target = budget * (1 - tolerance / 2);
    double low = 1;
    double lowTaken = start;
    double high = Double.POSITIVE_INFINITY;
    double highTaken = Double.POSITIVE_INFINITY;
    double limit = Math.max(1, target / start);
    for (int trial = 0; trial < TRIALS; trial++) {
      T outcome = attempt.apply(limit);
      double found = taken.applyAsDouble(outcome);
      if (found <= budget) {
        kept.add(outcome);
        if (found >= budget * (1 - tolerance)) {
          break;
        }
        low = limit;
        lowTaken = found;
      } else {
        high = limit;
        highTaken = found;
      }
      if (high < (1 + NEAR) * low) {
        break;
      }
      if (Double.isInfinite(high)) {
        limit = low * Math.max(LEAST_STEP, Math.min(LARGEST_STEP, target / lowTaken));
      } else {
        double share = (target - lowTaken) / (highTaken - lowTaken);
        limit = low + (high - low) * Math.max(MARGIN, Math.min(1 - MARGIN, share));
      }
    }
    return kept;
  }
}
