package io.github.pleas.fit;

import io.github.pleas.layout.MergedLayer;
import io.github.pleas.matching.Calibration;
import io.github.pleas.network.FeatureView;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.Frontier;
import io.github.pleas.runtime.TensorStore;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The rows of one layer's least-squares problem: for each sampled position of each image, what the
 * layer reads (x) and what it should write (t), both in the merged layout.
 */
final class LayerRows {
  /** Where a layer's input rows come from. */
  interface Inputs {
    /** Numbers in a row. */
    int columns();

    /** What rows are made of, where that is one value as it is. */
    Optional<Unrolling> unrolling();

    /** Opens a batch. */
    Opened open(int chunk);

    /** A batch of input rows. */
    interface Opened extends AutoCloseable {
      /**
       * Reads rows of one image; by several threads at once.
       *
       * @param positions which
       * @param rows where to write the k-th: from index {@code k * stride}
       */
      void read(int image, int[] positions, float[] rows, int stride);

      /**
       * Reads what one image has at all places; by several threads at once.
       *
       * @param rows where to write, [places, units]
       * @throws UnsupportedOperationException if rows are made of more than one value
       */
      void readPlaces(int image, float[] rows);

      /** Whether it is a copy in memory of what is in a file. */
      boolean isCopy();

      @Override
      void close();
    }
  }

  /** Makes the target of a row from the originals' units. */
  @FunctionalInterface
  interface Rule {
    /**
     * Writes the target.
     *
     * @param image which image
     * @param a A's units; none for a layer that only B has
     * @param b B's units
     * @param t where to write, in the merged layout
     */
    void apply(int image, float[] a, float[] b, float[] t);
  }

  /** What is recorded of a layer that an original does not have. */
  private static final FloatBuffer NOTHING = FloatBuffer.allocate(0);

  private final MergedLayer layer;
  private final TargetRecorder recorder;
  private final Inputs inputs;
  private final Rule rule;
  private final Optional<Skip> skip;
  private final IntPredicate uses;
  private final Chunks chunks;

  /**
   * What a merged skip path adds to the layer's result.
   *
   * @param value the merged network's value
   * @param view its rows
   * @param frontier where it is live
   */
  record Skip(String value, FeatureView view, Frontier frontier) {}

  /**
   * Rows.
   *
   * @param uses which images give rows
   */
  LayerRows(
      MergedLayer layer,
      TargetRecorder recorder,
      Inputs inputs,
      Rule rule,
      Optional<Skip> skip,
      IntPredicate uses,
      Chunks chunks) {
    this.layer = layer;
    this.recorder = recorder;
    this.inputs = inputs;
    this.rule = rule;
    this.skip = skip;
    this.uses = uses;
    this.chunks = chunks;
  }

  int columns() {
    return inputs.columns();
  }

  /** What is taken off the targets. */
  Optional<Skip> skip() {
    return skip;
  }

  int outputs() {
    return layer.out().length();
  }

  /** Rows that an image gives, at most. */
  int perImage() {
    return recorder.recording(layer).sample().perImage();
  }

  /** What all rows are made of, where all positions of each image that is used are rows. */
  Optional<Unrolling> unrolled() {
    int positions = recorder.recording(layer).sample().positions();
    for (int chunk = 0; chunk < chunkCount(); chunk++) {
      if (countInBatch(chunk) != (long) used(chunk).length * positions) {
        return Optional.empty();
      }
    }
    return inputs.unrolling();
  }

  /** The images of a batch that give rows, by their index in it. */
  int[] used(int chunk) {
    return IntStream.range(0, chunks.images(chunk))
        .filter(image -> uses.test(chunks.start(chunk) + image))
        .toArray();
  }

  /** All rows of some sources. */
  static long count(List<LayerRows> parts) {
    long rows = 0;
    for (LayerRows part : parts) {
      for (int chunk = 0; chunk < part.chunkCount(); chunk++) {
        rows += part.countInBatch(chunk);
      }
    }
    return rows;
  }

