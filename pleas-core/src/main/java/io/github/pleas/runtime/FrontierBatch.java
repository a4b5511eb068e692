package io.github.pleas.runtime;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One batch of a part of a network: its inputs, open, and memory for its outputs. */
final class FrontierBatch implements AutoCloseable {
  private final Optional<Tap.Batch> tapped;
  private final Map<String, HostArray> inputs = new LinkedHashMap<>();
  private final Map<String, HostArray> outputs = new LinkedHashMap<>();
  private final List<TensorStore.Reading> open = new ArrayList<>();
  private final Map<String, NativeBuffer> buffers = new LinkedHashMap<>();

  /**
   * A batch without inputs and outputs of its own yet.
   *
   * @param tapped what runs with it
   */
  FrontierBatch(Optional<Tap.Batch> tapped) {
    this.tapped = tapped;
    tapped.ifPresent(
        batch -> {
          inputs.putAll(batch.given());
          outputs.putAll(batch.made());
        });
  }

  /** Gives it an input, which from now on it closes. */
  void give(String name, TensorStore.Reading reading, int[] shape) {
    open.add(reading);
    inputs.put(name, new Session.FloatArray(reading.floats(), shape));
  }

  /** Gives it memory for an output, which it frees unless it is taken. */
  void make(String name, NativeBuffer buffer, int[] shape) {
    buffers.put(name, buffer);
    outputs.put(name, new Session.FloatArray(buffer.floats(), shape));
  }

  /** Computes the outputs. */
  void run(Session session) {
    session.run(inputs, outputs);
  }

  /** Hands over an output. */
  NativeBuffer take(String name) {
    return requireNonNull(buffers.remove(name), name);
  }

  Optional<Tap.Batch> tapped() {
    return tapped;
  }

  @Override
  public void close() {
    open.forEach(TensorStore.Reading::close);
    open.clear();
    buffers.values().forEach(NativeBuffer::close);
    buffers.clear();
  }
}
