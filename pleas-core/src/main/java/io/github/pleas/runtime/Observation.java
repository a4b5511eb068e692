package io.github.pleas.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.github.pleas.PleasException;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What one run shows of every value of a graph: its type and true shape, and the contents of those
 * that are asked for. This is how shapes are found: no operator's shape inference is written by
 * hand.
 *
 * @param shapes by value name, for every output of every node that is a tensor
 * @param types of the same values
 * @param contents of the values that were asked for
 */
public record Observation(
    Map<String, int[]> shapes, Map<String, ElementType> types, Map<String, Tensor> contents) {
  /**
   * Runs a graph with all its intermediate values as outputs.
   *
   * @param runtime where to run
   * @param graph what to run
   * @param inputs every input by name
   * @param wanted whose contents to keep
   */
  public static Observation of(
      OrtRuntime runtime,
      Graph graph,
      Map<String, Session.FloatArray> inputs,
      Predicate<String> wanted) {
    try (ObservedGraph observed = new ObservedGraph(runtime, graph)) {
      return observed.run(inputs, wanted);
    }
  }

  /** What a run's results show. */
  static Observation of(OrtSession.Result result, Predicate<String> wanted) {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    Map<String, ElementType> types = new LinkedHashMap<>();
    Map<String, Tensor> contents = new LinkedHashMap<>();
    for (Map.Entry<String, OnnxValue> entry : result) {
      if (entry.getValue() instanceof OnnxTensor tensor) {
        int[] shape =
            Arrays.stream(tensor.getInfo().getShape()).mapToInt(Math::toIntExact).toArray();
        shapes.put(entry.getKey(), shape);
        types.put(entry.getKey(), typeOf(tensor.getInfo()));
        if (wanted.test(entry.getKey())) {
          read(tensor, shape).ifPresent(found -> contents.put(entry.getKey(), found));
        }
      }
    }
    return new Observation(shapes, types, contents);
  }

  private static Optional<Tensor> read(OnnxTensor tensor, int[] shape) {
    ElementType type = typeOf(tensor.getInfo());
    if (type == ElementType.STRING) {
      return Optional.empty();
    }
    ByteBuffer buffer = tensor.getByteBuffer().order(ByteOrder.nativeOrder());
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return Optional.of(Tensor.ofBytes(type, shape, bytes));
  }

  private static ElementType typeOf(TensorInfo info) {
    return find(info)
        .orElseThrow(
            () -> new PleasException("a value of type " + info.onnxType + " is not supported"));
  }

  /** Our name of a tensor's type, if we know it. ONNX Runtime's enumeration has its own numbers. */
  static Optional<ElementType> find(TensorInfo info) {
    return switch (info.onnxType) {
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT -> Optional.of(ElementType.FLOAT);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 -> Optional.of(ElementType.UINT8);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8 -> Optional.of(ElementType.INT8);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16 -> Optional.of(ElementType.UINT16);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16 -> Optional.of(ElementType.INT16);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 -> Optional.of(ElementType.INT32);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 -> Optional.of(ElementType.INT64);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING -> Optional.of(ElementType.STRING);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL -> Optional.of(ElementType.BOOL);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16 -> Optional.of(ElementType.FLOAT16);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE -> Optional.of(ElementType.DOUBLE);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32 -> Optional.of(ElementType.UINT32);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64 -> Optional.of(ElementType.UINT64);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16 -> Optional.of(ElementType.BFLOAT16);
      default -> Optional.empty();
    };
  }
}
