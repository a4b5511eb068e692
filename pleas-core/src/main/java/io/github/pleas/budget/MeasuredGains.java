package io.github.pleas.budget;

/**
 * What keeping pairs separate is worth, from the measured effects of whole groups. A group's effect
 * is spread over its counts as the prediction spreads it: the worst pairs, which are separated
 * first, bring most. With the predicted residual e_g of {@link PredictedGains},
 *
 * <p>f_g(s) = effect_g (1 - e_g(s / n) / e_g(0)) + t p_g(s),
 *
 * <p>where p_g is the predicted gain and t is as small as what cannot be measured: what is left of
 * a budget after all groups with an effect goes to where the prediction would have it, so that with
 * enough of it everything is separate.
 */
public final class MeasuredGains implements Gains {
  private static final double TIE = 1e-6;

  private final LeaveOneOut.Effects measured;
  private final double[] effects;
  private final PredictedGains predicted;

  /**
   * The gains of groups.
   *
   * @param measured their effects on a measure that is 1 at best
   * @param predicted the shape of their gains
   */
  public MeasuredGains(LeaveOneOut.Effects measured, PredictedGains predicted) {
    this.measured = measured;
    this.effects = measured.effects();
    this.predicted = predicted;
  }

  @Override
  public double[][] gains(int[][] counts, int[] units) {
    double[][] gains = predicted.gains(counts, units);
    for (int g = 0; g < gains.length; g++) {
      for (int k = 0; k < gains[g].length; k++) {
        gains[g][k] = TIE * gains[g][k] + effects[g] * share(g, counts[g][k], units[g]);
      }
    }
    return gains;
  }

  /** The share of a group's effect that some separate pairs have. */
  private double share(int group, int separate, int units) {
    double r = (double) separate / units;
    return 1 - predicted.residual(group, r) / predicted.residual(group, 0);
  }

  /**
   * 1 less the measure that is expected: that of the network with everything merged or everything
   * separate is known, and between them it grows with the gain.
   */
  @Override
  public double residual(int[] separate, int[] units) {
    double best = Math.max(measured.merged(), measured.separate());
    double least = gain(measured.least(), units);
    double all = gain(measured.most(), units) - least;
    double share = all > 0 ? (gain(separate, units) - least) / all : 1;
    return 1 - measured.merged() - (best - measured.merged()) * share;
  }

  private double gain(int[] separate, int[] units) {
    int[][] counts = new int[separate.length][];
    for (int g = 0; g < counts.length; g++) {
      counts[g] = UnitCounts.fixed(separate[g]);
    }
    double sum = 0;
    for (double[] gain : gains(counts, units)) {
      sum += gain[0];
    }
    return sum;
  }
}
