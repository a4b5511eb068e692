package io.github.pleas.fit;

import static java.util.Objects.requireNonNull;

import io.github.pleas.journal.Numbers;
import io.github.pleas.layout.MergedLayer;
import io.github.pleas.layout.Side;
import io.github.pleas.matching.Activations;
import io.github.pleas.matching.PairedPass;
import io.github.pleas.matching.RowSample;
import io.github.pleas.network.FeatureView;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.PositionSample;
import io.github.pleas.network.TokenMask;
import io.github.pleas.network.TokenPositions;
import io.github.pleas.runtime.NativeBuffer;
import io.github.pleas.runtime.TensorStore;
import io.github.pleas.runtime.Workers;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
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
   * @param sample which positions of each image
   * @param places which tokens the positions belong to
   * @param drawn the positions of the images that were seen, by image
   * @param a A's view of the value, unless it is a layer of B alone
   * @param b B's view, unless it is a layer of A alone
   */
  public record Recording(
      String value,
      PositionSample sample,
      TokenPositions places,
      int[][] drawn,
      Optional<FeatureView> a,
      Optional<FeatureView> b) {
    /** The positions of an image that was seen, ascending. */
    int[] positions(int image) {
      return drawn[image];
    }

    private int[] positions(int image, int first, TokenMask tokens) {
      return sample.of(first + image, places.real(tokens, image));
    }

    private void draw(int image, int first, TokenMask tokens) {
      drawn[image] = positions(image, first, tokens);
    }

    /** Rows that an image gives. */
    int rows(int image) {
      return drawn[image].length;
    }

    /** Rows that some images give, one after another. */
    int rows(int first, int count) {
      int rows = 0;
      for (int image = first; image < first + count; image++) {
        rows += rows(image);
      }
      return rows;
    }

    int unitsOfA() {
      return a.map(FeatureView::units).orElse(0);
    }

    int unitsOfB() {
      return b.map(FeatureView::units).orElse(0);
    }
  }

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

  private final Map<Key, Recording> recordings = new HashMap<>();
  private final Map<Key, List<TensorStore.Stored>> keptA = new HashMap<>();
  private final Map<Key, List<TensorStore.Stored>> keptB = new HashMap<>();
  private final TensorStore store;
  private final Workers workers;
  private final TokenMask tokens;
  private final int begin;

  /**
   * A recorder of nothing yet.
   *
   * @param tokens which tokens give rows, where the samples are texts
   */
  public TargetRecorder(TensorStore store, Workers workers, TokenMask tokens) {
    this(store, workers, tokens, 0);
  }

  /**
   * A recorder of a part of the images.
   *
   * @param begin the place of the part's first image among all
   */
  public TargetRecorder(TensorStore store, Workers workers, TokenMask tokens, int begin) {
    this.begin = begin;
    this.store = store;
    this.workers = workers;
    this.tokens = tokens;
  }

  /**
   * Asks for a layer's rows.
   *
   * @param layer the layer
   * @param value the value that holds its target
   * @param images how many images there are, in all parts
   * @param rows how many rows at least, where there are so many
   * @param seed where the positions are drawn from
   */
  public void record(
      Network a, Network b, Layer layer, String value, int images, long rows, long seed) {
    FeatureView viewA = view(a, layer, value);
    PositionSample sample = PositionSample.of(viewA.positions(), images, rows, seed);
    record(
        new Key(layer.name(), Side.MERGED),
        new Recording(
            value,
            sample,
            places(a, layer, value),
            new int[images][],
            Optional.of(viewA),
            Optional.of(view(b, layer, value))));
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
            places(own, layer, layer.output()),
            new int[images][],
            Optional.of(view).filter(v -> side == Side.A),
            Optional.of(view).filter(v -> side == Side.B)));
  }

  private void record(Key key, Recording recording) {
    recordings.put(key, recording);
    recording.a().ifPresent(view -> keptA.put(key, new ArrayList<>()));
    recording.b().ifPresent(view -> keptB.put(key, new ArrayList<>()));
  }

  private static FeatureView view(Network network, Layer layer, String value) {
    return FeatureView.of(network.shape(value), layer.unitAxis(network.shape(value).rank()));
  }

  private static TokenPositions places(Network network, Layer layer, String value) {
    return TokenPositions.of(network.shape(value), layer.unitAxis(network.shape(value).rank()));
  }

  /** Rows that there are of a layer, sampled or not. */
  long available(MergedLayer layer, int images) {
    return recording(layer).places().count(tokens, images);
  }

  /** What is recorded for a layer. */
  public Recording recording(MergedLayer layer) {
    return requireNonNull(recordings.get(Key.of(layer)), layer.name());
  }

  /** The values that it looks at. */
  public Set<String> values() {
    Set<String> values = new HashSet<>();
    recordings.values().forEach(recording -> values.add(recording.value()));
    return values;
  }

  @Override
  public List<RowSample> rows() {
    List<RowSample> samples = new ArrayList<>();
    for (Recording recording : recordings.values()) {
      FeatureView view = recording.a().or(recording::b).orElseThrow();
      samples.add(
          new RowSample(
              recording.value(), view, image -> recording.positions(image, begin, tokens)));
    }
    return samples;
  }

  @Override
  public void observe(int first, int count, Activations a, Activations b) {
    List<Recording> all = List.copyOf(recordings.values());
    workers.forEach(
        all.size() * count, k -> all.get(k / count).draw(first + k % count, begin, tokens));
    Deque<Gathering> gatherings = new ArrayDeque<>();
    try {
      recordings.forEach(
          (key, recording) -> {
            recording.a().ifPresent(v -> gatherings.add(gathering(keptA, key, v, a, first, count)));
            recording.b().ifPresent(v -> gatherings.add(gathering(keptB, key, v, b, first, count)));
          });
      gather(List.copyOf(gatherings), first, count);
      while (!gatherings.isEmpty()) {
        Gathering done = gatherings.remove();
        done.kept.add(store.keep(done.rows));
      }
    } finally {
      // After a failure: those that are not the store's yet.
      gatherings.forEach(gathering -> gathering.rows.close());
    }
  }

  /**
   * Writes the rows of one batch that was seen: of each layer A's, then B's.
   *
   * @param chunk which batch
   */
  public void write(int chunk, DataOutputStream out) throws IOException {
    for (Key key : inOrder()) {
      for (Map<Key, List<TensorStore.Stored>> kept : List.of(keptA, keptB)) {
        if (kept.containsKey(key)) {
          try (TensorStore.Reading rows = requireNonNull(kept.get(key)).get(chunk).read()) {
            Numbers.write(out, rows.floats());
          }
        }
      }
    }
  }

  /**
   * Takes the rows of the next batch from where they were written, instead of seeing it.
   *
   * @param first its first image
   * @param count how many images it has
   * @throws IOException if they cannot be read, or are not those that were asked for
   */
  public void read(int first, int count, DataInputStream in) throws IOException {
    for (Key key : inOrder()) {
      Recording recording = requireNonNull(recordings.get(key));
      for (int image = first; image < first + count; image++) {
        recording.draw(image, begin, tokens);
      }
      for (Map<Key, List<TensorStore.Stored>> kept : List.of(keptA, keptB)) {
        int units = kept == keptA ? recording.unitsOfA() : recording.unitsOfB();
        if (kept.containsKey(key)) {
          requireNonNull(kept.get(key))
              .add(store.keep(read((long) recording.rows(first, count) * units, in)));
        }
      }
    }
  }

  private static NativeBuffer read(long numbers, DataInputStream in) throws IOException {
    NativeBuffer rows = NativeBuffer.ofFloats(numbers);
    boolean complete = false;
    try {
      Numbers.read(in, rows.floats());
      complete = true;
      return rows;
    } finally {
      if (!complete) {
        rows.close();
      }
    }
  }

  /** The same order whenever the program runs. */
  private List<Key> inOrder() {
    return recordings.keySet().stream()
        .sorted(Comparator.comparing(Key::name).thenComparing(Key::side))
        .toList();
  }

  private Gathering gathering(
      Map<Key, List<TensorStore.Stored>> kept,
      Key key,
      FeatureView view,
      Activations values,
      int first,
      int count) {
    Recording recording = requireNonNull(recordings.get(key));
    return new Gathering(
        requireNonNull(kept.get(key)),
        recording,
        view,
        values,
        NativeBuffer.ofFloats((long) recording.rows(first, count) * view.units()));
  }

  /** A layer's rows of one batch of one original, on their way into memory of their own. */
  private record Gathering(
      List<TensorStore.Stored> kept,
      Recording recording,
      FeatureView view,
      Activations values,
      NativeBuffer rows) {
    /** Numbers that an image gives, at most. */
    int size() {
      return recording.sample().perImage() * view.units();
    }

    /** Gathers the rows of an image of the batch. */
    void gather(int first, int image, float[] scratch) {
      int[] positions = recording.positions(first + image);
      values.read(recording.value(), view, image, positions, scratch, 0, view.units());
      int at = recording.rows(first, image) * view.units();
      rows.floats().put(at, scratch, 0, recording.rows(first + image) * view.units());
    }
  }

  private void gather(List<Gathering> gatherings, int first, int count) {
    int largest = gatherings.stream().mapToInt(Gathering::size).max().orElse(0);
    float[][] scratch = new float[workers.count()][largest];
    workers.forEach(
        gatherings.size() * count,
        (worker, k) -> gatherings.get(k / count).gather(first, k % count, scratch[worker]));
  }

  /** Opens A's rows of one batch: [rows of all images, units of A]. */
  public Optional<TensorStore.Reading> readA(MergedLayer layer, int chunk) {
    return read(keptA, layer, chunk);
  }

  /** Opens B's rows of one batch. */
  public Optional<TensorStore.Reading> readB(MergedLayer layer, int chunk) {
    return read(keptB, layer, chunk);
  }

  private static Optional<TensorStore.Reading> read(
      Map<Key, List<TensorStore.Stored>> kept, MergedLayer layer, int chunk) {
    return Optional.ofNullable(kept.get(Key.of(layer))).map(rows -> rows.get(chunk).read());
  }

  /** Gives back the rows of a layer that is fitted. */
  public void forget(MergedLayer layer) {
    for (Map<Key, List<TensorStore.Stored>> kept : List.of(keptA, keptB)) {
      List<TensorStore.Stored> rows = kept.getOrDefault(Key.of(layer), new ArrayList<>());
      rows.forEach(TensorStore.Stored::free);
      rows.clear();
    }
  }

  /** Gives all rows back; what was asked for is to be seen once more. */
  public void clear() {
    for (Map<Key, List<TensorStore.Stored>> kept : List.of(keptA, keptB)) {
      for (List<TensorStore.Stored> rows : kept.values()) {
        rows.forEach(TensorStore.Stored::free);
        rows.clear();
      }
    }
  }

  @Override
  public void close() {
    clear();
  }
}
