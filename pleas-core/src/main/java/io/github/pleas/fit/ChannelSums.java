package io.github.pleas.fit;

import io.github.pleas.runtime.Workers;
import java.util.List;

/**
 * What some rows add to the problems of a layer that acts on each channel alone: for each channel
 * X'X and X't over its taps and a last column of ones, in double.
 *
 * @param gram for each channel the lower triangle of X'X in [unknowns, unknowns]
 * @param cross for each channel X't, [unknowns]
 * @param squares for each channel the sum of t^2
 * @param taps unknowns without the bias
 * @param rows how many rows
 */
record ChannelSums(double[][] gram, double[][] cross, double[] squares, int taps, long rows)
    implements LayerSums {

  /** The sums over all rows, from one source or several. */
  static ChannelSums of(List<LayerRows> parts, int taps, Workers workers) {
    int channels = parts.get(0).outputs();
    int unknowns = taps + 1;
    double[][] gram = new double[channels][unknowns * unknowns];
    double[][] cross = new double[channels][unknowns];
    double[] squares = new double[channels];
    long count = 0;
    for (LayerRows rows : parts) {
      count += add(rows, taps, gram, cross, squares, workers);
    }
    return new ChannelSums(gram, cross, squares, taps, count);
  }

  /** The sums over both sets of rows; this one's arrays are taken for them. */
  @Override
  public LayerSums plus(LayerSums others) {
    ChannelSums other = (ChannelSums) others;
    for (int c = 0; c < gram.length; c++) {
      add(gram[c], other.gram[c]);
      add(cross[c], other.cross[c]);
    }
    add(squares, other.squares);
    return new ChannelSums(gram, cross, squares, taps, rows + other.rows);
  }

  /** The problems of these rows; the arrays are taken for them. */
  ChannelProblem problem() {
    int unknowns = taps + 1;
    double factor = 1.0 / rows;
    for (int c = 0; c < gram.length; c++) {
      for (int p = 0; p < unknowns; p++) {
        cross[c][p] *= factor;
        for (int q = 0; q <= p; q++) {
          gram[c][p * unknowns + q] *= factor;
          gram[c][q * unknowns + p] = gram[c][p * unknowns + q];
        }
      }
      squares[c] *= factor;
    }
    return new ChannelProblem(gram, cross, squares, taps, rows);
  }

  /** Adds the rows of one source, and gives their number. */
  private static long add(
      LayerRows rows,
      int taps,
      double[][] gram,
      double[][] cross,
      double[] squares,
      Workers workers) {
    int channels = squares.length;
    int unknowns = taps + 1;
    List<LayerRows.ImageRows> places = rows.places(workers.count(), channels * taps);
    long count = 0;
    for (int chunk = 0; chunk < rows.chunkCount(); chunk++) {
      int[] used = rows.used(chunk);
      double[][][] g = new double[used.length][][];
      double[][][] h = new double[used.length][][];
      double[][] s = new double[used.length][];
      int[] given = new int[used.length];
      try (LayerRows.Batch batch = rows.open(chunk)) {
        workers.forEach(
            used.length,
            (worker, k) -> {
              g[k] = new double[channels][unknowns * unknowns];
              h[k] = new double[channels][unknowns];
              s[k] = new double[channels];
              LayerRows.ImageRows place = places.get(worker);
              batch.read(used[k], place);
              given[k] = place.count;
              accumulate(place, taps, g[k], h[k], s[k]);
            });
      }
      // In the images' order, so that the threads' order does not show in the last digit.
      for (int k = 0; k < used.length; k++) {
        for (int c = 0; c < channels; c++) {
          add(gram[c], g[k][c]);
          add(cross[c], h[k][c]);
        }
        add(squares, s[k]);
        count += given[k];
      }
    }
    return count;
  }

  private static void accumulate(
      LayerRows.ImageRows rows, int taps, double[][] g, double[][] h, double[] squares) {
    int channels = squares.length;
    int unknowns = taps + 1;
    float[] xs = rows.x;
    float[] ts = rows.t;
    double[] x = new double[unknowns];
    x[taps] = 1;
    for (int row = 0, from = 0; row < rows.count * channels; row += channels) {
      for (int c = 0; c < channels; c++, from += taps) {
        for (int k = 0; k < taps; k++) {
          x[k] = xs[from + k];
        }
        double t = ts[row + c];
        squares[c] += t * t;
        for (int p = 0; p < unknowns; p++) {
          h[c][p] += x[p] * t;
          for (int q = 0; q <= p; q++) {
            g[c][p * unknowns + q] += x[p] * x[q];
          }
        }
      }
    }
  }

  private static void add(double[] to, double[] from) {
    for (int i = 0; i < to.length; i++) {
      to[i] += from[i];
    }
  }
}