  /** The group of a batch, see {@link Chunks#group}. */
  int group(int chunk) {
    return chunks.group(chunk);
  }

  int chunkCount() {
    return chunks.count();
  }

  /** The images that a batch runs with, those that fill it up included. */
  int batch(int chunk) {
    return chunks.batch(chunk);
  }

  /** Rows that a batch gives. */
  int countInBatch(int chunk) {
    return Arrays.stream(used(chunk))
        .map(image -> recorder.recording(layer).rows(chunks.start(chunk) + image))
        .reduce(0, Math::addExact);
  }

  /** Rows that any batch may give, at most, and at least one. */
  int mostInBatch() {
    return Math.max(1, Math.multiplyExact(chunks.size(), perImage()));
  }

  /** The rows of one image, and what a thread needs to make them. */
  final class ImageRows {
    /** What the layer reads, [rows, stride], in the first columns of each row; perhaps longer. */
    final float[] x;

    /** What it should write, [rows, outputs]. */
    final float[] t;

    /** Rows of the image that was read last; what is behind them is left over. */
    int count;

    private final int stride;
    private final float[] target = new float[outputs()];
    private final float[] unitsA = new float[recorder.recording(layer).unitsOfA()];
    private final float[] unitsB = new float[recorder.recording(layer).unitsOfB()];
    private final float[] given = new float[skip.isPresent() ? perImage() * outputs() : 0];

    private ImageRows(int stride, int least) {
      this.stride = stride;
      this.x = new float[Math.max(least, Math.multiplyExact(perImage(), stride))];
      this.t = new float[perImage() * outputs()];
    }
  }

  /**
   * A place for the rows of one image for each of some threads.
   *
   * @param stride numbers from one row of x to the next, at least {@link #columns}
   */
  List<ImageRows> places(int threads, int stride) {
    return places(threads, stride, 0);
  }

  /**
   * The same.
   *
   * @param least numbers that x has, at least
   */
  List<ImageRows> places(int threads, int stride, int least) {
    return Stream.generate(() -> new ImageRows(stride, least)).limit(threads).toList();
  }

  /** A batch of rows, open for reading by several threads. */
  final class Batch implements AutoCloseable {
    private final List<TensorStore.Reading> open = new ArrayList<>();
    private final TargetRecorder.Recording recording = recorder.recording(layer);
    private final int first;
    private final Optional<Inputs.Opened> in;
    private final FloatBuffer a;
    private final FloatBuffer b;
    private final Optional<FloatBuffer> skipped;

    private Batch(int chunk, Optional<Inputs.Opened> in, Optional<Skip> skip) {
      this.first = chunks.start(chunk);
      this.in = in;
      try {
        this.a = recorder.readA(layer, chunk).map(this::floats).orElse(NOTHING);
        this.b = recorder.readB(layer, chunk).map(this::floats).orElse(NOTHING);
        this.skipped = skip.map(s -> floats(s.frontier().read(s.value(), chunk)));
      } catch (RuntimeException | Error failure) {
        // Nobody else can close what is open: the caller never gets the batch.
        close();
        throw failure;
      }
    }

    private FloatBuffer floats(TensorStore.Reading reading) {
      open.add(reading);
      return reading.floats();
    }

    /** Rows that an image of the batch gives. */
    int rows(int image) {
      return recording.rows(first + image);
    }

    /** Where the rows of each of some images begin, and where the last one's end. */
    int[] starts(int[] images) {
      int[] starts = new int[images.length + 1];
      for (int k = 0; k < images.length; k++) {
        starts[k + 1] = starts[k] + rows(images[k]);
      }
      return starts;
    }

    /** The positions of an image of the batch that give rows, ascending. */
    int[] positions(int image) {
      return recording.positions(first + image);
    }

