package io.github.pleas.fit;

import static java.util.Objects.requireNonNull;

import io.github.pleas.matching.PairedPass;
import io.github.pleas.network.FeatureView;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.PositionSample;
import io.github.pleas.runtime.NativeBuffer;
import io.github.pleas.runtime.TensorStore;
import io.github.pleas.runtime.Workers;
import java.nio.FloatBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Keeps, from the one pass of the originals, the rows that targets are made of: for each layer the
 * units of A and of B at the sampled positions, each in its original's own order.
 */
public final class TargetRecorder implements PairedPass.Observer, AutoCloseable {
  /**
   * What is recorded for a layer.
   *
   * @param value the originals' value
   * @param sample which positions of each image
   * @param drawn the positions of the images that were seen, by image
   * @param a A's view of the value
   * @param b B's view
   */
  public record Recording(
      String value, PositionSample sample, int[][] drawn, FeatureView a, FeatureView b) {
    /** The positions of an image that was seen, ascending. */
    int[] positions(int image) {
      return drawn[image];
    }
  }

  private record Kept(TensorStore.Stored a, TensorStore.Stored b) {}

  private final Map<String, Recording> recordings = new HashMap<>();
  private final Map<String, List<Kept>> kept = new HashMap<>();
  private final TensorStore store;
  private final Workers workers;

  public TargetRecorder(TensorStore store, Workers workers) {
    this.store = store;
    this.workers = workers;
  }

  /**
   * Asks for a layer's rows.
   *
   * @param layer the layer
   * @param value the value that holds its target
   * @param images how many images there will be
   * @param rows how many rows at least, where there are so many
   * @param seed where the positions are drawn from
   */
  public void record(
      Network a, Network b, Layer layer, String value, int images, long rows, long seed) {
    FeatureView viewA = view(a, layer, value);
    FeatureView viewB = view(b, layer, value);
    PositionSample sample = PositionSample.of(viewA.positions(), images, rows, seed);
    recordings.put(layer.name(), new Recording(value, sample, new int[images][], viewA, viewB));
    kept.put(layer.name(), new ArrayList<>());
  }

  private static FeatureView view(Network network, Layer layer, String value) {
    return FeatureView.of(network.shape(value), layer.unitAxis(network.shape(value).rank()));
  }

  public Recording recording(Layer layer) {
    Recording recording = recordings.get(layer.name());
    if (recording == null) {
      throw new IllegalArgumentException("layer '" + layer.name() + "' was not recorded");
    }
    return recording;
  }

  @Override
  public Set<String> values() {
    Set<String> values = new HashSet<>();
    recordings.values().forEach(recording -> values.add(recording.value()));
    return values;
  }

  @Override
  public void observe(
      int first, int count, Map<String, FloatBuffer> a, Map<String, FloatBuffer> b) {
    Deque<Gathering> gatherings = new ArrayDeque<>();
    try {
      recordings.forEach(
          (layer, recording) -> {
            FloatBuffer valuesA = requireNonNull(a.get(recording.value()));
            FloatBuffer valuesB = requireNonNull(b.get(recording.value()));
            gatherings.add(new Gathering(layer, recording, valuesA, valuesB, count));
          });
      gather(List.copyOf(gatherings), first, count);
      while (!gatherings.isEmpty()) {
        Gathering done = gatherings.element();
        TensorStore.Stored ofA = store.keep(done.rowsA);
        gatherings.remove();
        rows(done.layer).add(new Kept(ofA, store.keep(done.rowsB)));
      }
    } finally {
      // After a failure: those that are not the store's yet.
      gatherings.forEach(Gathering::close);
    }
  }

  /** A layer's rows of one batch, on their way into memory of their own. */
  private static final class Gathering implements AutoCloseable {
    final String layer;
    private final Recording recording;
    private final FloatBuffer valuesA;
    private final FloatBuffer valuesB;
    final NativeBuffer rowsA;
    final NativeBuffer rowsB;

    Gathering(
        String layer, Recording recording, FloatBuffer valuesA, FloatBuffer valuesB, int count) {
      this.layer = layer;
      this.recording = recording;
      this.valuesA = valuesA;
      this.valuesB = valuesB;
      this.rowsA = NativeBuffer.ofFloats((long) count * size(recording.a()));
      this.rowsB = NativeBuffer.ofFloats((long) count * size(recording.b()));
    }

    /** Numbers that an image gives. */
    private int size(FeatureView view) {
      return recording.sample().perImage() * view.units();
    }

    int largest() {
      return Math.max(size(recording.a()), size(recording.b()));
    }

    /** Gathers the rows of an image of the batch. */
    void gather(int first, int image, float[] scratch) {
      int[] positions = recording.sample().of(first + image);
      recording.drawn()[first + image] = positions;
      gather(recording.a(), valuesA, image, positions, rowsA, scratch);
      gather(recording.b(), valuesB, image, positions, rowsB, scratch);
    }

    private void gather(
        FeatureView view,
        FloatBuffer values,
        int image,
        int[] positions,
        NativeBuffer rows,
        float[] scratch) {
      view.read(values, image, positions, scratch);
      rows.floats().put(image * size(view), scratch, 0, size(view));
    }

    @Override
    public void close() {
      rowsA.close();
      rowsB.close();
    }
  }

  private void gather(List<Gathering> gatherings, int first, int count) {
    int largest = gatherings.stream().mapToInt(Gathering::largest).max().orElse(0);
    float[][] scratch = new float[workers.count()][largest];
    workers.forEach(
        gatherings.size() * count,
        (worker, k) -> gatherings.get(k / count).gather(first, k % count, scratch[worker]));
  }

  /** Opens A's rows of one batch: [images x positions of each, units of A]. */
  public TensorStore.Reading readA(Layer layer, int chunk) {
    return rows(layer.name()).get(chunk).a().read();
  }

  /** Opens B's rows of one batch. */
  public TensorStore.Reading readB(Layer layer, int chunk) {
    return rows(layer.name()).get(chunk).b().read();
  }

  private List<Kept> rows(String layer) {
    return requireNonNull(kept.get(layer), layer);
  }

  /** Gives back the rows of a layer that is fitted. */
  public void forget(Layer layer) {
    for (Kept rows : rows(layer.name())) {
      rows.a().free();
      rows.b().free();
    }
    rows(layer.name()).clear();
  }

  @Override
  public void close() {
    kept.values()
        .forEach(
            rows ->
                rows.forEach(
                    k -> {
                      k.a().free();
                      k.b().free();
                    }));
    kept.clear();
  }
}
