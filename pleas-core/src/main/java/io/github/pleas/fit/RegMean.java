package io.github.pleas.fit;

import io.github.pleas.layout.MergedAxis;
import io.github.pleas.layout.MergedLayer;
import io.github.pleas.linalg.Blas;
import io.github.pleas.linalg.Cholesky;
import io.github.pleas.network.Layer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The weights that, over both originals' own inputs X_k, are closest to what the originals do (Jin
 * et al., "Dataless Knowledge Fusion by Merging Weights of Language Models", 2023, equation 2):
 *
 * <p>W = (G_a + G_b)^-1 (G_a W_a + G_b W_b), G_k = X_k'X_k / R_k
 *
 * <p>over R_k rows of each, with what is off the diagonals multiplied by {@value #OFF_DIAGONAL}.
 * Biases are averaged. Units of one original alone keep its weights, which give what it does
 * exactly.
 */
final class RegMean {
  /** The paper's alpha. */
  private static final double OFF_DIAGONAL = 0.9;

  /** Relative to the mean diagonal: makes unique what inputs that are never on leave open. */
  private static final double RIDGE = 1e-6;

  private final FitContext context;

  RegMean(FitContext context) {
    this.context = context;
  }

  /**
   * The base of a dense layer, [columns of X, outputs], its bias in the last row if it has one.
   *
   * @param domains A's rows, then B's
   */
  double[] dense(MergedLayer merged, List<LayerRows> domains) {
    Layer layer = merged.layer();
    double[] base = Centre.dense(merged, context.a(), context.b(), context.workers());
    int outputs = merged.out().length();
    int columns = domains.get(0).columns();
    int[] shared = merged(merged.out());
    double[] sum = new double[columns * columns];
    double[] target = new double[columns * shared.length];
    for (int side = 0; side < 2; side++) {
      double[] own =
          Centre.ofOne(merged, side == 0 ? context.a() : context.b(), side == 0, context.workers());
      double[] gram =
          damped(
              MomentProblem.of(
                      List.of(domains.get(side)), own, layer.bias().isPresent(), context.workers())
                  .gram(),
              columns);
      double[] product =
          Blas.multiply(
              gram,
              columns,
              columns,
              pick(own, columns, outputs, shared),
              shared.length,
              context.workers());
      for (int i = 0; i < sum.length; i++) {
        sum[i] += gram[i];
      }
      for (int i = 0; i < target.length; i++) {
        target[i] += product[i];
      }
    }
    double diagonal = 0;
    for (int p = 0; p < columns; p++) {
      diagonal += sum[p * columns + p] / columns;
    }
    double lambda = diagonal > 0 ? RIDGE * diagonal : 1;
    double[] mean = pick(base, columns, outputs, shared);
    for (int i = 0; i < target.length; i++) {
      target[i] += lambda * mean[i];
    }
    double[] ridge = new double[columns];
    Arrays.fill(ridge, lambda);
    try (Cholesky factor = Cholesky.factor(sum, ridge, context.workers())) {
      double[] solution = factor.solve(target, shared.length);
      for (int p = 0; p < columns; p++) {
        for (int k = 0; k < shared.length; k++) {
          base[p * outputs + shared[k]] = solution[p * shared.length + k];
        }
      }
    }
    return base;
  }

  private static int[] merged(MergedAxis out) {
    return IntStream.range(0, out.length()).filter(out::isMerged).toArray();
  }

  /** The leading part of a gram matrix, without the ones of the bias, its rest damped. */
  private static double[] damped(double[] gram, int columns) {
    int stride = (int) Math.round(Math.sqrt(gram.length));
    double[] damped = new double[columns * columns];
    for (int p = 0; p < columns; p++) {
      for (int q = 0; q < columns; q++) {
        damped[p * columns + q] = (p == q ? 1 : OFF_DIAGONAL) * gram[p * stride + q];
      }
    }
    return damped;
  }

  private static double[] pick(double[] from, int rows, int columns, int[] picked) {
    double[] part = new double[rows * picked.length];
    for (int p = 0; p < rows; p++) {
      for (int k = 0; k < picked.length; k++) {
        part[p * picked.length + k] = from[p * columns + picked[k]];
      }
    }
    return part;
  }
}
