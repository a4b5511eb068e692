package io.github.pleas.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.github.pleas.PleasException;
import io.github.pleas.onnx.Tensor;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** A graph that is loaded and ready to run. */
public final class Session implements AutoCloseable {
  /**
   * A single-precision array, as runs take and give it.
   *
   * @param data direct, native order; elements from position 0 to the shape's count
   * @param shape its dimensions
   */
  public record FloatArray(FloatBuffer data, int[] shape) {}

  private final OrtEnvironment environment;
  private final OrtSession session;

  Session(OrtEnvironment environment, OrtSession session) {
    this.environment = environment;
    this.session = session;
  }

  /** The names of the inputs, in the graph's order. */
  public Set<String> inputs() {
    return session.getInputNames();
  }

  /** The names of the outputs, in the graph's order. */
  public Set<String> outputs() {
    return session.getOutputNames();
  }

  /** The outputs that are no single-precision tensors. */
  Set<String> notFloat() {
    Set<String> others = new HashSet<>();
    try {
      session
          .getOutputInfo()
          .forEach(
              (name, info) -> {
                boolean isFloat =
                    info.getInfo() instanceof TensorInfo tensor
                        && tensor.type == OnnxJavaType.FLOAT;
                if (!isFloat) {
                  others.add(name);
                }
              });
    } catch (OrtException e) {
      throw new PleasException("the types of the outputs cannot be told: " + e.getMessage(), e);
    }
    return others;
  }

  /**
   * Runs the graph, writing the outputs into memory of the caller.
   *
   * @param inputs every input by name
   * @param outputs the outputs that are wanted, with the shapes that they will have
   * @throws PleasException if the run fails
   */
  public void run(Map<String, FloatArray> inputs, Map<String, FloatArray> outputs) {
    Map<String, OnnxTensor> fed = new LinkedHashMap<>();
    Map<String, OnnxTensor> pinned = new LinkedHashMap<>();
    try {
      outputs.forEach(Session::requireDirect);
      wrap(inputs, fed);
      wrap(outputs, pinned);
      session.run(fed, Set.of(), pinned).close();
    } catch (OrtException e) {
      throw new PleasException("running the network failed: " + e.getMessage(), e);
    } finally {
      fed.values().forEach(OnnxTensor::close);
      pinned.values().forEach(OnnxTensor::close);
    }
  }

  /**
   * Runs the graph and hands over the results as ONNX Runtime made them; the caller closes them.
   *
   * @throws PleasException if the run fails
   */
  OrtSession.Result runRaw(Map<String, FloatArray> inputs) {
    Map<String, OnnxTensor> fed = new LinkedHashMap<>();
    try {
      wrap(inputs, fed);
      return session.run(fed);
    } catch (OrtException e) {
      throw new PleasException("running the network failed: " + e.getMessage(), e);
    } finally {
      fed.values().forEach(OnnxTensor::close);
    }
  }

  /** Results written to a copy of the caller's array would be lost. */
  private static void requireDirect(String name, FloatArray array) {
    if (!array.data().isDirect()) {
      throw new IllegalArgumentException("the array for output '" + name + "' is not direct");
    }
  }

  private void wrap(Map<String, FloatArray> arrays, Map<String, OnnxTensor> into)
      throws OrtException {
    for (Map.Entry<String, FloatArray> entry : arrays.entrySet()) {
      FloatArray array = entry.getValue();
      long count = Tensor.count(array.shape());
      if (array.data().remaining() != count) {
        throw new IllegalArgumentException(
            "'%s' of shape %s needs %d numbers, found %d"
                .formatted(
                    entry.getKey(),
                    Arrays.toString(array.shape()),
                    count,
                    array.data().remaining()));
      }
      long[] shape = Arrays.stream(array.shape()).asLongStream().toArray();
      into.put(
          entry.getKey(), OnnxTensor.createTensor(environment, array.data().duplicate(), shape));
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new PleasException("closing a session failed: " + e.getMessage(), e);
    }
  }
}
