package io.github.pleas.fit;

import static java.util.Objects.requireNonNull;

import io.github.pleas.layout.MergedLayer;
import io.github.pleas.layout.Side;
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
import java.util.Optional;
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
   * @param a A's view of the value, unless it is a layer of B alone
   * @param b B's view, unless it is a layer of A alone
   */
  public record Recording(
      String value, PositionSample sample, Optional<FeatureView> a, Optional<FeatureView> b) {}

  /**
   * A layer.
   *
   * @param name in its original
   * @param side the original, or both
   */
  private record Key(String name, Side side) {
    static Key of(MergedLayer layer) {
      return new Key(layer.layer().name(), layer.side());
    }
  }

  private record Kept(Optional<TensorStore.Stored> a, Optional<TensorStore.Stored> b) {
    void free() {
      a.ifPresent(TensorStore.Stored::free);
      b.ifPresent(TensorStore.Stored::free);
    }
  }

  private final Map<Key, Recording> recordings = new HashMap<>();
  private final Map<Key, List<Kept>> kept = new HashMap<>();
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
    PositionSample sample = PositionSample.of(viewA.positions(), images, rows, seed);
    record(
        new Key(layer.name(), Side.MERGED),
        new Recording(value, sample, Optional.of(viewA), Optional.of(view(b, layer, value))));
  }

  /**
   * Asks for what a layer of one original gives.
   *
   * @param own the original
   * @param side which of the two it is
   */
  public void recordOwn(Network own, Side side, Layer layer, int images, long rows, long seed) {
    FeatureView view = view(own, layer, layer.output());
    PositionSample sample = PositionSample.of(view.positions(), images, rows, seed);
    record(
        new Key(layer.name(), side),
        new Recording(
            layer.output(),
            sample,
            Optional.of(view).filter(v -> side == Side.A),
            Optional.of(view).filter(v -> side == Side.B)));
  }

  private void record(Key key, Recording recording) {
    recordings.put(key, recording);
    kept.put(key, new ArrayList<>());
  }

  private static FeatureView view(Network network, Layer layer, String value) {
    return FeatureView.of(network.shape(value), layer.unitAxis(network.shape(value).rank()));
  }

  /** What is recorded for a layer. */
  public Recording recording(MergedLayer layer) {
    return requireNonNull(recordings.get(Key.of(layer)), layer.name());
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
        (key, recording) ->
            rows(key)
                .add(
                    new Kept(
                        recording.a().map(view -> keep(recording, view, a, first, count)),
                        recording.b().map(view -> keep(recording, view, b, first, count)))));
  }

  private TensorStore.Stored keep(
      Recording recording, FeatureView view, Map<String, FloatBuffer> all, int first, int count) {
    FloatBuffer values = requireNonNull(all.get(recording.value()), recording.value());
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
  public Optional<TensorStore.Reading> readA(MergedLayer layer, int chunk) {
    return rows(Key.of(layer)).get(chunk).a().map(TensorStore.Stored::read);
  }

  /** Opens B's rows of one batch. */
  public Optional<TensorStore.Reading> readB(MergedLayer layer, int chunk) {
    return rows(Key.of(layer)).get(chunk).b().map(TensorStore.Stored::read);
  }

  private List<Kept> rows(Key key) {
    return requireNonNull(kept.get(key), key.name());
  }

  /** Gives back the rows of a layer that is fitted. */
  public void forget(MergedLayer layer) {
    rows(Key.of(layer)).forEach(Kept::free);
    rows(Key.of(layer)).clear();
  }

  @Override
  public void close() {
    kept.values().forEach(rows -> rows.forEach(Kept::free));
    kept.clear();
  }
}
