package io.github.pleas.fit;

import io.github.pleas.layout.MergedAxis;
import io.github.pleas.layout.MergedLayer;
import io.github.pleas.linalg.Adam;
import io.github.pleas.linalg.FloatPanel;
import io.github.pleas.linalg.PanelProduct;
import io.github.pleas.runtime.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Minimises the mean square of X W - T by Adam on a few images at a time, as the published code
 * does; weights between units of different originals stay zero.
 */
final class AdamSolver {
  private final AdamOptions options;
  private final Workers workers;

  AdamSolver(AdamOptions options, Workers workers) {
    this.options = options;
    this.workers = workers;
  }

  /** An image of one source of rows. */
  private record Place(LayerRows.Batch batch, List<LayerRows.ImageRows> threads, int image) {}

  /**
   * Takes all steps.
   *
   * @param parts where rows come from; a step takes rows of its images from each
   * @param start [unknowns, outputs], the bias in the last row
   * @return the weights, of the same shape
   */
  double[] solve(MergedLayer merged, List<LayerRows> parts, double[] start) {
    LayerRows first = parts.get(0);
    int outputs = first.outputs();
    int unknowns = start.length / outputs;
    boolean bias = first.columns() < unknowns;
    int perStep = options.images() * parts.size();
    List<LayerRows.Batch> open = new ArrayList<>();
    try (FloatPanel x = new FloatPanel(perStep * first.perImage(), unknowns);
        FloatPanel t = new FloatPanel(perStep * first.perImage(), outputs);
        FloatPanel y = new FloatPanel(perStep * first.perImage(), outputs);
        FloatPanel weights = new FloatPanel(unknowns, outputs);
        FloatPanel gradient = new FloatPanel(unknowns, outputs)) {
      List<List<Place>> places = places(parts, unknowns, open);
      int images = places.get(0).size();
      double[] w = start.clone();
      boolean[] free = mask(merged, unknowns, outputs);
      Adam adam = new Adam(w);
      Random random = new Random(options.seed());
      List<Integer> order = List.of();
      for (int step = 0; step < options.steps(); step++) {
        List<Place> batch = new ArrayList<>();
        for (int k = 0; k < options.images(); k++) {
          if (order.isEmpty()) {
            order = shuffled(images, random);
          }
          int image = order.remove(order.size() - 1);
          places.forEach(part -> batch.add(part.get(image)));
        }
        int rows = fill(batch, bias, x, t);
        for (int i = 0; i < w.length; i++) {
          weights.buffer().put(i, (float) w[i]);
        }
        residual(x, weights, t, y, rows);
        gradient(x, y, rows, gradient);
        double scale = 2.0 / ((double) rows * outputs);
        adam.step(
            i -> free[i] ? scale * gradient.buffer().get(i) : 0,
            Adam.cosine(options.learningRate(), step, options.steps()));
      }
      return w;
    } finally {
      open.forEach(LayerRows.Batch::close);
    }
  }

  private List<List<Place>> places(
      List<LayerRows> parts, int unknowns, List<LayerRows.Batch> open) {
    List<List<Place>> places = new ArrayList<>();
    for (LayerRows rows : parts) {
      List<LayerRows.ImageRows> threads = rows.places(workers.count(), unknowns);
      List<Place> own = new ArrayList<>();
      for (int chunk = 0; chunk < rows.chunkCount(); chunk++) {
        LayerRows.Batch batch = rows.open(chunk);
        open.add(batch);
        for (int image : rows.used(chunk)) {
          own.add(new Place(batch, threads, image));
        }
      }
      places.add(own);
    }
    return places;
  }

  private static List<Integer> shuffled(int images, Random random) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < images; i++) {
      order.add(i);
    }
    Collections.shuffle(order, random);
    return order;
  }

  /** Gathers the rows of some images; {@code bias} says whether the last column is the ones. */
  private int fill(List<Place> batch, boolean bias, FloatPanel x, FloatPanel t) {
    int unknowns = x.columns();
    int[] starts = new int[batch.size() + 1];
    for (int k = 0; k < batch.size(); k++) {
      starts[k + 1] = starts[k] + batch.get(k).batch().rows(batch.get(k).image());
    }
    workers.forEach(
        batch.size(),
        (worker, k) -> {
          Place place = batch.get(k);
          LayerRows.ImageRows rows = place.threads().get(worker);
          place.batch().read(place.image(), rows);
          int numbers = rows.count * unknowns;
          for (int ones = unknowns - 1; bias && ones < numbers; ones += unknowns) {
            rows.x[ones] = 1;
          }
          x.put(starts[k], 0, rows.x, 0, numbers);
          t.put(starts[k], 0, rows.t, 0, rows.count * t.columns());
        });
    return starts[batch.size()];
  }

  /** y = x w - t, band by band. */
  private void residual(FloatPanel x, FloatPanel w, FloatPanel t, FloatPanel y, int rows) {
    int bands = workers.count();
    workers.forEach(
        bands,
        (worker, band) -> {
          int from = (int) ((long) rows * band / bands);
          int to = (int) ((long) rows * (band + 1) / bands);
          if (to > from) {
            PanelProduct.multiply(x, from, to - from, w, y);
          }
          int columns = y.columns();
          for (int i = from * columns; i < to * columns; i++) {
            y.buffer().put(i, y.buffer().get(i) - t.buffer().get(i));
          }
        });
  }

  /** x'y, each worker some of its rows. */
  private void gradient(FloatPanel x, FloatPanel y, int rows, FloatPanel gradient) {
    int bands = workers.count();
    workers.forEach(
        bands,
        (worker, band) -> {
          int from = (int) ((long) x.columns() * band / bands);
          int to = (int) ((long) x.columns() * (band + 1) / bands);
          if (to > from) {
            PanelProduct.multiplyTransposed(x, rows, from, to - from, y, gradient);
          }
        });
  }

  /** Which weights may change: not those between an A-only and a B-only unit. */
  private static boolean[] mask(MergedLayer merged, int unknowns, int outputs) {
    boolean[] free = new boolean[unknowns * outputs];
    Arrays.fill(free, true);
    MergedAxis in = merged.in();
    MergedAxis out = merged.out();
    int taps = merged.layer().window().taps();
    for (int e = 0; e < in.length(); e++) {
      for (int o = 0; o < outputs; o++) {
        boolean apart = in.isOnlyA(e) && out.isOnlyB(o) || in.isOnlyB(e) && out.isOnlyA(o);
        for (int tap = 0; tap < taps && apart; tap++) {
          free[(e * taps + tap) * outputs + o] = false;
        }
      }
    }
    return free;
  }
}
