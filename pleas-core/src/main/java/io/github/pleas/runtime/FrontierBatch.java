package io.github.pleas.runtime;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One batch of a part of a network: its inputs, open, and memory for its outputs. */
final class FrontierBatch implements AutoCloseable {
  private final Map<String, RunArray> inputs = new LinkedHashMap<>();
  private final Map<String, RunArray> outputs = new LinkedHashMap<>();
  private final List<LiveValues.Opened> open = new ArrayList<>();
  private final Map<String, LiveValues.Fresh> made = new LinkedHashMap<>();

  /**
   * A batch without inputs and outputs of its own yet.
   *
   * @param constant inputs that are the same in each batch
   * @param tapped what runs with it
   */
  FrontierBatch(Map<String, RunArray> constant, Optional<Tap.Batch> tapped) {
    inputs.putAll(constant);
    tapped.ifPresent(
        batch -> {
          inputs.putAll(batch.given());
          outputs.putAll(batch.made());
        });
  }

  /** Gives it an input, which from now on it closes. */
  void give(String name, LiveValues.Opened input) {
    open.add(input);
    inputs.put(name, input.array());
  }

  /** Gives it memory for an output, which it gives back unless it is taken. */
  void make(String name, LiveValues.Fresh output) {
    made.put(name, output);
    outputs.put(name, output.array());
  }

  /** Computes the outputs. */
  void run(Runner session) {
    session.run(inputs, outputs);
  }

  /** Hands over an output. */
  LiveValues.Fresh take(String name) {
    return requireNonNull(made.remove(name), name);
  }

  @Override
  public void close() {
    open.forEach(LiveValues.Opened::close);
    open.clear();
    made.values().forEach(LiveValues.Fresh::close);
    made.clear();
  }
}
