package io.github.pleas.fit;

import io.github.pleas.linalg.Moments;
import io.github.pleas.runtime.Workers;
import java.util.List;
import java.util.Optional;

/**
 * The moments of a dense layer's rows.
 *
 * @param moments of X and of D, which is what the base leaves of the targets
 * @param base W0, [unknowns, outputs], as it was taken off
 * @param sums of the base's prediction
 */
record RowMoments(Moments moments, double[] base, BaseSums sums) {
  /**
   * Gathers all rows, the base taken off their moments instead for the outputs for which that is
   * less work and may be done.
   *
   * @param rows from one source or several
   * @param base W0, [unknowns, outputs], the bias in the last row
   */
  static RowMoments ofAll(List<LayerRows> rows, double[] base, boolean bias, Workers workers) {
    long all = LayerRows.count(rows);
    boolean saves = BaseProducts.saves(all, rows.get(0).columns(), rows.get(0).outputs(), bias);
    int[] some =
        saves ? BaseProducts.answered(rows, base, all, workers) : LayerPanels.Wanted.all(rows);
    return of(rows, base, bias, all, some, workers).lessBut(some);
  }

  /**
   * Takes the base off moments of all rows of X and T.
   *
   * @param some the outputs off whose rows it was taken already, ascending
   */
  RowMoments lessBut(int[] some) {
    return some.length == moments.squares().length
        ? this
        : new RowMoments(moments, base, BaseProducts.takeOff(moments, base, some, sums));
  }

  /**
   * Gathers some rows, X'X by places of the layer's input where that is less work.
   *
   * @param all how many rows there are of all images, these or more
   * @param less the outputs of which the base is taken off each row, ascending; of the others the
   *     moments are those of X and T, and there are no sums
   */
  static RowMoments of(
      List<LayerRows> rows, double[] base, boolean bias, long all, int[] less, Workers workers) {
    Optional<Unrolling> places = rows.size() == 1 ? rows.get(0).unrolled() : Optional.empty();
    Optional<PlacePairs> pairs = places.flatMap(PlacePairs::of);
    LayerPanels.Wanted wanted =
        new LayerPanels.Wanted(pairs.isPresent() ? places : Optional.empty(), less);
    try (LayerPanels panels = new LayerPanels(rows, base, bias, all, workers, wanted)) {
      return pairs.isPresent()
          ? byPlaces(panels, rows.get(0), pairs.get(), places.orElseThrow(), bias, workers)
          : byRows(panels, rows.get(0), bias, workers);
    }
  }

  static RowMoments byRows(LayerPanels panels, LayerRows first, boolean bias, Workers workers) {
    int unknowns = first.columns() + (bias ? 1 : 0);
    Moments moments = new Moments(unknowns, first.outputs(), workers);
    panels.read(panel -> moments.add(panel.x(), panel.d(), panel.count()));
    return new RowMoments(moments, panels.base(), panels.sums());
  }

  /** With panels that have places, too. */
  static RowMoments byPlaces(
      LayerPanels panels,
      LayerRows rows,
      PlacePairs pairs,
      Unrolling places,
      boolean bias,
      Workers workers) {
    int unknowns = rows.columns() + (bias ? 1 : 0);
    Moments moments = new Moments(unknowns, rows.outputs(), workers, rows.columns());
    try (PlaceGram gram = new PlaceGram(pairs, places, workers)) {
      panels.read(
          panel ->
              workers.forEach(
                  2,
                  k -> {
                    if (k == 0) {
                      moments.add(panel.x(), panel.d(), panel.count());
                    } else {
                      gram.add(panel.places(), panel.count() / rows.perImage());
                    }
                  }));
      gram.addTo(moments);
      return new RowMoments(moments, panels.base(), panels.sums());
    }
  }
}
