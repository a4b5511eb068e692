package io.github.pleas.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.checkpoint.StateDict;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Parameters take the original's precision, value by value. */
class MergedStateDictTest {
  private static final float[] VALUES = {0.1f, -3, 1 + 0x1p-7f, 1 + 0x1p-8f, 1 + 0x1.8p-7f};

  /** One parameter of the given type, without values. */
  private record Original(ElementType type) implements StateDict {
    @Override
    public List<Entry> entries() {
      return List.of(new Entry("w", type, new long[] {VALUES.length}));
    }

    @Override
    public Tensor read(String name) {
      throw new IllegalArgumentException("nothing of the original is needed");
    }

    @Override
    public void close() {}
  }

  private static Tensor merged(ElementType type) {
    Tensor single = Tensor.ofFloats(new int[] {VALUES.length}, VALUES);
    return new MergedStateDict(new Original(type), Map.of("w", single)).read("w");
  }

  private static ByteBuffer bytes(Tensor tensor) {
    return ByteBuffer.wrap(tensor.bytes()).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void doublePrecisionHasTheSameValues() {
    Tensor merged = merged(ElementType.DOUBLE);
    assertThat(merged.type()).isEqualTo(ElementType.DOUBLE);
    assertThat(merged.shape()).containsExactly(VALUES.length);
    double[] found = new double[VALUES.length];
    bytes(merged).asDoubleBuffer().get(found);
    assertThat(found).containsExactly((double) 0.1f, -3, 1 + 0x1p-7, 1 + 0x1p-8, 1 + 0x1.8p-7);
  }

  @Test
  void bfloat16HasTheUpperHalvesOfTheNearestValuesTiesToEven() {
    Tensor merged = merged(ElementType.BFLOAT16);
    assertThat(merged.type()).isEqualTo(ElementType.BFLOAT16);
    short[] found = new short[VALUES.length];
    bytes(merged).asShortBuffer().get(found);
    // 0.1f is 0x3DCCCCCD; a significand has seven bits behind the point
    assertThat(found).containsExactly(0x3DCD, (short) 0xC040, 0x3F81, 0x3F80, 0x3F82);
  }
}
