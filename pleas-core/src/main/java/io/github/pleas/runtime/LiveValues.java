package io.github.pleas.runtime;

import static java.util.Objects.requireNonNull;

import io.github.pleas.onnx.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The values on a frontier, batch by batch: in a card's memory if graphs run there and as far as it
 * has room, else in a store of the processor's.
 */
final class LiveValues implements AutoCloseable {
  /** A value of a batch, open for a run to read. */
  record Opened(RunArray array, Optional<TensorStore.Reading> reading) implements AutoCloseable {
    @Override
    public void close() {
      reading.ifPresent(TensorStore.Reading::close);
    }
  }

  /** Memory that a run writes a value of a batch to, the owner's until it is kept. */
  interface Fresh extends AutoCloseable {
    RunArray array();

    /** Keeps it; from now on it is among the live values. */
    Kept keep();

    @Override
    void close();
  }

  /** A value of a batch that is kept. */
  interface Kept {
    /** Opens it for a run. */
    Opened open(int[] shape);

    /** The same in the processor's memory; from then on this is no more. */
    KeptOnHost toHost();

    void free();
  }

  private final TensorStore store;
  private final Optional<CardMemory> card;
  private final Map<String, List<Kept>> values = new HashMap<>();

  /**
   * No values yet.
   *
   * @param card closed with these
   */
  LiveValues(TensorStore store, Optional<CardMemory> card) {
    this.store = store;
    this.card = card;
  }

  Set<String> names() {
    return Set.copyOf(values.keySet());
  }

  boolean has(String value) {
    return values.containsKey(value);
  }

  /** Begins a value: its batches are added one by one. */
  void begin(String value) {
    values.put(value, new ArrayList<>());
  }

  /** Adds the next batch of a value. */
  void add(String value, Fresh batch) {
    requireNonNull(values.get(value)).add(batch.keep());
  }

  /** A batch of a value. */
  Kept batch(String value, int chunk) {
    List<Kept> batches = values.get(value);
    if (batches == null) {
      throw new IllegalStateException("'" + value + "' is not on the frontier");
    }
    return batches.get(chunk);
  }

  /**
   * Opens a batch of a value for who reads it on the processor. One that is on the card comes over
   * for good: who reads it once may read it often.
   */
  synchronized TensorStore.Reading read(String value, int chunk) {
    KeptOnHost stored = batch(value, chunk).toHost();
    requireNonNull(values.get(value)).set(chunk, stored);
    return stored.stored.read();
  }

  /** Forgets a value. */
  void forget(String value) {
    requireNonNull(values.remove(value)).forEach(Kept::free);
  }

  /** Memory for a value of a batch, where the next run that reads it finds it soonest. */
  Fresh allocate(int[] shape) {
    long bytes = Math.multiplyExact(Tensor.count(shape), (long) Float.BYTES);
    Optional<CardMemory.Block> block = card.flatMap(memory -> memory.allocate(bytes));
    return block.isPresent() ? new OnCard(block.get(), shape) : onHost(shape);
  }

  /** Memory of the processor's for a value of a batch. */
  OnHost onHost(int[] shape) {
    return new OnHost(store.allocate(Tensor.count(shape)), shape);
  }

  /** A batch in the store. */
  final class OnHost implements Fresh {
    private final NativeBuffer buffer;
    private final int[] shape;

    private OnHost(NativeBuffer buffer, int[] shape) {
      this.buffer = buffer;
      this.shape = shape;
    }

    NativeBuffer buffer() {
      return buffer;
    }

    @Override
    public RunArray array() {
      return new Session.FloatArray(buffer.floats(), shape);
    }

    @Override
    public KeptOnHost keep() {
      return new KeptOnHost(store.keep(buffer));
    }

    @Override
    public void close() {
      buffer.close();
    }
  }

  /** A batch that the store keeps. */
  private static final class KeptOnHost implements Kept {
    private final TensorStore.Stored stored;

    KeptOnHost(TensorStore.Stored stored) {
      this.stored = stored;
    }

    @Override
    public Opened open(int[] shape) {
      TensorStore.Reading reading = stored.read();
      return new Opened(new Session.FloatArray(reading.floats(), shape), Optional.of(reading));
    }

    @Override
    public KeptOnHost toHost() {
      return this;
    }

    @Override
    public void free() {
      stored.free();
    }
  }

  /** A batch on the card. */
  private final class OnCard implements Fresh, Kept {
    private final CardMemory.Block block;
    private final int[] shape;

    OnCard(CardMemory.Block block, int[] shape) {
      this.block = block;
      this.shape = shape;
    }

    @Override
    public RunArray array() {
      return CardArray.floats(block, shape);
    }

    @Override
    public Kept keep() {
      return this;
    }

    @Override
    public Opened open(int[] shape) {
      return new Opened(CardArray.floats(block, shape), Optional.empty());
    }

    @Override
    public KeptOnHost toHost() {
      OnHost host = onHost(shape);
      boolean complete = false;
      try {
        card.orElseThrow().copy(block, host.buffer().bytes());
        complete = true;
      } finally {
        if (!complete) {
          host.close();
        }
      }
      KeptOnHost kept = host.keep();
      free();
      return kept;
    }

    @Override
    public void free() {
      card.orElseThrow().free(block);
    }

    @Override
    public void close() {
      free();
    }
  }

  @Override
  public void close() {
    values.values().forEach(batches -> batches.forEach(Kept::free));
    values.clear();
    card.ifPresent(CardMemory::close);
  }
}
