package io.github.pleas.fit;

import io.github.pleas.linalg.FloatPanel;
import io.github.pleas.linalg.PanelProduct;
import io.github.pleas.runtime.Workers;
import java.nio.FloatBuffer;
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
    /** Takes them, while the next panel may be filled. */
    void rows(RowPanel panel);
  }

  /**
   * What is to be in the panels beside the rows.
   *
   * @param places what all rows are made of, if {@link RowPanel#places} is wanted
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
  private final Wanted wanted;
  private final int unknowns;
  private final int outputs;

  /** W0 of the predicted outputs. */
  private final FloatPanel w0;

  /** One, or two of which one is filled while the other is used. */
  private final List<RowPanel> panels = new ArrayList<>();

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
    this.wanted = wanted;
    this.unknowns = first.columns() + (bias ? 1 : 0);
    this.outputs = first.outputs();
    this.sums = new BaseSums(outputs);
    this.base = rounded(base);
    this.w0 = new FloatPanel(unknowns, Math.max(1, wanted.predicted().length));
    FloatBuffer predicting = w0.buffer();
    for (int row = 0; row < unknowns; row++) {
      for (int output : wanted.predicted()) {
        predicting.put((float) this.base[row * outputs + output]);
      }
    }
  }

  /** The panel that the rows of some turn are in. */
  private RowPanel panel(int turn) {
    int count = Math.min(2, workers.count());
    while (panels.size() <= turn % count) {
      panels.add(
          new RowPanel(
              imagesInPanel * perImage,
              unknowns,
              outputs,
              wanted.predicted().length,
              imagesInPanel,
              wanted.places()));
    }
    return panels.get(turn % count);
  }

  /** W0 as it is taken off. */
  static double[] rounded(double[] base) {
    double[] rounded = new double[base.length];
    for (int i = 0; i < base.length; i++) {
      rounded[i] = (float) base[i];
    }
    return rounded;
  }

  /** W0 as it was taken off: rounded to single precision. */
  double[] base() {
    return base;
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
    List<List<Band>> all = panels(rows);
    List<List<Band>> read = all.subList(0, Math.min(most, all.size()));
    List<LayerRows.ImageRows> room =
        rows.places(workers.count(), unknowns, wanted.places().map(Unrolling::numbers).orElse(0));
    try (OpenBatches batches = new OpenBatches(rows)) {
      if (!read.isEmpty()) {
        fill(batches, read.get(0), panel(0), room);
      }
      for (int turn = 0; turn < read.size(); turn++) {
        RowPanel full = panel(turn);
        int next = turn + 1;
        // A thread that finds nothing more to do for one of the two helps the other.
        workers.forEach(
            next < read.size() ? 2 : 1,
            k -> {
              if (k == 0) {
                use.rows(full);
              } else {
                fill(batches, read.get(next), panel(next), room);
              }
            });
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
   * Fills a panel with the rows of some images, and takes off the prediction; as many batches are
   * open at once as keep all threads at work, where they are in memory.
   */
  private void fill(
      OpenBatches batches, List<Band> bands, RowPanel panel, List<LayerRows.ImageRows> room) {
    int row = 0;
    for (int from = 0; from < bands.size(); ) {
      batches.closeBefore(bands.get(from).chunk());
      int to = together(batches, bands, from);
      List<Band> open = bands.subList(from, to);
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
              fill(of[k], images[i], panel, starts[k] + offsets[i], room.get(worker));
            }
            added[k] = predict(panel, starts[k], starts[k + 1] - starts[k]);
          });
      // In the images' order, so that the threads' order does not show in the last digit.
      for (BaseSums band : added) {
        sums.add(band);
      }
    }
    panel.fillTo(row);
  }

  /** Takes the prediction off some rows. */
  private BaseSums predict(RowPanel panel, int first, int count) {
    int[] predicted = wanted.predicted();
    if (predicted.length > 0) {
      PanelProduct.multiply(panel.x(), first, count, w0, panel.y());
    }
    BaseSums band = new BaseSums(outputs);
    band.add(panel.d().buffer(), panel.y().buffer(), predicted, first, count);
    return band;
  }

  /** The end of the bands from one on that are filled together. */
  private int together(OpenBatches batches, List<Band> bands, int from) {
    int chunk = bands.get(from).chunk();
    int most = batches.open(chunk).isCopy() ? COPIES : Integer.MAX_VALUE;
    int to = from;
    while (to < bands.size()
        && to - from < 2 * workers.count()
        && bands.get(to).chunk() - chunk < most) {
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

  /** Writes the rows of an image into a panel, from some row on. */
  private void fill(
      LayerRows.Batch batch, int image, RowPanel panel, int row, LayerRows.ImageRows rows) {
    batch.read(image, rows);
    int numbers = rows.count * unknowns;
    for (int ones = unknowns - 1; bias && ones < numbers; ones += unknowns) {
      rows.x[ones] = 1;
    }
    panel.x().put(row, 0, rows.x, 0, numbers);
    panel.d().put(row, 0, rows.t, 0, rows.count * outputs);
    wanted
        .places()
        .ifPresent(
            places -> {
              batch.readPlaces(image, rows.x);
              int place = row / perImage * places.places();
              panel.places().put(place, 0, rows.x, 0, places.numbers());
            });
  }

  @Override
  public void close() {
    w0.close();
    panels.forEach(RowPanel::close);
  }
}
