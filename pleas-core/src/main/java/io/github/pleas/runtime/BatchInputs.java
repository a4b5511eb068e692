package io.github.pleas.runtime;

import static java.util.Objects.requireNonNull;

import io.github.pleas.onnx.Tensor;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The inputs of a network for one batch of samples after another, in the same memory. */
public final class BatchInputs implements AutoCloseable {
  private final Map<String, NativeBuffer> buffers = new LinkedHashMap<>();
  private final Function<String, ValueShape> shapes;

  /**
   * Memory for batches.
   *
   * @param inputs the inputs' names
   * @param shapes their shapes
   * @param batch samples in a batch, at most
   */
  public BatchInputs(List<String> inputs, Function<String, ValueShape> shapes, int batch) {
    this(inputs, shapes, batch, HostMemory.ORDINARY);
  }

  /**
   * The same.
   *
   * @param memory where it is taken from
   */
  public BatchInputs(
      List<String> inputs, Function<String, ValueShape> shapes, int batch, HostMemory memory) {
    this.shapes = shapes;
    boolean complete = false;
    try {
      for (String input : inputs) {
        long count = Math.multiplyExact(shapes.apply(input).elementsPerImage(), (long) batch);
        buffers.put(input, memory.floats(count));
      }
      complete = true;
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  /**
   * Fills a batch.
   *
   * @param feed where samples come from
   * @param first the first sample
   * @param count how many
   * @param batch how many the network takes; those that there are more of are zeros
   * @return every input by name; valid until the next batch
   */
  public Map<String, Session.FloatArray> fill(Frontier.Feed feed, int first, int count, int batch) {
    Map<String, Session.FloatArray> filled = new LinkedHashMap<>();
    for (String input : buffers.keySet()) {
      FloatBuffer floats = requireNonNull(buffers.get(input)).floats();
      int[] shape = shapes.apply(input).forBatch(batch);
      floats.limit((int) Tensor.count(shape));
      feed.copyTo(input, first, count, floats);
      while (floats.hasRemaining()) {
        floats.put(0);
      }
      filled.put(input, new Session.FloatArray(floats.flip(), shape));
    }
    return filled;
  }

  @Override
  public void close() {
    buffers.values().forEach(NativeBuffer::close);
    buffers.clear();
  }
}
