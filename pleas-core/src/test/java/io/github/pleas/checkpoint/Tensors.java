package io.github.pleas.checkpoint;

import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** Tensors in memory, as a state dict. */
record Tensors(Map<String, Tensor> named, List<List<String>> aliases) implements StateDict {
  private static final List<ElementType> TYPES =
      List.of(
          ElementType.FLOAT,
          ElementType.FLOAT16,
          ElementType.BFLOAT16,
          ElementType.DOUBLE,
          ElementType.INT64,
          ElementType.INT32,
          ElementType.INT16,
          ElementType.INT8,
          ElementType.UINT8,
          ElementType.UINT16,
          ElementType.UINT32,
          ElementType.UINT64,
          ElementType.BOOL,
          ElementType.COMPLEX64);

  static Tensors of(Map<String, Tensor> named) {
    return new Tensors(named, List.of());
  }

  /** Some tensors of all types and of few axes, drawn from a seed. */
  static Tensors random(long seed) {
    Random random = new Random(seed);
    Map<String, Tensor> named = new LinkedHashMap<>();
    int count = random.nextInt(30);
    for (int i = 0; i < count; i++) {
      ElementType type = TYPES.get(random.nextInt(TYPES.size()));
      int[] shape = new int[random.nextInt(5)];
      Arrays.setAll(shape, axis -> random.nextInt(6));
      byte[] bytes = new byte[(int) Tensor.count(shape) * type.bytes()];
      random.nextBytes(bytes);
      named.put("layer" + i + ".\u00e4\"\\weight", Tensor.ofBytes(type, shape, bytes));
    }
    named.put("last.weight", floats(2, 3));
    return Tensors.of(named);
  }

  /** A small tensor of ascending numbers. */
  static Tensor floats(int... shape) {
    float[] values = new float[(int) Tensor.count(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = i - 1.5f;
    }
    return Tensor.ofFloats(shape, values);
  }

  /** The numbers of a floating-point tensor of any precision. */
  static double[] numbers(Tensor tensor) {
    ByteBuffer bytes = ByteBuffer.wrap(tensor.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    double[] numbers = new double[tensor.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] =
          switch (tensor.type()) {
            case FLOAT -> bytes.getFloat();
            case DOUBLE -> bytes.getDouble();
            case FLOAT16 -> HalfPrecision.fromHalf(bytes.getShort());
            case BFLOAT16 -> HalfPrecision.fromBfloat16(bytes.getShort());
            default -> tensor.longs()[i];
          };
    }
    return numbers;
  }

  /** All tensors of a state dict, read. */
  static Map<String, Tensor> read(StateDict dict) {
    Map<String, Tensor> read = new LinkedHashMap<>();
    dict.entries().forEach(entry -> read.put(entry.name(), dict.read(entry.name())));
    return read;
  }

  @Override
  public List<Entry> entries() {
    return named.entrySet().stream()
        .map(
            e ->
                new Entry(
                    e.getKey(),
                    e.getValue().type(),
                    Arrays.stream(e.getValue().shape()).asLongStream().toArray()))
        .toList();
  }

  @Override
  public Tensor read(String name) {
    return Objects.requireNonNull(named.get(name), name);
  }

  @Override
  public void close() {}
}
