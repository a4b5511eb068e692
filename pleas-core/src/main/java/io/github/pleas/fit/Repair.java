package io.github.pleas.fit;

import io.github.pleas.layout.MergedAxis;
import io.github.pleas.layout.MergedLayer;

/**
 * The mean of aligned weights with its activation statistics repaired: each unit's result is scaled
 * and shifted so that its mean and deviation are the means of the originals' (Jordan et al.,
 * "REPAIR", equation 2). In closed form from the moments: the result's mean is w'm, its variance
 * w'G w - (w'm)^2.
 */
final class Repair {
  private Repair() {}

  static double[] dense(
      LayerProblem problem, double[] centre, MergedLayer merged, ChannelStatistics target) {
    int outputs = problem.outputs();
    double[] w = new double[problem.unknowns() * outputs];
    for (int o = 0; o < outputs; o++) {
      double half = merged.out().isMerged(o) ? 0.5 : 1;
      for (int p = 0; p < problem.shrunk(); p++) {
        w[p * outputs + o] = half * centre[p * outputs + o];
      }
    }
    if (!problem.bias()) {
      return w;
    }
    double[] gw =
        io.github.pleas.linalg.Blas.multiply(
            problem.gram(), problem.unknowns(), problem.unknowns(), w, outputs);
    int ones = problem.unknowns() - 1;
    for (int o = 0; o < outputs; o++) {
      double mean = gw[ones * outputs + o];
      double square = 0;
      for (int p = 0; p < ones; p++) {
        square += w[p * outputs + o] * gw[p * outputs + o];
      }
      double scale = scale(merged.out(), o, mean, square, target);
      for (int p = 0; p < ones; p++) {
        w[p * outputs + o] *= scale;
      }
      w[ones * outputs + o] = mean(merged.out(), o, target) - scale * mean;
    }
    return w;
  }

  static double[] channels(
      ChannelProblem problem, double[] centre, MergedLayer merged, ChannelStatistics target) {
    int taps = problem.taps();
    double[] solution = new double[merged.out().length() * (taps + 1)];
    for (int c = 0; c < merged.out().length(); c++) {
      double[] w = new double[taps + 1];
      double half = merged.out().isMerged(c) ? 0.5 : 1;
      for (int tap = 0; tap < taps; tap++) {
        w[tap] = half * centre[c * taps + tap];
      }
      double[] gw = ChannelProblem.times(problem.gram()[c], w);
      double scale = scale(merged.out(), c, gw[taps], ChannelProblem.dot(w, gw), target);
      for (int tap = 0; tap < taps; tap++) {
        solution[c * (taps + 1) + tap] = scale * w[tap];
      }
      solution[c * (taps + 1) + taps] = mean(merged.out(), c, target) - scale * gw[taps];
    }
    return solution;
  }

  private static double scale(
      MergedAxis out, int unit, double mean, double square, ChannelStatistics target) {
    double variance = square - mean * mean;
    // A unit that is constant on all images has no deviation to repair.
    return variance > 1e-12 * square ? deviation(out, unit, target) / Math.sqrt(variance) : 1;
  }

  private static double mean(MergedAxis out, int unit, ChannelStatistics s) {
    return out.isOnlyA(unit)
        ? s.meanA()[out.a()[unit]]
        : out.isOnlyB(unit)
            ? s.meanB()[out.b()[unit]]
            : 0.5 * (s.meanA()[out.a()[unit]] + s.meanB()[out.b()[unit]]);
  }

  private static double deviation(MergedAxis out, int unit, ChannelStatistics s) {
    return out.isOnlyA(unit)
        ? s.deviationA()[out.a()[unit]]
        : out.isOnlyB(unit)
            ? s.deviationB()[out.b()[unit]]
            : 0.5 * (s.deviationA()[out.a()[unit]] + s.deviationB()[out.b()[unit]]);
  }
}
