package io.github.pleas.fit;

import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.HostArray;
import io.github.pleas.runtime.NativeBuffer;
import io.github.pleas.runtime.Tap;
import io.github.pleas.runtime.Workers;
import java.nio.Buffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Gathers the moments of a layer's problem where its input is computed: gives each batch's targets
 * and places, and adds up in double what the {@link MomentGraph} makes of them.
 */
final class MomentTap implements Tap, AutoCloseable {
  private final String value;
  private final Unrolling unrolling;
  private final LayerRows rows;
  private final boolean bias;
  private final Workers workers;
  private final MomentGraph graph;
  private final int unknowns;
  private final int outputs;
  private final List<LayerRows.ImageRows> threads;
  private final List<NativeBuffer> memory = new ArrayList<>();
  private final FloatBuffer targets;
  private final LongBuffer places;
  private final FloatBuffer ones;
  private final FloatBuffer w0;
  private final FloatBuffer partGram;
  private final FloatBuffer partCross;
  private final DoubleBuffer partSums;
  private final double[] base;
  private final double[] gram;
  private final double[] cross;
  private final double[] leftSquares;
  private final BaseSums sums;
  private long count;

  /**
   * A tap.
   *
   * @param value what the layer reads, images in the rows' batches
   * @param unrolling what it sees of it
   * @param base W0, [unknowns, outputs], the bias in the last row
   */
  MomentTap(
      String value,
      Unrolling unrolling,
      LayerRows rows,
      double[] base,
      boolean bias,
      Workers workers) {
    this.value = value;
    this.unrolling = unrolling;
    this.rows = rows;
    this.bias = bias;
    this.workers = workers;
    this.outputs = rows.outputs();
    this.unknowns = unrolling.columns() + (bias ? 1 : 0);
    this.graph = new MomentGraph(value, unrolling, outputs, bias);
    this.threads = rows.places(workers.count(), 0);
    this.sums = new BaseSums(outputs);
    this.gram = new double[Math.multiplyExact(unknowns, unknowns)];
    this.cross = new double[unknowns * outputs];
    this.leftSquares = new double[outputs];
    this.base = new double[base.length];
    int most = rows.mostInBatch();
    boolean done = false;
    try {
      this.targets = floats((long) most * outputs);
      this.places = memory(NativeBuffer.ofEights((long) most * unrolling.taps())).longs();
      this.ones = floats(most);
      this.w0 = floats(base.length);
      this.partGram = floats(gram.length);
      this.partCross = floats(cross.length);
      this.partSums =
          memory(NativeBuffer.ofEights((long) MomentGraph.SUM_COUNT * outputs)).doubles();
      done = true;
    } finally {
      if (!done) {
        close();
      }
    }
    for (int i = 0; i < base.length; i++) {
      w0.put(i, (float) base[i]);
      this.base[i] = w0.get(i);
    }
  }

  private FloatBuffer floats(long numbers) {
    return memory(NativeBuffer.ofFloats(numbers)).floats();
  }

  private NativeBuffer memory(NativeBuffer buffer) {
    memory.add(buffer);
    return buffer;
  }

  /** Bytes of the largest array that the tap of some rows needs, here or where the graph runs. */
  static long largest(LayerRows rows, Unrolling unrolling) {
    long unknowns = unrolling.columns() + 1L;
    long most = rows.mostInBatch();
    return Math.max(
        Math.max(Double.BYTES * most * unknowns, (long) Float.BYTES * most * rows.outputs()),
        Double.BYTES * unknowns * unknowns);
  }

  @Override
  public String value() {
    return value;
  }

  @Override
  public List<Node> nodes() {
    return graph.nodes();
  }

  @Override
  public Map<String, Tensor> constants() {
    return graph.constants();
  }

  @Override
  public List<ValueInfo> inputs() {
    return graph.inputs();
  }

  @Override
  public List<ValueInfo> outputs() {
    return graph.results();
  }

