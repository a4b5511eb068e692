package io.github.pleas.fit;

import io.github.pleas.linalg.FloatPanel;
import io.github.pleas.linalg.PanelProduct;
import io.github.pleas.runtime.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Reads the rows of a layer's problem, panel by panel, and takes the base's prediction off the
 * targets.
 */
final class LayerPanels implements AutoCloseable {
  private static final int PANEL_ROWS = 2048;

  /** Batches that are open at once where each is copied from a file: memory counts with few. */
  private static final int COPIES = 2;

  /** Rows of a band, about. */
  private static final int BAND_ROWS = 256;

  /** Takes the rows of one panel. */
  @FunctionalInterface
  interface Use {
    /**
     * Takes them.
     *
     * @param x [rows, unknowns]
     * @param d what the base leaves of the targets, [rows, outputs]
     * @param y the base's prediction of the outputs for which it is asked, [rows, those outputs]
     * @param count how many of the panels' rows are filled
     */
    void rows(FloatPanel x, FloatPanel d, FloatPanel y, int count);
  }

  /**
   * What is to be in the panels beside the rows.
   *
   * @param places what all rows are made of, if {@link LayerPanels#places} is wanted
   * @param predicted the outputs off whose targets the base's prediction is taken, ascending; those
   *     of the others stay as they are, and {@link #sums} has nothing of them
   */
  record Wanted(Optional<Unrolling> places, int[] predicted) {
    /** All that a layer writes. */
    static int[] all(List<LayerRows> parts) {
      return IntStream.range(0, parts.get(0).outputs()).toArray();
    }
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

  /** What images have at all places of the layer's input, where that is asked for. */
  private final Optional<FloatPanel> places;

  private final int placesPerImage;
  private final int[] predicted;

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
    this(parts, base, bias, rows, workers, new Wanted(Optional.empty(), Wanted.all(parts)));
  }

