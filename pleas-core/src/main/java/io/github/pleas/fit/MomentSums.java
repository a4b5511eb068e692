package io.github.pleas.fit;

import io.github.pleas.linalg.Moments;
import io.github.pleas.runtime.Workers;
import java.util.List;

/**
 * What some rows add to a problem that is held as moments.
 *
 * @param moments of X and of D, which is what the base leaves of the targets
 * @param sums of the base's prediction
 * @param unknowns columns of X
 */
record MomentSums(Moments.Sums moments, BaseSums sums, int unknowns) implements LayerSums {
  /**
   * Gathers some rows.
   *
   * @param base W0, [unknowns, outputs]
   * @param all how many rows there are of all images
   */
  static MomentSums of(
      List<LayerRows> rows, double[] base, boolean bias, long all, Workers workers) {
    int unknowns = rows.get(0).columns() + (bias ? 1 : 0);
    RowMoments found = RowMoments.of(rows, base, bias, all, workers);
    return new MomentSums(found.moments().sums(), found.sums(), unknowns);
  }

  @Override
  public LayerSums plus(LayerSums others) {
    MomentSums other = (MomentSums) others;
    sums.add(other.sums);
    return new MomentSums(moments.plus(other.moments), sums, unknowns);
  }

  /** The problem of these rows. */
  MomentProblem problem(double[] base, boolean bias, Workers workers) {
    int outputs = moments.squares().length;
    Moments all = new Moments(unknowns, outputs, workers);
    all.add(moments);
    return MomentProblem.of(all, LayerPanels.rounded(base), sums, unknowns, outputs, bias);
  }
}
