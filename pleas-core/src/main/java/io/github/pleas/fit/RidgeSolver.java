package io.github.pleas.fit;

import io.github.pleas.layout.MergedAxis;
import io.github.pleas.runtime.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Solves (G + λ I) W = X'T / R + λ s W0 for a dense layer, the bias not shrunk, s a factor for each
 * output. Written for the difference to the base, (G + λ I)(W - W0) = H + λ (s - 1) W0 with H =
 * X'(T - X W0) / R, so that where the base W0 is the answer already it comes back to rounding.
 *
 * <p>A-only outputs do not see B-only inputs, nor B-only outputs A-only inputs: each set of outputs
 * is solved over the inputs that it sees.
 */
final class RidgeSolver {
  private final LayerProblem problem;
  private final MergedAxis in;
  private final MergedAxis out;
  private final int taps;
  private final Workers workers;

  RidgeSolver(LayerProblem problem, MergedAxis in, MergedAxis out, int taps, Workers workers) {
    this.problem = problem;
    this.in = in;
    this.out = out;
    this.taps = taps;
    this.workers = workers;
  }

  /**
   * A solution.
   *
   * @param weights W, [unknowns, outputs], the bias in the last row
   * @param residual |X W - T| / |T|
   */
  record Solution(double[] weights, double residual) {}

  /**
   * Solves.
   *
   * @param scaled whether the base is scaled, for each output by the factor that fits the targets
   *     best, before the solution is shrunk to it
   * @param ridge λ, relative to the mean of G's diagonal
   */
  Solution solve(boolean scaled, double ridge) {
    double[] w = new double[problem.unknowns() * problem.outputs()];
    // Inputs that are zero on all images say nothing: any positive ridge leaves the base.
    double diagonal = problem.meanDiagonal();
    double lambda = diagonal > 0 ? ridge * diagonal : 1;
    List<LayerProblem.Sight> sights = new ArrayList<>();
    for (int side = 0; side < 3; side++) {
      int[] outputs = outputs(side);
      if (outputs.length > 0) {
        double[] growth = scaled ? growth(outputs) : new double[outputs.length];
        sights.add(new LayerProblem.Sight(columns(side), outputs, growth));
      }
    }
    double error = sights.isEmpty() ? 0 : problem.solve(sights, lambda, w, workers);
    return new Solution(w, problem.relative(error));
  }

  /** Side 0: merged outputs, and all outputs where no input is separate; 1: A-only; 2: B-only. */
  private int[] outputs(int side) {
    boolean split = in.hasSeparate();
    List<Integer> found = new ArrayList<>();
    for (int o = 0; o < out.length(); o++) {
      int own = !split || out.isMerged(o) ? 0 : out.isOnlyA(o) ? 1 : 2;
      if (own == side) {
        found.add(o);
      }
    }
    return found.stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * What a side sees: merged inputs and the bias, then A's and then B's, so that A's side is what
   * the first begins with, and B's begins as both.
   */
  private int[] columns(int side) {
    IntStream merged = columns(in::isMerged);
    IntStream bias = IntStream.range(problem.shrunk(), problem.unknowns());
    IntStream onlyA = side == 2 ? IntStream.empty() : columns(in::isOnlyA);
    IntStream onlyB = side == 1 ? IntStream.empty() : columns(in::isOnlyB);
    return Stream.of(merged, bias, onlyA, onlyB).flatMapToInt(of -> of).toArray();
  }

  private IntStream columns(IntPredicate elements) {
    return IntStream.range(0, in.length())
        .filter(elements)
        .flatMap(e -> IntStream.range(e * taps, (e + 1) * taps));
  }

  /**
   * s - 1 for the s that minimises |s X w0 + c - t| over s and, where there is a bias, c: what the
   * base leaves, regressed on the base's prediction.
   */
  private double[] growth(int[] outputs) {
    BaseSums sums = problem.sums();
    double[] scale = new double[outputs.length];
    for (int k = 0; k < scale.length; k++) {
      scale[k] = sums.meanSquare(outputs[k]);
    }
    double[] diagonal = problem.diagonal();
    double[] base = problem.base();
    for (int p = 0; p < problem.shrunk(); p++) {
      for (int k = 0; k < scale.length; k++) {
        double weight = base[p * problem.outputs() + outputs[k]];
        scale[k] += weight * weight * diagonal[p];
      }
    }
    double[] growth = new double[outputs.length];
    for (int k = 0; k < growth.length; k++) {
      int output = outputs[k];
      double square = problem.bias() ? sums.variance(output) : sums.meanSquare(output);
      double product = problem.bias() ? sums.covariance(output) : sums.meanProduct(output);
      // A prediction that varies by rounding only says nothing about its scale.
      growth[k] = square > 1e-10 * scale[k] ? product / square : 0;
    }
    return growth;
  }
}
