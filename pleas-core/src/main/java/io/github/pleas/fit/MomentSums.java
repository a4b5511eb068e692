package io.github.pleas.fit;

import io.github.pleas.linalg.Moments;
import io.github.pleas.runtime.Workers;
import java.util.List;

/**
 * What some rows add to a problem that is held as moments.
 *
 * @param moments of X and of D, which is what the base leaves of the targets; of T for the outputs
 *     off whose moments the base is to be taken
 * @param sums of the base's prediction, of the other outputs
 * @param unknowns columns of X
 * @param ofRows the outputs off whose rows the base was taken, ascending
 */
record MomentSums(Moments.Sums moments, BaseSums sums, int unknowns, int[] ofRows)
    implements LayerSums {
  /**
   * Gathers some rows.
   *
   * @param base W0, [unknowns, outputs]
   * @param all how many rows there are of all images
   * @param ofRows the outputs off whose rows the base is to be taken, ascending
   */
  static MomentSums of(
      List<LayerRows> rows, double[] base, boolean bias, long all, int[] ofRows, Workers workers) {
    int unknowns = rows.get(0).columns() + (bias ? 1 : 0);
    RowMoments found = RowMoments.of(rows, base, bias, all, ofRows, workers);
    return new MomentSums(found.moments().sums(), found.sums(), unknowns, ofRows);
  }

  @Override
  public LayerSums plus(LayerSums others) {
    MomentSums other = (MomentSums) others;
    sums.add(other.sums);
    return new MomentSums(moments.plus(other.moments), sums, unknowns, ofRows);
  }

  /** The problem of these rows, which are all there are. */
  MomentProblem problem(double[] base, boolean bias, Workers workers) {
    int outputs = moments.squares().length;
    Moments all = new Moments(unknowns, outputs, workers);
    all.add(moments);
    RowMoments whole = new RowMoments(all, LayerPanels.rounded(base), sums).lessBut(ofRows);
    return MomentProblem.of(all, whole.base(), whole.sums(), unknowns, outputs, bias);
  }
}
