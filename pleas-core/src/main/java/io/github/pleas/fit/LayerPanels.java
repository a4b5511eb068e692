package io.github.pleas.fit;

import io.github.pleas.linalg.FloatPanel;
import io.github.pleas.linalg.PanelProduct;
import io.github.pleas.runtime.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the rows of a layer's problem, panel by panel, and takes the base's prediction off the
 * targets.
 */
final class LayerPanels implements AutoCloseable {
  private static final int PANEL_ROWS = 2048;

  /** Rows that one thread gathers and predicts at once, while they are in its cache. */
  private static final int BAND_ROWS = 256;

  /** Takes the rows of one panel. */
  @FunctionalInterface
  interface Use {
    /**
     * Takes them.
     *
     * @param x [rows, unknowns]
     * @param d what the base leaves of the targets, [rows, outputs]
     * @param y the base's prediction, [rows, outputs]
     * @param count how many of the panels' rows are filled
     */
    void rows(FloatPanel x, FloatPanel d, FloatPanel y, int count);
  }

  private final List<LayerRows> parts;
  private final boolean bias;
  private final Workers workers;
  private final int imagesInPanel;
  private final int perImage;
  private final double[] base;
  private final BaseSums sums;
  private final List<FloatPanel> panels = new ArrayList<>();
  private final FloatPanel x;
  private final FloatPanel t;
  private final FloatPanel y;
  private final FloatPanel w0;

  /**
   * Panels for some rows.
   *
   * @param parts the rows, from one source or several
   * @param base W0, [unknowns, outputs], the bias in the last row
   * @param rows how many rows there are of all images, these or more: what is computed together
   *     depends on it, and is to be the same wherever it is
   * @throws IllegalArgumentException if there are no rows
   */
  LayerPanels(List<LayerRows> parts, double[] base, boolean bias, long rows, Workers workers) {
    LayerRows first = parts.get(0);
    if (rows == 0) {
      throw new IllegalArgumentException("a fit needs images; found none");
    }
    this.parts = parts;
    this.bias = bias;
    this.workers = workers;
    this.perImage = Math.max(1, first.perImage());
    this.imagesInPanel = (int) Math.max(1, Math.min(PANEL_ROWS, rows) / perImage);
    int unknowns = first.columns() + (bias ? 1 : 0);
    int panelRows = imagesInPanel * perImage;
    this.sums = new BaseSums(first.outputs());
    int outputs = first.outputs();
    this.x = panel(panelRows, unknowns);
    this.t = panel(panelRows, outputs);
    this.y = panel(panelRows, outputs);
    this.w0 = panel(unknowns, outputs);
    this.base = rounded(base, w0);
  }

  /** A panel that is freed with this, also if one after it cannot be allocated. */
  private FloatPanel panel(int rows, int columns) {
    boolean done = false;
    try {
      FloatPanel panel = new FloatPanel(rows, columns);
      panels.add(panel);
      done = true;
      return panel;
    } finally {
      if (!done) {
        close();
      }
    }
  }

  /** W0 as it is taken off. */
  static double[] rounded(double[] base) {
    double[] rounded = new double[base.length];
    for (int i = 0; i < base.length; i++) {
      rounded[i] = (float) base[i];
    }
    return rounded;
  }

  private static double[] rounded(double[] base, FloatPanel panel) {
    double[] rounded = rounded(base);
    for (int i = 0; i < rounded.length; i++) {
      panel.buffer().put(i, (float) rounded[i]);
    }
    return rounded;
  }

  /** W0 as it was taken off: rounded to single precision. */
  double[] base() {
    return base;
  }

  /** The sums of the base's prediction over what was read. */
  BaseSums sums() {
    return sums;
  }

  /** Reads all rows. */
  void read(Use use) {
    for (LayerRows rows : parts) {
      read(rows, use);
    }
  }

  private void read(LayerRows rows, Use use) {
    List<LayerRows.ImageRows> places = rows.places(workers.count(), x.columns());
    for (int chunk = 0; chunk < rows.chunkCount(); chunk++) {
      int[] used = rows.used(chunk);
      int count = (used.length + imagesInPanel - 1) / imagesInPanel;
      try (LayerRows.Batch batch = rows.open(chunk)) {
        for (int panel = 0; panel < count; panel++) {
          int[] part =
              Arrays.copyOfRange(
                  used, used.length * panel / count, used.length * (panel + 1) / count);
          fill(batch, part, places);
          use.rows(x, t, y, batch.starts(part)[part.length]);
        }
      }
    }
  }

  /** Fills the panels with the rows of some images, band by band, and takes off the prediction. */
  private void fill(LayerRows.Batch batch, int[] images, List<LayerRows.ImageRows> places) {
    int inBand = Math.max(1, BAND_ROWS / perImage);
    int[] starts = batch.starts(images);
    BaseSums[] bands = new BaseSums[(images.length + inBand - 1) / inBand];
    workers.forEach(
        bands.length,
        (worker, band) -> {
          int from = band * inBand;
          int to = Math.min(images.length, from + inBand);
          for (int k = from; k < to; k++) {
            fill(batch, images[k], starts[k], places.get(worker));
          }
          int first = starts[from];
          int count = starts[to] - first;
          PanelProduct.multiply(x, first, count, w0, y);
          bands[band] = new BaseSums(t.columns());
          bands[band].add(t.buffer(), y.buffer(), first, count);
        });
    // In the images' order, so that the threads' order does not show in the last digit.
    for (BaseSums band : bands) {
      sums.add(band);
    }
  }

  /** Writes the rows of an image into the panels, from some row on. */
  private void fill(LayerRows.Batch batch, int image, int row, LayerRows.ImageRows rows) {
    batch.read(image, rows);
    int columns = x.columns();
    int numbers = rows.count * columns;
    for (int ones = columns - 1; bias && ones < numbers; ones += columns) {
      rows.x[ones] = 1;
    }
    x.put(row, 0, rows.x, 0, numbers);
    t.put(row, 0, rows.t, 0, rows.count * t.columns());
  }

  @Override
  public void close() {
    panels.forEach(FloatPanel::close);
  }
}
