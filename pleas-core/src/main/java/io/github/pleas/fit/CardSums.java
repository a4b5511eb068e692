package io.github.pleas.fit;

import io.github.pleas.onnx.ElementType;
import io.github.pleas.runtime.CardArray;
import io.github.pleas.runtime.CardMemory;
import io.github.pleas.runtime.HostMemory;
import io.github.pleas.runtime.NativeBuffer;
import io.github.pleas.runtime.RunArray;
import io.github.pleas.runtime.Workers;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * X'X and X'D of all batches so far, in double precision where they are made: a batch reads what
 * the one before wrote, so that they come to the processor once.
 */
final class CardSums implements AutoCloseable {
  /** Bytes that come to the processor at once. */
  private static final long PIECE = 8L << 20;

  private final CardMemory card;
  private final int unknowns;
  private final int outputs;

  /** X'X before and after a batch, then X'D. */
  private final List<CardMemory.Block> blocks = new ArrayList<>();

  private int turn;

  private CardSums(CardMemory card, int unknowns, int outputs) {
    this.card = card;
    this.unknowns = unknowns;
    this.outputs = outputs;
  }

  /**
   * Zeros, unless the card has too little room.
   *
   * @param unknowns rows and columns of X'X
   * @param outputs columns of X'D
   */
  static Optional<CardSums> of(CardMemory card, int unknowns, int outputs) {
    CardSums sums = new CardSums(card, unknowns, outputs);
    for (int columns : new int[] {unknowns, unknowns, outputs, outputs}) {
      long bytes = Math.multiplyExact((long) Double.BYTES * unknowns, columns);
      Optional<CardMemory.Block> block = card.allocate(bytes);
      if (block.isEmpty()) {
        sums.close();
        return Optional.empty();
      }
      sums.blocks.add(block.get());
    }
    sums.blocks.forEach(card::clear);
    return Optional.of(sums);
  }

  /** What the next batch adds to. */
  Map<String, RunArray> before() {
    return Map.of(MomentGraph.GRAM_BEFORE, gram(), MomentGraph.CROSS_BEFORE, cross());
  }

  /** Where the next batch writes the sums with its own: what is read from now on. */
  Map<String, RunArray> after() {
    turn = 1 - turn;
    return Map.of(MomentGraph.GRAM, gram(), MomentGraph.CROSS, cross());
  }

  private CardArray gram() {
    return new CardArray(blocks.get(turn), ElementType.DOUBLE, new int[] {unknowns, unknowns});
  }

  private CardArray cross() {
    return new CardArray(blocks.get(2 + turn), ElementType.DOUBLE, new int[] {unknowns, outputs});
  }

  /**
   * X'X, [unknowns, unknowns].
   *
   * @param host where the memory is taken from by way of which it comes
   */
  double[] readGram(HostMemory host, Workers workers) {
    return read(gram(), unknowns, host, workers);
  }

  /** X'D, [unknowns, outputs]. */
  double[] readCross(HostMemory host, Workers workers) {
    return read(cross(), outputs, host, workers);
  }

  /** Some rows at a time, so that the memory between is new once only. */
  private double[] read(CardArray array, int columns, HostMemory host, Workers workers) {
    double[] values = new double[unknowns * columns];
    long row = (long) Double.BYTES * columns;
    int most = (int) Math.max(1, Math.min(unknowns, PIECE / row));
    try (NativeBuffer piece = host.allocate(most * row)) {
      for (int first = 0; first < unknowns; first += most) {
        int start = first;
        int rows = Math.min(most, unknowns - first);
        card.copy(array.block(), first * row, piece.bytes().limit((int) (rows * row)));
        DoubleBuffer numbers = piece.doubles();
        workers.forEach(
            rows, k -> numbers.get(k * columns, values, (start + k) * columns, columns));
      }
    }
    return values;
  }

  @Override
  public void close() {
    blocks.forEach(card::free);
    blocks.clear();
  }
}
