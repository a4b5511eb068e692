package io.github.pleas.budget;

import static java.util.Objects.requireNonNull;

import java.nio.IntBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What each unit group does for the merged network, measured by leaving it out: the network is
 * merged with the group alone separate, and with the group alone merged. Its effect is the mean of
 * what it adds to the network in which everything else is merged and to the one in which everything
 * else is separate,
 *
 * <p>effect_g = 1/2 (v(g separate) - v(all merged)) + 1/2 (v(all separate) - v(g merged)),
 *
 * <p>at least 0. The paper (PLeaS, arXiv 2407.02447) measures accuracy so, with labels; v here is
 * any measure. Either end alone misleads: beside merged groups one good group is lost, beside
 * separate ones one bad group is made up for. Where effects add up both ends say the same.
 *
 * <p>Takes 2 G + 2 measurements for G groups that can do either, fewer where they coincide.
 */
public final class LeaveOneOut {
  /** Differences that are no larger come from rounding: outputs are single precision. */
  private static final double ROUNDING = 1e-6;

  private final ToDoubleFunction<int[]> measure;

  /**
   * What was measured.
   *
   * @param least for each group the fewest pairs that it may keep separate
   * @param most for each group the most
   * @param merged v of the least
   * @param separate v of the most
   * @param effects for each group what the most, instead of the least, adds to v, from 0 on
   */
  public record Effects(int[] least, int[] most, double merged, double separate, double[] effects) {
    public Effects {
      least = least.clone();
      most = most.clone();
      effects = effects.clone();
    }

    @Override
    public int[] least() {
      return least.clone();
    }

    @Override
    public int[] most() {
      return most.clone();
    }

    @Override
    public double[] effects() {
      return effects.clone();
    }
  }

  /** Told after each measurement. */
  @FunctionalInterface
  public interface Listener {
    /** So many measurements are done of so many. */
    void measured(int done, int total);
  }

  /**
   * A measurement of groups.
   *
   * @param measure v, of the pairs that each group keeps separate: the larger the better
   */
  public LeaveOneOut(ToDoubleFunction<int[]> measure) {
    this.measure = measure;
  }

  /**
   * The effects of all groups.
   *
   * @param counts for each group the counts allowed, ascending; a group with but one has no effect
   */
  public Effects effects(int[][] counts, Listener listener) {
    int n = counts.length;
    int[] least = BudgetProblem.least(counts);
    int[] most = BudgetProblem.most(counts);
    Map<IntBuffer, Double> values = new LinkedHashMap<>();
    values.put(IntBuffer.wrap(least), 0.0);
    values.put(IntBuffer.wrap(most), 0.0);
    for (int g = 0; g < n; g++) {
      values.put(with(least, g, most[g]), 0.0);
      values.put(with(most, g, least[g]), 0.0);
    }
    int done = 0;
    for (Map.Entry<IntBuffer, Double> value : values.entrySet()) {
      listener.measured(done++, values.size());
      value.setValue(measure.applyAsDouble(value.getKey().array().clone()));
    }
    listener.measured(done, values.size());
    double merged = value(values, IntBuffer.wrap(least));
    double separate = value(values, IntBuffer.wrap(most));
    double[] effects = new double[n];
    for (int g = 0; g < n; g++) {
      double alone = value(values, with(least, g, most[g])) - merged;
      double last = separate - value(values, with(most, g, least[g]));
      double effect = (alone + last) / 2;
      effects[g] = effect > ROUNDING ? effect : 0;
    }
    return new Effects(least, most, merged, separate, effects);
  }

  private static double value(Map<IntBuffer, Double> values, IntBuffer allocation) {
    return requireNonNull(values.get(allocation));
  }

  private static IntBuffer with(int[] separate, int group, int count) {
    int[] changed = separate.clone();
    changed[group] = count;
    return IntBuffer.wrap(changed);
  }
}
