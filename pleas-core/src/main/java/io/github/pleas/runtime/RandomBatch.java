package io.github.pleas.runtime;

import io.github.pleas.onnx.Tensor;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** One batch of random input of a network, see {@link ModelInput#fill}. */
public final class RandomBatch implements AutoCloseable {
  private final List<NativeBuffer> owned = new ArrayList<>();
  private final Map<String, Session.FloatArray> arrays = new LinkedHashMap<>();

  /**
   * Random numbers for all inputs.
   *
   * @param inputs what the network takes
   * @param batch samples
   * @param seed the same seed gives the same numbers
   */
  public RandomBatch(List<ModelInput> inputs, int batch, long seed) {
    Random random = new Random(seed);
    boolean complete = false;
    try {
      for (ModelInput input : inputs) {
        int[] shape = input.shape().forBatch(batch);
        NativeBuffer buffer = NativeBuffer.ofFloats(Tensor.count(shape));
        owned.add(buffer);
        FloatBuffer floats = buffer.floats();
        input.fill(floats.duplicate(), random);
        arrays.put(input.name(), new Session.FloatArray(floats, shape));
      }
      complete = true;
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  /** Every input by name; not to be used after {@link #close}. */
  public Map<String, Session.FloatArray> arrays() {
    return arrays;
  }

  /** Some samples of the batch: views of the same memory. */
  public Map<String, Session.FloatArray> part(int first, int count) {
    Map<String, Session.FloatArray> part = new LinkedHashMap<>();
    arrays.forEach(
        (name, array) -> {
          int length = array.data().limit() / array.shape()[0];
          int[] shape = array.shape().clone();
          shape[0] = count;
          part.put(
              name,
              new Session.FloatArray(array.data().slice(first * length, count * length), shape));
        });
    return part;
  }

  @Override
  public void close() {
    owned.forEach(NativeBuffer::close);
    owned.clear();
  }
}
