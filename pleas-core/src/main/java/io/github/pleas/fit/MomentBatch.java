package io.github.pleas.fit;

import io.github.pleas.network.FeatureView;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.runtime.CardArray;
import io.github.pleas.runtime.CardMemory;
import io.github.pleas.runtime.HostArray;
import io.github.pleas.runtime.HostMemory;
import io.github.pleas.runtime.NativeBuffer;
import io.github.pleas.runtime.RunArray;
import io.github.pleas.runtime.Workers;
import java.nio.Buffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Memory for what a {@link MomentGraph} takes and gives for one batch after another. */
final class MomentBatch implements AutoCloseable {
  private final List<NativeBuffer> memory = new ArrayList<>();
  private final List<CardMemory.Block> blocks = new ArrayList<>();
  private final Unrolling unrolling;
  private final int unknowns;
  private final int outputs;
  private final NativeBuffer targetsHere;
  private final FloatBuffer targets;
  private final NativeBuffer placesHere;
  private final LongBuffer places;
  private final NativeBuffer withinHere;
  private final FloatBuffer within;
  private final Optional<FeatureView> skipped;
  private final NativeBuffer skipsHere;
  private final LongBuffer skips;
  private final NativeBuffer onesHere;
  private final FloatBuffer ones;
  private final FloatBuffer gram;
  private final FloatBuffer cross;
  private final DoubleBuffer sums;
  private final Optional<CardMemory> card;
  private final Optional<CardMemory.Block> targetsThere;
  private final Optional<CardMemory.Block> placesThere;
  private final Optional<CardMemory.Block> withinThere;
  private final Optional<CardMemory.Block> skipsThere;
  private final Optional<CardMemory.Block> onesThere;
  private int count;

  /**
   * Allocates it.
   *
   * @param most rows of a batch, at most
   * @param skipped how what a skip path adds is seen, if it does
   * @param products whether there is room for X'X and X'D
   * @param host where memory for all else is taken from
   * @param card where it is copied to as soon as it is got ready, as far as there is room, so that
   *     the copy goes on beside the run before
   */
  MomentBatch(
      int most,
      Unrolling unrolling,
      int unknowns,
      int outputs,
      Optional<FeatureView> skipped,
      boolean products,
      HostMemory host,
      Optional<CardMemory> card) {
    this.unrolling = unrolling;
    this.skipped = skipped;
    this.unknowns = unknowns;
    this.outputs = outputs;
    this.card = card;
    boolean done = false;
    try {
      this.targetsHere = memory(host.floats((long) most * outputs));
      this.targets = targetsHere.floats();
      this.placesHere = memory(host.longs((long) most * unrolling.taps()));
      this.places = placesHere.longs();
      this.withinHere = memory(host.floats((long) most * unrolling.taps()));
      this.within = withinHere.floats();
      this.skipsHere = memory(host.longs(skipped.isPresent() ? most : 0));
      this.skips = skipsHere.longs();
      this.onesHere = memory(host.floats(most));
      this.ones = onesHere.floats();
      this.gram = floats(products ? (long) unknowns * unknowns : 0);
      this.cross = floats(products ? (long) unknowns * outputs : 0);
      long sumBytes = (long) Double.BYTES * MomentGraph.SUM_COUNT * outputs;
      this.sums = memory(host.allocate(sumBytes)).doubles();
      this.targetsThere = there((long) most * outputs * Float.BYTES);
      this.placesThere = there((long) most * unrolling.taps() * Long.BYTES);
      this.withinThere = there((long) most * unrolling.taps() * Float.BYTES);
      this.skipsThere = skipped.flatMap(view -> there((long) most * Long.BYTES));
      this.onesThere = there((long) most * Float.BYTES);
      done = true;
    } finally {
      if (!done) {
        close();
      }
    }
  }

  private FloatBuffer floats(long numbers) {
    return memory(NativeBuffer.ofFloats(numbers)).floats();
  }

  private Optional<CardMemory.Block> there(long bytes) {
    Optional<CardMemory.Block> block = card.flatMap(memory -> memory.allocate(bytes));
    block.ifPresent(blocks::add);
    return block;
  }

  private NativeBuffer memory(NativeBuffer buffer) {
    memory.add(buffer);
    return buffer;
  }

