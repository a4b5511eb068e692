package io.github.pleas.architecture;

import io.github.pleas.checkpoint.StateDict;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * A state dict whose values follow from its parameters' names, by the recipe that
 * tools/torchvision-references.py states.
 */
public final class SeededStateDict implements StateDict {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final Map<String, int[]> shapes;
  private final long seed;
  private final double gain;

  public SeededStateDict(Map<String, int[]> shapes, long seed, double gain) {
    this.shapes = new LinkedHashMap<>(shapes);
    this.seed = seed;
    this.gain = gain;
  }

  @Override
  public List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    shapes.forEach(
        (name, shape) -> {
          long[] longs = java.util.Arrays.stream(shape).asLongStream().toArray();
          entries.add(new Entry(name, ElementType.FLOAT, longs));
        });
    return entries;
  }

  @Override
  public Tensor read(String name) {
    int[] shape = shapes.get(name);
    if (shape == null) {
      throw new IllegalArgumentException("there is no " + name);
    }
    return Tensor.ofFloats(shape, values(name, shape));
  }

  private float[] values(String name, int[] shape) {
    int count = (int) Tensor.count(shape);
    int row = shape.length > 1 ? count / shape[0] : 1;
    if (row > 1 && shape[0] > 1) {
      double limit = Math.sqrt(gain / row);
      return uniform(seed, name, count, -limit, limit);
    }
    boolean scale =
        List.of("weight", "running_var", "layer_scale", "gamma").stream().anyMatch(name::endsWith);
    return scale ? uniform(seed, name, count, 0.5, 1.5) : uniform(seed, name, count, -0.1, 0.1);
  }

  public static float[] uniform(long seed, String name, int count, double low, double high) {
    CRC32 crc = new CRC32();
    crc.update(name.getBytes(StandardCharsets.UTF_8));
    long start = mix(seed * GOLDEN + crc.getValue());
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      long bits = mix(start + (i + 1) * GOLDEN) >>> 40;
      values[i] = (float) (low + (high - low) * (bits / 0x1p24));
    }
    return values;
  }

  private static long mix(long state) {
    long z = state;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  @Override
  public void close() {}
}
