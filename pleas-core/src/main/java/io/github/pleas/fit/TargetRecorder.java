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
import java.util.ArrayList;
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
   * @param sample the positions, of every image
   * @param a A's view of the value
   * @param b B's view
   */
  public record Recording(String value, PositionSample sample, FeatureView a, FeatureView b) {}

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
    recordings.put(layer.name(), new Recording(value, sample, viewA, viewB));
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
    recordings.forEach(
        (layer, recording) ->
            rows(layer)
                .add(
                    new Kept(
                        keep(
                            recording,
                            recording.a(),
                            requireNonNull(a.get(recording.value())),
                            first,
                            count),
                        keep(
                            recording,
                            recording.b(),
                            requireNonNull(b.get(recording.value())),
                            first,
                            count))));
  }

  private TensorStore.Stored keep(
      Recording recording, FeatureView view, FloatBuffer values, int first, int count) {
    int perImage = recording.sample().perImage();
    NativeBuffer buffer = NativeBuffer.ofFloats((long) count * perImage * view.units());
    try {
      FloatBuffer out = buffer.floats();
      workers.forEach(
          count,
          image -> {
            float[] rows = new float[perImage * view.units()];
            view.read(values, image, recording.sample().of(first + image), rows);
            out.put(image * rows.length, rows);
          });
    } catch (RuntimeException | Error failure) {
      // Not the store's yet.
      buffer.close();
      throw failure;
    }
    return store.keep(buffer);
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