  /**
   * Panels for some rows.
   *
   * @param wanted what else there is to be in them
   */
  LayerPanels(
      List<LayerRows> parts,
      double[] base,
      boolean bias,
      long rows,
      Workers workers,
      Wanted wanted) {
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
    this.predicted = wanted.predicted();
    this.y = panel(panelRows, Math.max(1, predicted.length));
    this.w0 = panel(unknowns, Math.max(1, predicted.length));
    this.placesPerImage = wanted.places().map(Unrolling::places).orElse(0);
    this.places = wanted.places().map(u -> panel(imagesInPanel * u.places(), u.units()));
    this.base = rounded(base);
    int next = 0;
    for (int row = 0; row < unknowns; row++) {
      for (int output : predicted) {
        w0.buffer().put(next++, (float) this.base[row * outputs + output]);
      }
    }
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

  /** Numbers that an image has at all places. */
  private int placeNumbers() {
    return placesPerImage * places.map(FloatPanel::columns).orElse(0);
  }

  /** W0 as it was taken off: rounded to single precision. */
  double[] base() {
    return base;
  }

  /**
   * What the images of the panel have at all places, [images x places, units], where all positions
   * are rows.
   */
  FloatPanel places() {
    return places.orElseThrow();
  }

  /** The sums of the base's prediction over what was read, of the outputs that are predicted. */
  BaseSums sums() {
    return sums;
  }

  /** Reads all rows. */
  void read(Use use) {
    for (LayerRows rows : parts) {
      read(rows, use, Integer.MAX_VALUE);
    }
  }

  /** Reads the first panel of the first source. */
  void readFirst(Use use) {
    read(parts.get(0), use, 1);
  }

  private void read(LayerRows rows, Use use, int most) {
    List<LayerRows.ImageRows> places = rows.places(workers.count(), x.columns(), placeNumbers());
    List<List<Band>> all = panels(rows);
    try (OpenBatches batches = new OpenBatches(rows)) {
      for (List<Band> panel : all.subList(0, Math.min(most, all.size()))) {
        use.rows(x, t, y, fill(batches, panel, places));
      }
    }
  }

  /** The bands of each panel: as many as fit into it, of one group. */
  private List<List<Band>> panels(LayerRows rows) {
    List<List<Band>> all = new ArrayList<>();
    int images = 0;
    int group = 0;
    for (Band band : bands(rows)) {
      boolean full = images + band.images().length > imagesInPanel;
      if (all.isEmpty() || full || rows.group(band.chunk()) > group) {
        all.add(new ArrayList<>());
        images = 0;
      }
      all.get(all.size() - 1).add(band);
      images += band.images().length;
      group = rows.group(band.chunk());
    }
    return all;
  }

  /**
   * What one thread gathers and predicts at once, while it is in its cache.
   *
   * @param chunk a batch
   * @param images some of its images
   */
  private record Band(int chunk, int[] images) {}

  /**
   * All images in order, cut at the ends of batches: how does not depend on the number of threads.
   * Batches of one group share panels, since products of few rows are slow.
   */
  private List<Band> bands(LayerRows rows) {
    int inBand = Math.max(1, Math.min(imagesInPanel, BAND_ROWS / perImage));
    List<Band> bands = new ArrayList<>();
    for (int chunk = 0; chunk < rows.chunkCount(); chunk++) {
      int[] used = rows.used(chunk);
      for (int from = 0; from < used.length; from += inBand) {
        int to = Math.min(used.length, from + inBand);
        bands.add(new Band(chunk, Arrays.copyOfRange(used, from, to)));
      }
    }
    return bands;
  }

  /**
   * Fills the panels with the rows of some images, and takes off the prediction; as many batches
   * are open at once as keep all threads at work, where they are in memory.
   *
   * @return how many rows there are
   */
  private int fill(OpenBatches batches, List<Band> panel, List<LayerRows.ImageRows> places) {
    int row = 0;
    for (int from = 0; from < panel.size(); ) {
      batches.closeBefore(panel.get(from).chunk());
      int to = together(batches, panel, from);
      List<Band> open = panel.subList(from, to);
      from = to;
      LayerRows.Batch[] of = new LayerRows.Batch[open.size()];
      int[] starts = new int[open.size() + 1];
      for (int k = 0; k < of.length; k++) {
        of[k] = batches.open(open.get(k).chunk());
        starts[k] = row;
        row += of[k].starts(open.get(k).images())[open.get(k).images().length];
      }
      starts[of.length] = row;
      BaseSums[] added = new BaseSums[of.length];
      workers.forEach(
          of.length,
          (worker, k) -> {
            int[] images = open.get(k).images();
            int[] offsets = of[k].starts(images);
            for (int i = 0; i < images.length; i++) {
              fill(of[k], images[i], starts[k] + offsets[i], places.get(worker));
            }
            int count = starts[k + 1] - starts[k];
            added[k] = new BaseSums(t.columns());
            if (predicted.length > 0) {
              PanelProduct.multiply(x, starts[k], count, w0, y);
            }
            added[k].add(t.buffer(), y.buffer(), predicted, starts[k], count);
          });
      // In the images' order, so that the threads' order does not show in the last digit.
      for (BaseSums band : added) {
        sums.add(band);
      }
    }
    return row;
  }

  /** The end of the bands from one on that are filled together. */
  private int together(OpenBatches batches, List<Band> panel, int from) {
    int chunk = panel.get(from).chunk();
    int most = batches.open(chunk).isCopy() ? COPIES : Integer.MAX_VALUE;
    int to = from;
    while (to < panel.size()
        && to - from < 2 * workers.count()
        && panel.get(to).chunk() - chunk < most) {
      to++;
    }
    return to;
  }

  /** Batches that are open: a panel may end in the middle of one. */
  private static final class OpenBatches implements AutoCloseable {
    private final LayerRows rows;
    private final NavigableMap<Integer, LayerRows.Batch> open = new TreeMap<>();

    OpenBatches(LayerRows rows) {
      this.rows = rows;
    }

    LayerRows.Batch open(int chunk) {
      return open.computeIfAbsent(chunk, rows::open);
    }

    void closeBefore(int chunk) {
      NavigableMap<Integer, LayerRows.Batch> done = open.headMap(chunk, false);
      done.values().forEach(LayerRows.Batch::close);
      done.clear();
    }

    @Override
    public void close() {
      closeBefore(Integer.MAX_VALUE);
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
    places.ifPresent(
        panel -> {
          batch.readPlaces(image, rows.x);
          panel.put(row / perImage * placesPerImage, 0, rows.x, 0, placeNumbers());
        });
  }

  @Override
  public void close() {
    panels.forEach(FloatPanel::close);
  }
}
