package io.github.pleas.fit;

import io.github.pleas.linalg.FloatPanel;
import io.github.pleas.linalg.Moments;
import io.github.pleas.linalg.PairProducts;
import io.github.pleas.runtime.Workers;
import java.util.Arrays;
import java.util.List;

/**
 * Sums X'X of a convolution by pairs of places, see {@link PlacePairs}: all of it but the column of
 * the bias.
 */
public final class PlaceGram implements AutoCloseable {
  private final List<int[]> taps;
  private final int count;
  private final int units;
  private final PairProducts products;
  private final Workers workers;

  /** The sums of no images. */
  public PlaceGram(PlacePairs pairs, Unrolling unrolling, Workers workers) {
    this.taps = pairs.taps();
    this.count = unrolling.taps();
    this.units = unrolling.units();
    this.products = new PairProducts(pairs.lists(), unrolling.places(), units, workers);
    this.workers = workers;
  }

  /**
   * Adds images.
   *
   * @param places their units at each place, [images x places, units]
   * @throws IllegalArgumentException if the panel has other columns, or fewer rows
   */
  public void add(FloatPanel places, int images) {
    products.add(places, images);
  }

  /** Adds X'X to moments that have its last columns alone. */
  void addTo(Moments moments) {
    workers.forEach(
        units,
        i -> {
          double[] block = new double[count * count];
          for (int j = i; j < units; j++) {
            fill(block, i, j);
            for (int s = 0; s < count; s++) {
              for (int t = i == j ? s : 0; t < count; t++) {
                moments.addGram(i * count + s, j * count + t, block[s * count + t]);
              }
            }
          }
        });
  }

  /** The products of one unit with another, for all pairs of taps: [taps, taps]. */
  private void fill(double[] block, int i, int j) {
    Arrays.fill(block, 0);
    for (int list = 0; list < taps.size(); list++) {
      double[] sum = products.sum(list);
      double product = sum[i * units + j];
      double turned = sum[j * units + i];
      for (int pair : taps.get(list)) {
        int s = pair / count;
        int t = pair % count;
        block[pair] += product;
        if (s != t) {
          block[t * count + s] += turned;
        }
      }
    }
  }

  @Override
  public void close() {
    products.close();
  }
}