  @Override
  public Map<String, HostArray> given(int chunk) {
    int found = Math.max(1, fill(chunk));
    return Map.of(
        MomentGraph.PLACES,
        new HostArray.Longs(
            first(places, found * unrolling.taps(), LongBuffer::slice),
            new int[] {found * unrolling.taps()}),
        MomentGraph.TARGETS,
        HostArray.floats(first(targets, found * outputs, FloatBuffer::slice), found, outputs),
        MomentGraph.ONES,
        HostArray.floats(first(ones, found, FloatBuffer::slice), found, 1),
        MomentGraph.BASE,
        HostArray.floats(w0, unknowns, outputs));
  }

  private static <B extends Buffer> B first(B buffer, int elements, Function<B, B> slice) {
    buffer.clear().limit(elements);
    return slice.apply(buffer);
  }

  /**
   * Gathers targets and places of a batch, and says how many rows it has. Where there are none, one
   * row of zeros is ready, which adds nothing: products of no rows are not the same everywhere.
   */
  private int fill(int chunk) {
    int[] used = rows.used(chunk);
    long outside = (long) rows.batch(chunk) * unrolling.places();
    try (LayerRows.Batch batch = rows.openTargets(chunk)) {
      int[] starts = batch.starts(used);
      int all = starts[used.length];
      places.clear();
      targets.clear();
      ones.clear();
      if (all == 0) {
        for (int tap = 0; tap < unrolling.taps(); tap++) {
          places.put(tap, outside);
        }
        targets.put(0, new float[outputs]);
        ones.put(0, 0);
      }
      workers.forEach(
          used.length,
          (worker, k) -> {
            LayerRows.ImageRows own = threads.get(worker);
            batch.readTargets(used[k], own);
            targets.put(starts[k] * outputs, own.t, 0, own.count * outputs);
            int[] positions = batch.positions(used[k]);
            unrolling.write(used[k], positions, outside, places, starts[k] * unrolling.taps());
            for (int row = starts[k]; row < starts[k + 1]; row++) {
              ones.put(row, 1);
            }
          });
      count += all;
      return all;
    }
  }

  @Override
  public Map<String, HostArray> made() {
    return Map.of(
        MomentGraph.GRAM,
        HostArray.floats(partGram, unknowns, unknowns),
        MomentGraph.CROSS,
        HostArray.floats(partCross, unknowns, outputs),
        MomentGraph.SUMS,
        new HostArray.Doubles(partSums, new int[] {1, MomentGraph.SUM_COUNT * outputs}));
  }

  @Override
  public void take(int chunk) {
    workers.forEach(
        unknowns,
        row -> {
          add(partGram, gram, row * unknowns, unknowns);
          add(partCross, cross, row * outputs, outputs);
        });
    double[][] parts = new double[MomentGraph.SUM_COUNT][outputs];
    for (int k = 0; k < parts.length; k++) {
      partSums.get(k * outputs, parts[k]);
    }
    for (int o = 0; o < outputs; o++) {
      leftSquares[o] += parts[MomentGraph.SUM_COUNT - 1][o];
    }
    sums.add(parts, rows.countInBatch(chunk));
  }

  private static void add(FloatBuffer part, double[] whole, int from, int elements) {
    float[] line = new float[elements];
    part.get(from, line);
    for (int i = 0; i < elements; i++) {
      whole[from + i] += line[i];
    }
  }

  /**
   * The problem of all batches that were taken; to be called once, after the last.
   *
   * @throws IllegalStateException if there were no rows
   */
  MomentProblem problem() {
    if (count == 0) {
      throw new IllegalStateException("a fit needs images; found none");
    }
    double share = 1.0 / count;
    workers.forEach(
        unknowns,
        row -> {
          scale(gram, row * unknowns, unknowns, share);
          scale(cross, row * outputs, outputs, share);
        });
    scale(leftSquares, 0, outputs, share);
    return new MomentProblem(
        gram, cross, leftSquares, base, sums, unknowns, outputs, bias, count);
  }

  private static void scale(double[] values, int from, int elements, double factor) {
    for (int i = from; i < from + elements; i++) {
      values[i] *= factor;
    }
  }

  @Override
  public void close() {
    memory.forEach(NativeBuffer::close);
    memory.clear();
  }
}
