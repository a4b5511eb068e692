package io.github.pleas.fit;

import static java.util.Objects.requireNonNull;

import io.github.pleas.layout.MergedLayer;
import io.github.pleas.matching.Activations;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.Runs;
import io.github.pleas.network.TokenMask;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.TensorStore;
import io.github.pleas.runtime.Workers;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The rows of a 3 x 3 convolution whose input is far from zero and nearly the same in all channels
 * and at neighbouring places, as features behind a ReLU may be: X'X / R has a condition number
 * above a million.
 */
final class NearlyEqualChannels implements AutoCloseable {
  /** So many that a fit sums X'X by places. */
  static final int CHANNELS = 64;

  static final int OUTPUTS = 8;
  private static final int SIDE = 14;
  private static final int IMAGES = 60;
  private static final Chunks CHUNKS = new Chunks(IMAGES, 16, false);

  /** What tells one channel, and one place, from another; channels have a mean of 3. */
  private static final double OWN = 0.02;

  private final Random random = new Random(5);
  private final TensorStore store = new TensorStore(1 << 26);
  private final Workers workers;
  private final Network network;
  private final Layer layer;
  private final RowReader reader;
  private final float[] input = new float[IMAGES * CHANNELS * SIDE * SIDE];

  NearlyEqualChannels(Workers workers) {
    this.workers = workers;
    GraphBuilder g = new GraphBuilder(3);
    String conv = g.relu(g.conv(g.input("x", CHANNELS, SIDE, SIDE), CHANNELS, OUTPUTS, 3));
    this.network = Runs.read(g.build(g.gemm(g.pooled(conv), OUTPUTS, 2)));
    this.layer = network.layers().get(0);
    this.reader = RowReaders.of(layer, network.shape(layer.input()), network.shape(layer.output()));
    int at = 0;
    for (int image = 0; image < IMAGES; image++) {
      double common = 3 + random.nextGaussian();
      for (int i = 0; i < CHANNELS * SIDE * SIDE; i++) {
        input[at++] = (float) (common + OWN * random.nextGaussian());
      }
    }
  }

  /** X, [rows, unknowns], with its column of ones. */
  double[] x() {
    int positions = SIDE * SIDE;
    int columns = reader.columns();
    double[] x = new double[IMAGES * positions * (columns + 1)];
    float[] rows = new float[positions * columns];
    int[] all = IntStream.range(0, positions).toArray();
    int at = 0;
    for (int image = 0; image < IMAGES; image++) {
      reader.read(FloatBuffer.wrap(input), image, all, rows, columns);
      for (int p = 0; p < positions; p++) {
        for (int c = 0; c < columns; c++) {
          x[at++] = rows[p * columns + c];
        }
        x[at++] = 1;
      }
    }
    return x;
  }

  /**
   * The same rows as a fit reads them.
   *
   * @param targets T, [rows, outputs], of single precision
   */
  LayerRows rows(double[] targets) {
    MergedLayer merged = MomentTapTest.merged(network, layer);
    TargetRecorder recorder = new TargetRecorder(store, workers, TokenMask.ALL);
    recorder.record(network, network, layer, layer.output(), IMAGES, Integer.MAX_VALUE, 1);
    for (int chunk = 0; chunk < CHUNKS.count(); chunk++) {
      int first = CHUNKS.start(chunk);
      FloatBuffer values = FloatBuffer.allocate(CHUNKS.images(chunk) * OUTPUTS * SIDE * SIDE);
      for (int image = first; image < first + CHUNKS.images(chunk); image++) {
        for (int i = 0; i < OUTPUTS * SIDE * SIDE; i++) {
          int position = image * SIDE * SIDE + i % (SIDE * SIDE);
          values.put((float) targets[position * OUTPUTS + i / (SIDE * SIDE)]);
        }
      }
      Activations all = Activations.ofWhole(Map.of(layer.output(), requireNonNull(values.flip())));
      recorder.observe(first, CHUNKS.images(chunk), all, all);
    }
    return new LayerRows(
        merged,
        recorder,
        inputs(),
        (image, a, b, t) -> System.arraycopy(a, 0, t, 0, t.length),
        Optional.empty(),
        image -> true,
        CHUNKS);
  }

  private LayerRows.Inputs inputs() {
    return new LayerRows.Inputs() {
      @Override
      public int columns() {
        return reader.columns();
      }

      @Override
      public Optional<Unrolling> unrolling() {
        return Optional.of(reader.unrolling());
      }

      @Override
      public Opened open(int chunk) {
        int numbers = CHANNELS * SIDE * SIDE;
        FloatBuffer batch =
            FloatBuffer.wrap(input, CHUNKS.start(chunk) * numbers, CHUNKS.images(chunk) * numbers)
                .slice();
        return opened(batch);
      }
    };
  }

  private LayerRows.Inputs.Opened opened(FloatBuffer batch) {
    return new LayerRows.Inputs.Opened() {
      @Override
      public void read(int image, int[] positions, float[] rows, int stride) {
        reader.read(batch, image, positions, rows, stride);
      }

      @Override
      public void readPlaces(int image, float[] rows) {
        reader.unrolling().readPlaces(batch, image, rows);
      }

      @Override
      public boolean isCopy() {
        return false;
      }

      @Override
      public void close() {
        // Nothing but an array.
      }
    };
  }

  @Override
  public void close() {
    store.close();
  }
}