  /**
   * Gathers targets and places of a batch. Where it has no rows, one of zeros is given, which adds
   * nothing: products of no rows are not the same everywhere.
   *
   * @param threads room for an image's rows, for each of the workers
   */
  void fill(LayerRows rows, int chunk, List<LayerRows.ImageRows> threads, Workers workers) {
    int[] used = rows.used(chunk);
    try (LayerRows.Batch batch = rows.openRecorded(chunk)) {
      int[] starts = batch.starts(used);
      count = starts[used.length];
      List.of(places, within, skips, targets, ones).forEach(Buffer::clear);
      if (count == 0) {
        for (int tap = 0; tap < unrolling.taps(); tap++) {
          places.put(tap, 0);
          within.put(tap, 0);
        }
        targets.put(0, new float[outputs]);
        ones.put(0, 0);
        skipped.ifPresent(view -> skips.put(0, 0));
      }
      workers.forEach(
          used.length,
          (worker, k) -> {
            LayerRows.ImageRows own = threads.get(worker);
            batch.readTargets(used[k], own);
            targets.put(starts[k] * outputs, own.t, 0, own.count * outputs);
            int[] positions = batch.positions(used[k]);
            unrolling.write(used[k], positions, places, within, starts[k] * unrolling.taps());
            for (int row = starts[k]; row < starts[k + 1]; row++) {
              ones.put(row, 1);
            }
            skipped.ifPresent(view -> writeSkips(view, used[k], positions, starts[k]));
          });
    }
    targetsThere.ifPresent(block -> put(targetsHere, found() * outputs * Float.BYTES, block));
    placesThere.ifPresent(block -> put(placesHere, found() * unrolling.taps() * Long.BYTES, block));
    withinThere.ifPresent(
        block -> put(withinHere, found() * unrolling.taps() * Float.BYTES, block));
    skipsThere.ifPresent(block -> put(skipsHere, found() * Long.BYTES, block));
    onesThere.ifPresent(block -> put(onesHere, found() * Float.BYTES, block));
  }

  private void put(NativeBuffer here, int bytes, CardMemory.Block there) {
    card.orElseThrow().put(here.bytes().limit(bytes), there);
  }

  /** Rows that are given. */
  private int found() {
    return given(count);
  }

  /** Rows that are given of a batch of some. */
  static int given(int count) {
    return Math.max(1, count);
  }

  private void writeSkips(FeatureView view, int image, int[] positions, int at) {
    for (int position : positions) {
      skips.put(at++, (long) image * view.positions() + position);
    }
  }

  /** Rows of the batch. */
  int count() {
    return count;
  }

  Map<String, RunArray> given() {
    int found = found();
    Map<String, RunArray> given = new HashMap<>();
    int taps = found * unrolling.taps();
    given.put(MomentGraph.PLACES, longs(placesThere, places, taps));
    given.put(MomentGraph.WITHIN, floats(withinThere, within, taps, 1));
    if (skipped.isPresent()) {
      given.put(MomentGraph.SKIPS, longs(skipsThere, skips, found));
    }
    given.put(MomentGraph.TARGETS, floats(targetsThere, targets, found, outputs));
    given.put(MomentGraph.ONES, floats(onesThere, ones, found, 1));
    return given;
  }

  private static RunArray longs(Optional<CardMemory.Block> there, LongBuffer here, int count) {
    int[] shape = {count};
    return there.isPresent()
        ? new CardArray(there.get(), ElementType.INT64, shape)
        : new HostArray.Longs(first(here, count, LongBuffer::slice), shape);
  }

  private static RunArray floats(
      Optional<CardMemory.Block> there, FloatBuffer here, int rows, int columns) {
    int[] shape = {rows, columns};
    return there.isPresent()
        ? new CardArray(there.get(), ElementType.FLOAT, shape)
        : HostArray.floats(first(here, rows * columns, FloatBuffer::slice), shape);
  }

  private static <B extends Buffer> B first(B buffer, int elements, Function<B, B> slice) {
    buffer.clear().limit(elements);
    return slice.apply(buffer);
  }

  /** Where the sums for each output are written to. */
  Map<String, HostArray> sumsMade() {
    return Map.of(
        MomentGraph.SUMS,
        new HostArray.Doubles(sums, new int[] {1, MomentGraph.SUM_COUNT * outputs}));
  }

  /** Where X'X and X'D of the batch are written to. */
  Map<String, HostArray> productsMade() {
    return Map.of(
        MomentGraph.GRAM,
        HostArray.floats(gram, unknowns, unknowns),
        MomentGraph.CROSS,
        HostArray.floats(cross, unknowns, outputs));
  }

  /** Adds a row of X'X. */
  void addGram(int row, double[] whole) {
    add(gram, whole, row * unknowns, unknowns);
  }

  /** Adds a row of X'D. */
  void addCross(int row, double[] whole) {
    add(cross, whole, row * outputs, outputs);
  }

  private static void add(FloatBuffer part, double[] whole, int from, int elements) {
    float[] line = new float[elements];
    part.get(from, line);
    for (int i = 0; i < elements; i++) {
      whole[from + i] += line[i];
    }
  }

  /** The sums, [which, outputs]. */
  double[][] sums() {
    double[][] parts = new double[MomentGraph.SUM_COUNT][outputs];
    for (int k = 0; k < parts.length; k++) {
      sums.get(k * outputs, parts[k]);
    }
    return parts;
  }

  @Override
  public void close() {
    memory.forEach(NativeBuffer::close);
    memory.clear();
    card.ifPresent(there -> blocks.forEach(there::free));
    blocks.clear();
  }
}
