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
   * Gathers some rows: X'X by places of the layer's input where that is less work.
   *
   * @param rows from one source or several
   * @param base W0, [unknowns, outputs], the bias in the last row
   * @param all how many rows there are of all images, these or more
   */
  static RowMoments of(
      List<LayerRows> rows, double[] base, boolean bias, long all, Workers workers) {
    Optional<Unrolling> places = rows.size() == 1 ? rows.get(0).unrolled() : Optional.empty();
    Optional<PlacePairs> pairs = places.flatMap(PlacePairs::of);
    return pairs.isPresent()
        ? byPlaces(rows.get(0), places.orElseThrow(), pairs.get(), base, bias, all, workers)
        : byRows(rows, base, bias, all, workers);
  }

  static RowMoments byRows(
      List<LayerRows> rows, double[] base, boolean bias, long all, Workers workers) {
    LayerRows first = rows.get(0);
    int unknowns = first.columns() + (bias ? 1 : 0);
    Moments moments = new Moments(unknowns, first.outputs(), workers);
    try (LayerPanels panels = new LayerPanels(rows, base, bias, all, workers)) {
      panels.read((x, d, y, count) -> moments.add(x, d, count));
      return new RowMoments(moments, panels.base(), panels.sums());
    }
  }

  static RowMoments byPlaces(
      LayerRows rows,
      Unrolling places,
      PlacePairs pairs,
      double[] base,
      boolean bias,
      long all,
      Workers workers) {
    int unknowns = rows.columns() + (bias ? 1 : 0);
    Moments moments = new Moments(unknowns, rows.outputs(), workers, rows.columns());
    try (LayerPanels panels =
            new LayerPanels(List.of(rows), base, bias, all, workers, Optional.of(places));
        PlaceGram gram = new PlaceGram(pairs, places, workers)) {
      panels.read(
          (x, d, y, count) -> {
            moments.add(x, d, count);
            gram.add(panels.places(), count / rows.perImage());
          });
      gram.addTo(moments);
      return new RowMoments(moments, panels.base(), panels.sums());
    }
  }
}
