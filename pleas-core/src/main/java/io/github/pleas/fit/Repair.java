package io.github.pleas.fit;

import io.github.pleas.layout.MergedAxis;
import io.github.pleas.layout.MergedLayer;
import java.util.Arrays;

/**
 * The mean of aligned weights with its activation statistics repaired: each unit's result is scaled
 * and shifted so that its mean and deviation are the means of the originals' (Jordan et al.,
 * "REPAIR", equation 2). In closed form: one pass gives the mean and variance of the result before
 * the repair.
 */
final class Repair {
  private Repair() {}

  /** The base with each unit's scale and bias repaired; without a bias, the base. */
  static double[] dense(LayerProblem problem, MergedLayer merged, ChannelStatistics target) {
    int outputs = problem.outputs();
    double[] w = problem.base().clone();
    if (!problem.bias()) {
      return w;
    }
    int ones = problem.unknowns() - 1;
    for (int o = 0; o < outputs; o++) {
      double mean = problem.sums().mean(o);
      double scale =
          scale(merged.out(), o, problem.sums().variance(o), problem.sums().meanSquare(o), target);
      for (int p = 0; p < ones; p++) {
        w[p * outputs + o] *= scale;
      }
      double withoutBias = mean - problem.base()[ones * outputs + o];
      w[ones * outputs + o] = mean(merged.out(), o, target) - scale * withoutBias;
    }
    return w;
  }

  static double[] channels(
      ChannelProblem problem, double[] centre, MergedLayer merged, ChannelStatistics target) {
    int taps = problem.taps();
    double[] solution = new double[merged.out().length() * (taps + 1)];
    for (int c = 0; c < merged.out().length(); c++) {
      double[] w = new double[taps + 1];
      System.arraycopy(centre, c * taps, w, 0, taps);
      double[] gw = ChannelProblem.times(problem.gram()[c], w);
      double square = ChannelProblem.dot(w, gw);
      double scale = scale(merged.out(), c, square - gw[taps] * gw[taps], square, target);
      for (int tap = 0; tap < taps; tap++) {
        solution[c * (taps + 1) + tap] = scale * w[tap];
      }
      solution[c * (taps + 1) + taps] = mean(merged.out(), c, target) - scale * gw[taps];
    }
    return solution;
  }

  private static double scale(
      MergedAxis out, int unit, double variance, double square, ChannelStatistics target) {
    // A unit that is constant on all images, but for rounding, has no deviation to repair.
    return variance > 1e-10 * square ? deviation(out, unit, target) / Math.sqrt(variance) : 1;
  }

  private static double mean(MergedAxis out, int unit, ChannelStatistics s) {
    return mean(out, unit, s.meanA(), s.meanB());
  }

  private static double deviation(MergedAxis out, int unit, ChannelStatistics s) {
    return mean(out, unit, s.deviationA(), s.deviationB());
  }

  /** The mean over the originals' units that a unit stands for. */
  private static double mean(MergedAxis out, int unit, double[] ofA, double[] ofB) {
    if (out.zipped().isEmpty()) {
      return out.isOnlyA(unit)
          ? ofA[out.a()[unit]]
          : out.isOnlyB(unit)
              ? ofB[out.b()[unit]]
              : 0.5 * (ofA[out.a()[unit]] + ofB[out.b()[unit]]);
    }
    int[] a = out.zipped().get().a()[unit];
    int[] b = out.zipped().get().b()[unit];
    double sum = Arrays.stream(a).mapToDouble(own -> ofA[own]).sum();
    return (sum + Arrays.stream(b).mapToDouble(own -> ofB[own]).sum()) / (a.length + b.length);
  }
}
