package io.github.pleas.merge;

import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.FitOptions;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.Layout;

/**
 * How two networks are merged.
 *
 * @param heads one shared head, or one for each original
 * @param size how large the merged network is to be
 * @param layout how the layers of the written network are laid out
 * @param match on what units are matched
 * @param fit how weights are found
 * @param threads threads to use
 * @param memory bytes of native memory for tensors that are kept; beyond it they go to disk
 * @param seed where everything random is drawn from
 */
public record MergeOptions(
    Heads heads,
    BudgetOptions size,
    Layout layout,
    MatchOn match,
    FitOptions fit,
    int threads,
    long memory,
    long seed) {
  private static final long DEFAULT_MEMORY = 2L << 30;

  /** On what units are matched. */
  public enum MatchOn {
    /** Correlation of activations on the calibration images. */
    ACTIVATIONS,
    /** Inner products of weights. */
    WEIGHTS
  }

  /**
   * The defaults: everything merged, matched on activations, the progressive fit.
   *
   * @param heads one shared head, or one for each original
   */
  public static MergeOptions defaults(Heads heads) {
    return new MergeOptions(
        heads,
        BudgetOptions.ofFraction(0),
        Layout.AUTO,
        MatchOn.ACTIVATIONS,
        FitOptions.of(FitMethod.PROGRESSIVE, HeadFit.JOINT, !heads.separate()),
        Runtime.getRuntime().availableProcessors(),
        DEFAULT_MEMORY,
        0);
  }

  /** The same share of each group's pairs separate, from 0 to 1. */
  public MergeOptions withSeparateFraction(double fraction) {
    return withSize(BudgetOptions.ofFraction(fraction));
  }

  /** A network that costs at most so many originals. */
  public MergeOptions withBudget(double originals) {
    return withSize(size.withBudget(originals));
  }

  public MergeOptions withSize(BudgetOptions options) {
    return new MergeOptions(heads, options, layout, match, fit, threads, memory, seed);
  }

  public MergeOptions withLayout(Layout form) {
    return new MergeOptions(heads, size, form, match, fit, threads, memory, seed);
  }

  public MergeOptions withMatch(MatchOn on) {
    return new MergeOptions(heads, size, layout, on, fit, threads, memory, seed);
  }

  public MergeOptions withFit(FitOptions options) {
    return new MergeOptions(heads, size, layout, match, options, threads, memory, seed);
  }

  public MergeOptions withThreads(int count) {
    return new MergeOptions(heads, size, layout, match, fit, count, memory, seed);
  }

  public MergeOptions withMemory(long bytes) {
    return new MergeOptions(heads, size, layout, match, fit, threads, bytes, seed);
  }

  public MergeOptions withSeed(long value) {
    return new MergeOptions(heads, size, layout, match, fit, threads, memory, value);
  }
}
