package io.github.pleas.eval;

import static java.util.Objects.requireNonNull;

import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.BatchInputs;
import io.github.pleas.runtime.Frontier;
import io.github.pleas.runtime.NativeBuffer;
import io.github.pleas.runtime.Session;
import io.github.pleas.runtime.ValueShape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A network that is loaded and runs one batch of images after another, in the same memory. */
final class BatchRun implements AutoCloseable {
  private static final int BATCH = 64;

  private final Session session;
  private final Predictor.Signature signature;
  private final List<NativeBuffer> owned = new ArrayList<>();
  private final BatchInputs inputs;
  private final Map<String, FloatBuffer> outputs = new LinkedHashMap<>();

  /**
   * A network ready to run.
   *
   * @param session the network, which is closed with this
   */
  BatchRun(Session session, Predictor.Signature signature) {
    this.session = session;
    this.signature = signature;
    try {
      this.inputs = new BatchInputs(signature.inputs(), signature.shapes(), capacity());
    } catch (RuntimeException | Error failure) {
      session.close();
      throw failure;
    }
    try {
      signature.outputs().forEach(output -> outputs.put(output, allocate(output)));
    } catch (RuntimeException | Error failure) {
      close();
      throw failure;
    }
  }

  private FloatBuffer allocate(String value) {
    long elements = signature.shapes().apply(value).elementsPerImage();
    NativeBuffer buffer = NativeBuffer.ofFloats(Math.multiplyExact(elements, capacity()));
    owned.add(buffer);
    return buffer.floats();
  }

  /** The most images that run at once. */
  int capacity() {
    return signature.fixedBatch().orElse(BATCH);
  }

  /** The numbers of an output for one image. */
  int width(String output) {
    return (int) signature.shapes().apply(output).elementsPerImage();
  }

  /**
   * All outputs by name, [count, width], from position 0 of memory that the next batch overwrites.
   *
   * @param first the first image of the batch
   * @param count at most {@link #capacity}; what a fixed batch has more is zeros
   */
  Map<String, FloatBuffer> run(int first, int count, Frontier.Feed feed) {
    int batch = signature.fixedBatch().orElse(count);
    Map<String, Session.FloatArray> results = new LinkedHashMap<>();
    outputs.forEach((name, buffer) -> results.put(name, array(name, buffer, batch)));
    session.run(inputs.fill(feed, first, count, batch), results);
    Map<String, FloatBuffer> values = new LinkedHashMap<>();
    for (String name : outputs.keySet()) {
      FloatBuffer buffer = requireNonNull(outputs.get(name)).duplicate().clear();
      values.put(name, buffer.limit(count * width(name)));
    }
    return values;
  }

  private Session.FloatArray array(String name, FloatBuffer buffer, int batch) {
    ValueShape shape = signature.shapes().apply(name);
    int[] dimensions = shape.forBatch(batch);
    return new Session.FloatArray(
        buffer.duplicate().clear().limit((int) Tensor.count(dimensions)).slice(), dimensions);
  }

  @Override
  public void close() {
    session.close();
    inputs.close();
    owned.forEach(NativeBuffer::close);
    owned.clear();
  }
}
