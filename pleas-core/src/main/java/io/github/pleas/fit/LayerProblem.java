package io.github.pleas.fit;

import io.github.pleas.linalg.Blas;
import io.github.pleas.linalg.FloatPanel;
import io.github.pleas.linalg.Moments;
import io.github.pleas.linalg.PanelProduct;
import io.github.pleas.runtime.Workers;
import java.util.Arrays;

/**
 * The moments of a dense layer's problem, divided by the rows: G = X'X / R and H = X'D / R, where D
 * = T - X W0 is what the base W0, made of the originals' weights, leaves of the targets. X has a
 * last column of ones where the layer has a bias.
 *
 * <p>Taking the base off each row, rather than G W0 off X'T, keeps the answer where the base is the
 * answer already: products in single precision are wrong by 1e-7 of T, which a small ridge makes
 * large in directions that no row has.
 *
 * @param gram G, [unknowns, unknowns]
 * @param cross H, [unknowns, outputs]
 * @param leftSquares mean of d^2 for each output
 * @param base W0, [unknowns, outputs], rounded to single precision
 * @param sums of the base's prediction
 * @param unknowns columns of X, the ones included
 * @param outputs columns of T
 * @param bias whether the last column is the ones
 * @param rows R
 */
record LayerProblem(
    double[] gram,
    double[] cross,
    double[] leftSquares,
    double[] base,
    BaseSums sums,
    int unknowns,
    int outputs,
    boolean bias,
    long rows) {
  private static final int PANEL_ROWS = 4096;

  /** Which images give rows. */
  @FunctionalInterface
  interface ImageFilter {
    boolean uses(int chunk, int image);
  }

  /**
   * Gathers the moments of all rows.
   *
   * @param base W0, [unknowns, outputs], the bias in the last row
   * @param filter which images' rows
   */
  static LayerProblem of(
      LayerRows rows, double[] base, boolean bias, ImageFilter filter, Workers workers) {
    int unknowns = rows.columns() + (bias ? 1 : 0);
    int imagesInPanel = Math.max(1, PANEL_ROWS / rows.perImage());
    int panelRows = imagesInPanel * rows.perImage();
    BaseSums sums = new BaseSums(rows.outputs());
    try (Moments moments = new Moments(unknowns, rows.outputs());
        FloatPanel x = new FloatPanel(panelRows, unknowns);
        FloatPanel t = new FloatPanel(panelRows, rows.outputs());
        FloatPanel y = new FloatPanel(panelRows, rows.outputs());
        FloatPanel w0 = new FloatPanel(unknowns, rows.outputs())) {
      double[] rounded = rounded(base, w0);
      for (int chunk = 0; chunk < rows.chunkCount(); chunk++) {
        int current = chunk;
        int[] used =
            java.util.stream.IntStream.range(0, rows.images(chunk))
                .filter(image -> filter.uses(current, image))
                .toArray();
        try (LayerRows.Batch batch = rows.open(chunk)) {
          for (int from = 0; from < used.length; from += imagesInPanel) {
            int[] part =
                Arrays.copyOfRange(used, from, Math.min(used.length, from + imagesInPanel));
            workers.forEach(part.length, k -> fill(batch, rows, part[k], k, bias, x, t));
            int count = part.length * rows.perImage();
            PanelProduct.multiply(x, count, w0, y);
            sums.add(t.buffer(), y.buffer(), count);
            moments.add(x, t, count);
          }
        }
      }
      return scaled(moments, rounded, sums, bias);
    }
  }

  private static double[] rounded(double[] base, FloatPanel panel) {
    double[] rounded = new double[base.length];
    for (int i = 0; i < base.length; i++) {
      float single = (float) base[i];
      panel.buffer().put(i, single);
      rounded[i] = single;
    }
    return rounded;
  }

  private static void fill(
      LayerRows.Batch batch,
      LayerRows rows,
      int image,
      int place,
      boolean bias,
      FloatPanel x,
      FloatPanel t) {
    int shift = (place - image) * rows.perImage();
    int columns = rows.columns();
    batch.forImage(
        image,
        (row, xs, ts) -> {
          int at = (row + shift) * x.columns();
          x.buffer().put(at, xs);
          if (bias) {
            x.buffer().put(at + columns, 1f);
          }
          t.buffer().put((row + shift) * t.columns(), ts);
        });
  }

  private static LayerProblem scaled(Moments moments, double[] base, BaseSums sums, boolean bias) {
    if (moments.rows() == 0) {
      throw new IllegalArgumentException("a fit needs images; found none");
    }
    double[] gram = moments.gram();
    double[] cross = moments.cross();
    double[] squares = moments.targetSquares();
    double factor = 1.0 / moments.rows();
    scale(gram, factor);
    scale(cross, factor);
    scale(squares, factor);
    int outputs = squares.length;
    return new LayerProblem(
        gram, cross, squares, base, sums, base.length / outputs, outputs, bias, moments.rows());
  }

  private static void scale(double[] values, double factor) {
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
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
  double residual(double[] w) {
    double[] change = new double[w.length];
    for (int i = 0; i < w.length; i++) {
      change[i] = w[i] - base[i];
    }
    double[] product = Blas.multiply(gram, unknowns, unknowns, change, outputs);
    double error = Arrays.stream(leftSquares).sum();
    for (int i = 0; i < w.length; i++) {
      error += change[i] * (product[i] - 2 * cross[i]);
    }
    double total = sums.targetSquares();
    return total == 0 ? 0 : Math.sqrt(Math.max(0, error) / total);
  }
}
