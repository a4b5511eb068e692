package io.github.pleas.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.github.pleas.PleasException;
import io.github.pleas.onnx.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** A graph that is loaded and ready to run. */
public final class Session implements AutoCloseable {
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
  private final Map<String, OnnxJavaType> inputTypes = new HashMap<>();

  Session(OrtEnvironment environment, OrtSession session) throws OrtException {
    this.environment = environment;
    this.session = session;
    session
        .getInputInfo()
        .forEach(
            (name, info) -> {
              if (info.getInfo() instanceof TensorInfo tensor) {
                inputTypes.put(name, tensor.type);
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
  public void run(
      Map<String, ? extends HostArray> inputs, Map<String, ? extends HostArray> outputs) {
    Map<String, OnnxTensor> fed = new LinkedHashMap<>();
    Map<String, OnnxTensor> pinned = new LinkedHashMap<>();
    try {
      outputs.forEach(Session::requireDirect);
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
  private static String advice(OrtException e) {
    return String.valueOf(e.getMessage()).contains("Failed to allocate memory")
        ? "; a smaller --memory makes smaller batches"
        : "";
  }

  /** Results written to a copy of the caller's array would be lost. */
  private static void requireDirect(String name, HostArray array) {
    if (!array.isDirect()) {
      throw new IllegalArgumentException("the array for output '" + name + "' is not direct");
    }
  }

  private void wrap(
      Map<String, ? extends HostArray> arrays,
      Map<String, OnnxJavaType> types,
      Map<String, OnnxTensor> into)
      throws OrtException {
    for (Map.Entry<String, ? extends HostArray> entry : arrays.entrySet()) {
      HostArray array = entry.getValue();
      long count = Tensor.count(array.shape());
      if (array.remaining() != count) {
        throw new IllegalArgumentException(
            "'%s' of shape %s needs %d numbers, found %d"
                .formatted(
                    entry.getKey(), Arrays.toString(array.shape()), count, array.remaining()));
      }
      long[] shape = Arrays.stream(array.shape()).asLongStream().toArray();
      OnnxJavaType type = types.getOrDefault(entry.getKey(), OnnxJavaType.FLOAT);
      into.put(entry.getKey(), tensor(array, shape, type));
    }
  }

  private OnnxTensor tensor(HostArray array, long[] shape, OnnxJavaType type) throws OrtException {
    if (array instanceof HostArray.Longs longs) {
      return OnnxTensor.createTensor(environment, longs.data().duplicate(), shape);
    }
    if (array instanceof HostArray.Doubles doubles) {
      return OnnxTensor.createTensor(environment, doubles.data().duplicate(), shape);
    }
    return tensor(((FloatArray) array).data().duplicate(), shape, type);
  }

  /** Integers as they are declared; what else there is, ONNX Runtime refuses by name. */
  private OnnxTensor tensor(FloatBuffer data, long[] shape, OnnxJavaType type) throws OrtException {
    return switch (type) {
      case INT64 -> {
        LongBuffer longs = LongBuffer.allocate(data.remaining());
        while (data.hasRemaining()) {
          longs.put((long) data.get());
        }
        yield OnnxTensor.createTensor(environment, longs.flip(), shape);
      }
      case INT32 -> {
        IntBuffer ints = IntBuffer.allocate(data.remaining());
        while (data.hasRemaining()) {
          ints.put((int) data.get());
        }
        yield OnnxTensor.createTensor(environment, ints.flip(), shape);
      }
      case BOOL -> {
        ByteBuffer bytes = ByteBuffer.allocateDirect(data.remaining());
        while (data.hasRemaining()) {
          bytes.put((byte) (data.get() != 0 ? 1 : 0));
        }
        yield OnnxTensor.createTensor(environment, bytes.flip(), shape, OnnxJavaType.BOOL);
      }
      default -> OnnxTensor.createTensor(environment, data, shape);
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
