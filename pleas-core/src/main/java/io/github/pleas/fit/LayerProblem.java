package io.github.pleas.fit;

import io.github.pleas.linalg.Blas;
import io.github.pleas.linalg.FloatPanel;
import io.github.pleas.linalg.Moments;
import io.github.pleas.linalg.PanelProduct;
import io.github.pleas.runtime.Workers;
import java.util.Arrays;
import java.util.List;

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
  private static final int PANEL_ROWS = 2048;

  /** Rows that one thread gathers and predicts at once, while they are in its cache. */
  private static final int BAND_ROWS = 256;

  /**
   * Gathers the moments of all rows.
   *
   * @param parts the rows, from one source or several
   * @param base W0, [unknowns, outputs], the bias in the last row
   */
  static LayerProblem of(List<LayerRows> parts, double[] base, boolean bias, Workers workers) {
    LayerRows first = parts.get(0);
    int unknowns = first.columns() + (bias ? 1 : 0);
    int imagesInPanel = Math.max(1, PANEL_ROWS / first.perImage());
    int panelRows = imagesInPanel * first.perImage();
    BaseSums sums = new BaseSums(first.outputs());
    Moments moments = new Moments(unknowns, first.outputs(), workers);
    double[] rounded;
    try (FloatPanel x = new FloatPanel(panelRows, unknowns);
        FloatPanel t = new FloatPanel(panelRows, first.outputs());
        FloatPanel y = new FloatPanel(panelRows, first.outputs());
        FloatPanel w0 = new FloatPanel(unknowns, first.outputs())) {
      rounded = rounded(base, w0);
      Panels panels = new Panels(x, t, y, w0);
      for (LayerRows rows : parts) {
        add(rows, imagesInPanel, bias, panels, sums, moments, workers);
      }
    }
    return scaled(moments, rounded, sums, bias);
  }

  private static void add(
      LayerRows rows,
      int imagesInPanel,
      boolean bias,
      Panels to,
      BaseSums sums,
      Moments moments,
      Workers workers) {
    List<LayerRows.ImageRows> places = rows.places(workers.count(), to.x().columns());
    for (int chunk = 0; chunk < rows.chunkCount(); chunk++) {
      int[] used = rows.used(chunk);
      int panels = (used.length + imagesInPanel - 1) / imagesInPanel;
      try (LayerRows.Batch batch = rows.open(chunk)) {
        for (int panel = 0; panel < panels; panel++) {
          int[] part =
              Arrays.copyOfRange(
                  used, used.length * panel / panels, used.length * (panel + 1) / panels);
          fill(batch, part, bias, to, sums, places, workers);
          moments.add(to.x(), to.t(), part.length * rows.perImage());
        }
      }
    }
  }

  /** Panels of X, of T, which becomes D, of the base's prediction, and the base. */
  private record Panels(FloatPanel x, FloatPanel t, FloatPanel y, FloatPanel w0) {}

  /** Fills the panels with the rows of some images, band by band, and takes off the prediction. */
  private static void fill(
      LayerRows.Batch batch,
      int[] images,
      boolean bias,
      Panels panels,
      BaseSums sums,
      List<LayerRows.ImageRows> places,
      Workers workers) {
    int inBand = Math.max(1, BAND_ROWS / batch.perImage());
    BaseSums[] bands = new BaseSums[(images.length + inBand - 1) / inBand];
    workers.forEach(
        bands.length,
        (worker, band) -> {
          int from = band * inBand;
          int to = Math.min(images.length, from + inBand);
          for (int k = from; k < to; k++) {
            fill(batch, images[k], k * batch.perImage(), bias, panels, places.get(worker));
          }
          int first = from * batch.perImage();
          int count = (to - from) * batch.perImage();
          PanelProduct.multiply(panels.x(), first, count, panels.w0(), panels.y());
          bands[band] = new BaseSums(panels.t().columns());
          bands[band].add(panels.t().buffer(), panels.y().buffer(), first, count);
        });
    // In the images' order, so that the threads' order does not show in the last digit.
    for (BaseSums band : bands) {
      sums.add(band);
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

  /** Writes the rows of an image into the panels, from some row on. */
  private static void fill(
      LayerRows.Batch batch,
      int image,
      int row,
      boolean bias,
      Panels panels,
      LayerRows.ImageRows rows) {
    batch.read(image, rows);
    int columns = panels.x().columns();
    for (int ones = columns - 1; bias && ones < rows.x.length; ones += columns) {
      rows.x[ones] = 1;
    }
    panels.x().put(row, 0, rows.x, 0, rows.x.length);
    panels.t().put(row, 0, rows.t, 0, rows.t.length);
  }

  private static LayerProblem scaled(Moments moments, double[] base, BaseSums sums, boolean bias) {
    if (moments.rows() == 0) {
      throw new IllegalArgumentException("a fit needs images; found none");
    }
    double[] squares = moments.meanTargetSquares();
    int outputs = squares.length;
    return new LayerProblem(
        moments.meanGram(),
        moments.meanCross(),
        squares,
        base,
        sums,
        base.length / outputs,
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
    double[] change = new double[w.length];
    for (int i = 0; i < w.length; i++) {
      change[i] = w[i] - base[i];
    }
    double[] product = Blas.multiply(gram, unknowns, unknowns, change, outputs, workers);
    double error = Arrays.stream(leftSquares).sum();
    for (int i = 0; i < w.length; i++) {
      error += change[i] * (product[i] - 2 * cross[i]);
    }
    return relative(error);
  }

  /** The root of a mean square error, summed over outputs, relative to the targets'. */
  double relative(double error) {
    double total = sums.targetSquares();
    return total == 0 ? 0 : Math.sqrt(Math.max(0, error) / total);
  }
}
