package io.github.pleas.runtime;

import com.sun.jna.Pointer;
import com.sun.jna.StringArray;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.OrtInterface.Call;
import io.github.pleas.runtime.OrtInterface.Refused;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** How a session of ONNX Runtime's C interface is made: its options, and weights by themselves. */
final class OrtOptions implements AutoCloseable {
  private static final int ALL_OPTIMIZATIONS = 99;

  private final OrtInterface ort;
  private final Pointer options;
  private final List<NativeBuffer> buffers = new ArrayList<>();
  private final List<Pointer> values = new ArrayList<>();

  OrtOptions(OrtInterface ort, int threads) throws Refused {
    this.ort = ort;
    this.options = ort.make(Call.CREATE_SESSION_OPTIONS);
    boolean complete = false;
    try {
      ort.call(Call.SET_INTRA_OP_THREADS, options, threads);
      ort.call(Call.SET_INTER_OP_THREADS, options, 1);
      ort.call(Call.SET_OPTIMIZATION_LEVEL, options, ALL_OPTIMIZATIONS);
      complete = true;
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  /** Sets entries of a session's configuration. */
  void set(Map<String, String> entries) throws Refused {
    for (Map.Entry<String, String> entry : entries.entrySet()) {
      ort.call(Call.ADD_SESSION_CONFIG_ENTRY, options, entry.getKey(), entry.getValue());
    }
  }

  /** Makes the operators of libraries known. */
  void register(List<Path> libraries) throws Refused {
    for (Path file : libraries) {
      ort.call(Call.REGISTER_CUSTOM_OPS_LIBRARY, options, file.toString());
    }
  }

  /** Makes the session run on a GPU, with options of its provider. */
  void cuda(Map<String, String> provider) throws Refused {
    Pointer cuda = ort.make(Call.CREATE_CUDA_OPTIONS);
    try {
      StringArray keys = new StringArray(provider.keySet().toArray(String[]::new));
      StringArray settings = new StringArray(provider.values().toArray(String[]::new));
      ort.call(Call.UPDATE_CUDA_OPTIONS, cuda, keys, settings, (long) provider.size());
      ort.call(Call.APPEND_CUDA, options, cuda);
    } finally {
      ort.release(Call.RELEASE_CUDA_OPTIONS, cuda);
    }
  }

  /**
   * Hands over weights that are not in the model: the session copies them.
   *
   * @param memory what ONNX Runtime knows the processor's memory by
   */
  void add(Map<String, Tensor> weights, Pointer memory) throws Refused {
    if (weights.isEmpty()) {
      return;
    }
    for (Tensor weight : weights.values()) {
      NativeBuffer buffer = new NativeBuffer((long) weight.size() * weight.type().bytes());
      buffers.add(buffer);
      weight.copyTo(buffer.bytes());
      long[] shape = Arrays.stream(weight.shape()).asLongStream().toArray();
      values.add(
          ort.make(
              Call.CREATE_TENSOR_WITH_DATA,
              memory,
              buffer.bytes(),
              buffer.size(),
              shape,
              (long) shape.length,
              weight.type().code()));
    }
    ort.call(
        Call.ADD_EXTERNAL_INITIALIZERS,
        options,
        new StringArray(weights.keySet().toArray(String[]::new)),
        values.toArray(Pointer[]::new),
        (long) values.size());
  }

  /** The options, theirs until they are closed. */
  Pointer pointer() {
    return options;
  }

  @Override
  public void close() {
    values.forEach(value -> ort.release(Call.RELEASE_VALUE, value));
    ort.release(Call.RELEASE_SESSION_OPTIONS, options);
    buffers.forEach(NativeBuffer::close);
  }
}