    /**
     * Reads all rows of one image of the batch.
     *
     * @param image which
     * @param rows where to write them; no two threads write to the same
     */
    void read(int image, ImageRows rows) {
      in.orElseThrow().read(image, positions(image), rows.x, rows.stride);
      readTargets(image, rows);
    }

    /** Reads what an image of the batch has at all places, [places, units]. */
    void readPlaces(int image, float[] rows) {
      in.orElseThrow().readPlaces(image, rows);
    }

    /** Reads what the rows of one image of the batch should be, and leaves x alone. */
    void readTargets(int image, ImageRows rows) {
      int[] positions = positions(image);
      int start = recording.rows(first, image);
      rows.count = positions.length;
      int outputs = outputs();
      for (int k = 0; k < positions.length; k++) {
        a.get((start + k) * rows.unitsA.length, rows.unitsA);
        b.get((start + k) * rows.unitsB.length, rows.unitsB);
        rule.apply(first + image, rows.unitsA, rows.unitsB, rows.target);
        System.arraycopy(rows.target, 0, rows.t, k * outputs, outputs);
      }
      if (skipped.isPresent()) {
        skip.orElseThrow().view().read(skipped.get(), image, positions, rows.given);
        for (int i = 0; i < positions.length * outputs; i++) {
          rows.t[i] -= rows.given[i];
        }
      }
    }

    /** Whether any of it is a copy in memory of what is in a file. */
    boolean isCopy() {
      return in.map(Inputs.Opened::isCopy).orElse(false)
          || open.stream().anyMatch(TensorStore.Reading::isCopy);
    }

    @Override
    public void close() {
      in.ifPresent(Inputs.Opened::close);
      open.forEach(TensorStore.Reading::close);
    }
  }

  Batch open(int chunk) {
    return new Batch(chunk, Optional.of(inputs.open(chunk)), skip);
  }

  /**
   * Opens what was recorded for a batch: the targets, before what a skip path adds is taken off,
   * and nothing of the merged network.
   */
  Batch openRecorded(int chunk) {
    return new Batch(chunk, Optional.empty(), Optional.empty());
  }

  /**
   * The targets of a trunk layer: a merged unit's is a mean of its two originals', weighted by the
   * image's domain; a zipped unit's is the mean of all its originals'.
   */
  static Rule weighted(MergedLayer layer, Calibration images, double alpha) {
    if (layer.out().zipped().isPresent()) {
      return zipped(layer.out().allA(), layer.out().allB());
    }
    int[] unitA = layer.out().a();
    int[] unitB = layer.out().b();
    return (image, a, b, t) -> {
      float ofA =
          (float) (!images.hasTwoDomains() ? 0.5 : image < images.sizeA() ? alpha : 1 - alpha);
      for (int o = 0; o < t.length; o++) {
        t[o] =
            unitB[o] < 0
                ? a[unitA[o]]
                : unitA[o] < 0 ? b[unitB[o]] : ofA * a[unitA[o]] + (1 - ofA) * b[unitB[o]];
      }
    };
  }

  private static Rule zipped(int[][] unitsA, int[][] unitsB) {
    return (image, a, b, t) -> {
      for (int o = 0; o < t.length; o++) {
        float sum = 0;
        for (int unit : unitsA[o]) {
          sum += a[unit];
        }
        for (int unit : unitsB[o]) {
          sum += b[unit];
        }
        t[o] = sum / (unitsA[o].length + unitsB[o].length);
      }
    };
  }

  /** The targets of rows that are one original's: zero where the other alone has a unit. */
  static Rule own(MergedLayer layer, boolean ofA) {
    int[] units = ofA ? layer.out().a() : layer.out().b();
    return (image, a, b, t) -> {
      float[] own = ofA ? a : b;
      for (int o = 0; o < t.length; o++) {
        t[o] = units[o] < 0 ? 0 : own[units[o]];
      }
    };
  }
}
