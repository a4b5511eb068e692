package io.github.pleas.bench;

import io.github.pleas.fit.PatchRows;
import io.github.pleas.fit.PlaceGram;
import io.github.pleas.fit.PlacePairs;
import io.github.pleas.fit.Unrolling;
import io.github.pleas.linalg.Blas;
import io.github.pleas.linalg.FloatPanel;
import io.github.pleas.linalg.Moments;
import io.github.pleas.linalg.PairProducts;
import io.github.pleas.network.Window;
import io.github.pleas.runtime.ValueShape;
import io.github.pleas.runtime.Workers;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * X'X of a 3 x 3 convolution's rows of some images, by places of its input and by the rows
 * themselves, both against the peak in single precision. By places it is less to multiply: compare
 * the operations, which are the same images in both.
 */
public class PlaceProductsBenchmark extends KernelBenchmark {
  /** As many as a fit's panel holds: 1,960 rows. */
  private static final int IMAGES = 10;

  private static final int SIDE = 14;
  private static final int PLACES = SIDE * SIDE;

  @Param({"64", "128"})
  public int channels;

  private Workers workers;
  private FloatPanel places;
  private FloatPanel rows;
  private FloatPanel targets;
  private PlaceGram gram;
  private Moments moments;
  private double macsByPlaces;
  private double macsByRows;

  @Setup
  public void open() {
    Blas.useCallingThread();
    workers = new Workers(Runtime.getRuntime().availableProcessors());
    Window window =
        new Window(new int[] {3, 3}, new int[] {1, 1}, new int[] {1, 1}, new int[] {1, 1});
    ValueShape shape = new ValueShape(new int[] {1, channels, SIDE, SIDE}, 0);
    Unrolling unrolling = new PatchRows(window, shape, shape).unrolling();
    PlacePairs pairs = PlacePairs.of(unrolling).orElseThrow();
    int unknowns = channels * unrolling.taps();
    places = filled(channels);
    rows = filled(unknowns);
    targets = filled(1);
    gram = new PlaceGram(pairs, unrolling, workers);
    moments = new Moments(unknowns, 1, workers);
    for (PairProducts.Pairs list : pairs.lists()) {
      double each = list.squares() ? channels * (channels + 1) / 2.0 : channels * channels;
      macsByPlaces += each * list.first().length * IMAGES;
    }
    macsByRows = (double) PLACES * IMAGES * unknowns * ((unknowns + 1) / 2.0 + 1);
  }

  private static FloatPanel filled(int columns) {
    float[] values = new float[PLACES * IMAGES * columns];
    Arrays.fill(values, 0.5f);
    FloatPanel panel = new FloatPanel(PLACES * IMAGES, columns);
    panel.put(0, 0, values, 0, values.length);
    return panel;
  }

  @Benchmark
  public void byPlaces(Work work) {
    gram.add(places, IMAGES);
    work.gmac += macsByPlaces / 1e9;
  }

  @Benchmark
  public void byRows(Work work) {
    moments.add(rows, targets, PLACES * IMAGES);
    work.gmac += macsByRows / 1e9;
  }

  @TearDown
  public void close() {
    gram.close();
    places.close();
    rows.close();
    targets.close();
    workers.close();
  }
}
