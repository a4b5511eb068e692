package io.github.pleas.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.github.pleas.PleasException;
import io.github.pleas.onnx.ElementType;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** A graph that is loaded and ready to run. */
public final class Session implements Runner {
  /**
   * A single-precision array, as runs take and give it. Inputs of another type get their numbers
   * from it, too.
   *
   * @param data direct, native order; elements from position 0 to the shape's count
   * @param shape its dimensions
   */
  public record FloatArray(FloatBuffer data, int[] shape) implements HostArray {
    @Override
    public int remaining() {
      return data.remaining();
    }

    @Override
    public boolean isDirect() {
      return data.isDirect();
    }
  }

  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Map<String, ElementType> inputTypes = new HashMap<>();

  Session(OrtEnvironment environment, OrtSession session) throws OrtException {
    this.environment = environment;
    this.session = session;
    session
        .getInputInfo()
        .forEach(
            (name, info) -> {
              if (info.getInfo() instanceof TensorInfo tensor) {
                Observation.find(tensor).ifPresent(type -> inputTypes.put(name, type));
              }
            });
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
  @Override
  public void run(Map<String, ? extends RunArray> inputs, Map<String, ? extends RunArray> outputs) {
    Map<String, OnnxTensor> fed = new LinkedHashMap<>();
    Map<String, OnnxTensor> pinned = new LinkedHashMap<>();
    try {
      outputs.forEach((name, array) -> requireDirect(name, host(name, array)));
      wrap(inputs, inputTypes, fed);
      wrap(outputs, Map.of(), pinned);
      session.run(fed, Set.of(), pinned).close();
    } catch (OrtException e) {
      throw new PleasException("running the network failed: " + e.getMessage() + advice(e), e);
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
      wrap(inputs, inputTypes, fed);
      return session.run(fed);
    } catch (OrtException e) {
      throw new PleasException("running the network failed: " + e.getMessage(), e);
    } finally {
      fed.values().forEach(OnnxTensor::close);
    }
  }

  /** What to do where a GPU has too little memory: batches depend on what the host may take. */
  static String advice(Exception e) {
    return String.valueOf(e.getMessage()).contains("Failed to allocate memory")
        ? "; a smaller --memory makes smaller batches"
        : "";
  }

  /** Results written to a copy of the caller's array would be lost. */
  static void requireDirect(String name, HostArray array) {
    if (!array.isDirect()) {
      throw new IllegalArgumentException("the array for output '" + name + "' is not direct");
    }
  }

  private static HostArray host(String name, RunArray array) {
    if (array instanceof HostArray host) {
      return host;
    }
    throw new IllegalArgumentException("'" + name + "' is not in the processor's memory");
  }

  private void wrap(
      Map<String, ? extends RunArray> arrays,
      Map<String, ElementType> types,
      Map<String, OnnxTensor> into)
      throws OrtException {
    for (Map.Entry<String, ? extends RunArray> entry : arrays.entrySet()) {
      ElementType type = types.getOrDefault(entry.getKey(), ElementType.FLOAT);
      HostArray given = host(entry.getKey(), entry.getValue());
      TypedArray array = TypedArray.of(entry.getKey(), given, type);
      into.put(entry.getKey(), tensor(array));
    }
  }

  private OnnxTensor tensor(TypedArray array) throws OrtException {
    Buffer data = array.data();
    return switch (array.type()) {
      case INT64 -> OnnxTensor.createTensor(environment, (LongBuffer) data, array.shape());
      case INT32 -> OnnxTensor.createTensor(environment, (IntBuffer) data, array.shape());
      case DOUBLE -> OnnxTensor.createTensor(environment, (DoubleBuffer) data, array.shape());
      case BOOL ->
          OnnxTensor.createTensor(environment, (ByteBuffer) data, array.shape(), OnnxJavaType.BOOL);
      default -> OnnxTensor.createTensor(environment, (FloatBuffer) data, array.shape());
    };
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
