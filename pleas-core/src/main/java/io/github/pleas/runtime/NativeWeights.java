package io.github.pleas.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.pleas.onnx.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Weights in native memory, as a session takes those that are not in its model. It copies them, so
 * they are given back once it is there.
 */
final class NativeWeights implements AutoCloseable {
  private final List<NativeBuffer> buffers = new ArrayList<>();
  private final Map<String, OnnxTensorLike> tensors = new LinkedHashMap<>();

  NativeWeights(OrtEnvironment environment, Map<String, Tensor> weights) throws OrtException {
    boolean complete = false;
    try {
      for (Map.Entry<String, Tensor> entry : weights.entrySet()) {
        tensors.put(entry.getKey(), tensor(environment, entry.getValue()));
      }
      complete = true;
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  private OnnxTensor tensor(OrtEnvironment environment, Tensor tensor) throws OrtException {
    NativeBuffer buffer = new NativeBuffer((long) tensor.size() * tensor.type().bytes());
    buffers.add(buffer);
    tensor.copyTo(buffer.bytes());
    long[] shape = Arrays.stream(tensor.shape()).asLongStream().toArray();
    return OnnxTensor.createTensor(environment, buffer.bytes(), shape, type(tensor));
  }

  private static OnnxJavaType type(Tensor tensor) {
    return switch (tensor.type()) {
      case FLOAT -> OnnxJavaType.FLOAT;
      case DOUBLE -> OnnxJavaType.DOUBLE;
      case FLOAT16 -> OnnxJavaType.FLOAT16;
      case BFLOAT16 -> OnnxJavaType.BFLOAT16;
      default -> throw new IllegalArgumentException("no weights are of type " + tensor.type());
    };
  }

  /** Hands them over; to be closed after the session is made. */
  void addTo(OrtSession.SessionOptions options) throws OrtException {
    if (!tensors.isEmpty()) {
      options.addExternalInitializers(tensors);
    }
  }

  @Override
  public void close() {
    tensors.values().forEach(OnnxTensorLike::close);
    buffers.forEach(NativeBuffer::close);
  }
}
