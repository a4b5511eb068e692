package io.github.pleas.fit;

import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.CardMemory;
import io.github.pleas.runtime.HostMemory;
import io.github.pleas.runtime.RunArray;
import io.github.pleas.runtime.Tap;
import io.github.pleas.runtime.Workers;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Gathers the moments of a layer's problem where its input is computed: gives each batch's targets
 * and places, and adds up in double what the {@link MomentGraph} makes of them, or has it added up
 * there.
 */
final class MomentTap implements Tap, AutoCloseable {
  private final String value;
  private final Unrolling unrolling;
  private final LayerRows rows;
  private final boolean bias;
  private final HostMemory host;
  private final Workers workers;
  private MomentGraph graph;
  private final int unknowns;
  private final int outputs;
  private final List<LayerRows.ImageRows> threads;
  private final Set<MomentBatch> all = new HashSet<>();
  private final Deque<MomentBatch> free = new ArrayDeque<>();
  private final double[] base;
  private final Tensor w0;
  private Optional<CardMemory> card = Optional.empty();
  private Optional<CardSums> onCard = Optional.empty();
  private double[] gram = {};
  private double[] cross = {};
  private final double[] leftSquares;
  private final BaseSums sums;
  private long count;

  /**
   * A tap.
   *
   * @param value what the layer reads, images in the rows' batches
   * @param unrolling what it sees of it
   * @param rows the layer's; what a skip path adds is read where it is computed, too
   * @param base W0, [unknowns, outputs], the bias in the last row
   * @param host where memory is taken from for what is copied to where the graph runs, and back
   */
  MomentTap(
      String value,
      Unrolling unrolling,
      LayerRows rows,
      double[] base,
      boolean bias,
      HostMemory host,
      Workers workers) {
    this.value = value;
    this.unrolling = unrolling;
    this.rows = rows;
    this.bias = bias;
    this.host = host;
    this.workers = workers;
    this.outputs = rows.outputs();
    this.unknowns = unrolling.columns() + (bias ? 1 : 0);
    this.graph = graph(value, unrolling, rows, bias, false);
    this.threads = rows.places(workers.count(), 0);
    this.sums = new BaseSums(outputs);
    this.leftSquares = new double[outputs];
    this.base = new double[base.length];
    float[] w0 = new float[base.length];
    for (int i = 0; i < base.length; i++) {
      w0[i] = (float) base[i];
      this.base[i] = w0[i];
    }
    this.w0 = Tensor.ofFloats(new int[] {unknowns, outputs}, w0);
  }

  /**
   * The nodes of a tap.
   *
   * @param adds whether X'X and X'D are added up where it runs, as they are on a card that has room
   */
  static MomentGraph graph(
      String value, Unrolling unrolling, LayerRows rows, boolean bias, boolean adds) {
    return new MomentGraph(value, unrolling, rows.outputs(), bias, rows.skip(), adds);
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
  public void useCard(CardMemory card) {
    onCard = CardSums.of(card, unknowns, outputs);
    if (onCard.isPresent()) {
      this.card = Optional.of(card);
      graph = graph(value, unrolling, rows, bias, true);
    }
  }

  @Override
  public List<String> values() {
    return graph.values();
  }

  @Override
  public List<Node> nodes() {
    return graph.nodes();
  }

  @Override
  public Map<String, Tensor> constants() {
    Map<String, Tensor> constants = new HashMap<>(graph.constants());
    constants.put(MomentGraph.BASE, w0);
    return constants;
  }

  @Override
  public List<ValueInfo> inputs() {
    return graph.inputs();
  }

  @Override
  public List<ValueInfo> outputs() {
    return graph.outputs();
  }

  @Override
  public Batch open(int chunk) {
    MomentBatch batch =
        free.isEmpty()
            ? new MomentBatch(
                rows.mostInBatch(),
                unrolling,
                unknowns,
                outputs,
                rows.skip().map(LayerRows.Skip::view),
                onCard.isEmpty(),
                host,
                card)
            : free.remove();
    // The tap's whatever happens: it is freed with it.
    all.add(batch);
    batch.fill(rows, chunk, threads, workers);
    return new Open(batch);
  }

  /** A batch that is on its way. */
  private final class Open implements Batch {
    private final MomentBatch batch;

    Open(MomentBatch batch) {
      this.batch = batch;
    }

    @Override
    public Map<String, RunArray> given() {
      Map<String, RunArray> given = new HashMap<>(batch.given());
      onCard.ifPresent(card -> given.putAll(card.before()));
      return given;
    }

    @Override
    public Map<String, RunArray> made() {
      Map<String, RunArray> made = new HashMap<>(batch.sumsMade());
      made.putAll(onCard.isPresent() ? onCard.get().after() : batch.productsMade());
      return made;
    }

    @Override
    public void take() {
      if (onCard.isEmpty()) {
        addProducts();
      }
      double[][] parts = batch.sums();
      for (int o = 0; o < outputs; o++) {
        leftSquares[o] += parts[MomentGraph.SUM_COUNT - 1][o];
      }
      sums.add(parts, batch.count());
      count += batch.count();
      free.add(batch);
    }

    private void addProducts() {
      if (gram.length == 0) {
        gram = new double[Math.multiplyExact(unknowns, unknowns)];
        cross = new double[unknowns * outputs];
      }
      workers.forEach(
          unknowns,
          row -> {
            batch.addGram(row, gram);
            batch.addCross(row, cross);
          });
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
    onCard.ifPresent(
        card -> {
          gram = card.readGram(host, workers);
          cross = card.readCross(host, workers);
        });
    double share = 1.0 / count;
    workers.forEach(
        unknowns,
        row -> {
          scale(gram, row * unknowns, unknowns, share);
          scale(cross, row * outputs, outputs, share);
        });
    scale(leftSquares, 0, outputs, share);
    return new MomentProblem(gram, cross, leftSquares, base, sums, unknowns, outputs, bias, count);
  }

  private static void scale(double[] values, int from, int elements, double factor) {
    for (int i = from; i < from + elements; i++) {
      values[i] *= factor;
    }
  }

  @Override
  public void close() {
    onCard.ifPresent(CardSums::close);
    all.forEach(MomentBatch::close);
    all.clear();
  }
}
