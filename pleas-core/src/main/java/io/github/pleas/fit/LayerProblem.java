package io.github.pleas.fit;

import io.github.pleas.linalg.Blas;
import io.github.pleas.linalg.FloatPanel;
import io.github.pleas.linalg.Moments;
import io.github.pleas.runtime.Workers;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The moments of a dense layer's problem, divided by the rows: G = X'X / R, H = X'T / R, and the
 * targets' mean squares. X has a last column of ones where the layer has a bias.
 *
 * @param gram G, [unknowns, unknowns]
 * @param cross H, [unknowns, outputs]
 * @param targetSquares mean of t^2 for each output
 * @param unknowns columns of X, the ones included
 * @param outputs columns of T
 * @param bias whether the last column is the ones
 * @param rows R
 */
record LayerProblem(
    double[] gram,
    double[] cross,
    double[] targetSquares,
    int unknowns,
    int outputs,
    boolean bias,
    long rows) {
  private static final int PANEL_ROWS = 2048;

  /** Which images give rows. */
  @FunctionalInterface
  interface ImageFilter {
    boolean uses(int chunk, int image);
  }

  /** Gathers the moments of all rows. */
  static LayerProblem of(LayerRows rows, boolean bias, ImageFilter filter, Workers workers) {
    int unknowns = rows.columns() + (bias ? 1 : 0);
    int imagesInPanel = Math.max(1, PANEL_ROWS / rows.perImage());
    int panelRows = imagesInPanel * rows.perImage();
    Moments moments = new Moments(unknowns, rows.outputs(), workers);
    try (FloatPanel x = new FloatPanel(panelRows, unknowns);
        FloatPanel t = new FloatPanel(panelRows, rows.outputs())) {
      for (int chunk = 0; chunk < rows.chunkCount(); chunk++) {
        int current = chunk;
        int[] used =
            IntStream.range(0, rows.images(chunk))
                .filter(image -> filter.uses(current, image))
                .toArray();
        try (LayerRows.Batch batch = rows.open(chunk)) {
          for (int from = 0; from < used.length; from += imagesInPanel) {
            int[] part =
                Arrays.copyOfRange(used, from, Math.min(used.length, from + imagesInPanel));
            workers.forEach(
                part.length, k -> fill(batch, part[k], k * rows.perImage(), bias, x, t));
            moments.add(x, t, part.length * rows.perImage());
          }
        }
      }
    }
    return scaled(moments, unknowns, rows.outputs(), bias);
  }

  /** Writes the rows of an image into the panels, from some row on. */
  private static void fill(
      LayerRows.Batch batch, int image, int row, boolean bias, FloatPanel x, FloatPanel t) {
    int perImage = batch.perImage();
    float[] xs = new float[perImage * x.columns()];
    float[] ts = new float[perImage * t.columns()];
    batch.read(image, xs, x.columns(), ts);
    for (int ones = x.columns() - 1; bias && ones < xs.length; ones += x.columns()) {
      xs[ones] = 1;
    }
    x.put(row, 0, xs, 0, xs.length);
    t.put(row, 0, ts, 0, ts.length);
  }

  private static LayerProblem scaled(Moments moments, int unknowns, int outputs, boolean bias) {
    return new LayerProblem(
        moments.meanGram(),
        moments.meanCross(),
        moments.meanTargetSquares(),
        unknowns,
        outputs,
        bias,
        moments.rows());
  }

  /** Unknowns that are shrunk: all but the bias. */
  int shrunk() {
    return bias ? unknowns - 1 : unknowns;
  }

  /** The mean of G's diagonal over the shrunk unknowns. */
  double meanDiagonal() {
    double sum = 0;
    for (int p = 0; p < shrunk(); p++) {
      sum += gram[p * unknowns + p];
    }
    return sum / Math.max(1, shrunk());
  }

  /** |X W - T| / |T| of a solution W, [unknowns, outputs]. */
  double residual(double[] w, Workers workers) {
    double[] product = Blas.multiply(gram, unknowns, unknowns, w, outputs, workers);
    double error = 0;
    for (int i = 0; i < w.length; i++) {
      error += w[i] * (product[i] - 2 * cross[i]);
    }
    double total = Arrays.stream(targetSquares).sum();
    return total == 0 ? 0 : Math.sqrt(Math.max(0, error + total) / total);
  }
}
