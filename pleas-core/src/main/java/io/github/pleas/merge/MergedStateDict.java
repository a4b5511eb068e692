package io.github.pleas.merge;

import io.github.pleas.checkpoint.Precision;
import io.github.pleas.checkpoint.StateDict;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A merged network's parameters as a state dict like the original's: in its order, each in the
 * precision that the original has it in. What is no parameter, such as a count of batches, is the
 * original's.
 */
public final class MergedStateDict implements StateDict {
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  /**
   * The state dict.
   *
   * @param original A's
   * @param parameters the merged ones by name, in single precision
   * @throws io.github.pleas.InvalidInputException if one has a value beyond what the original's
   *     precision can hold
   */
  public MergedStateDict(StateDict original, Map<String, Tensor> parameters) {
    for (Entry entry : original.entries()) {
      Tensor merged = parameters.get(entry.name());
      tensors.put(
          entry.name(),
          merged == null
              ? original.read(entry.name())
              : stored(merged, entry.type(), "tensor \"" + entry.name() + "\""));
    }
  }

  private static Tensor stored(Tensor merged, ElementType type, String what) {
    return switch (type) {
      case FLOAT16 -> Precision.FLOAT16.of(merged, what);
      case BFLOAT16 -> Precision.BFLOAT16.of(merged, what);
      case DOUBLE -> widened(merged);
      default -> merged;
    };
  }

  /** The same values in double precision. */
  private static Tensor widened(Tensor single) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(single.size(), Double.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (float value : single.floats()) {
      bytes.putDouble(value);
    }
    return Tensor.ofBytes(ElementType.DOUBLE, single.shape(), bytes.array());
  }

  @Override
  public List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    tensors.forEach(
        (name, tensor) ->
            entries.add(
                new Entry(
                    name, tensor.type(), Arrays.stream(tensor.shape()).asLongStream().toArray())));
    return entries;
  }

  @Override
  public Tensor read(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("there is no tensor " + name);
    }
    return tensor;
  }

  @Override
  public void close() {
    // all in memory
  }
}
