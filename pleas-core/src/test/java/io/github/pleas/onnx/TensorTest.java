package io.github.pleas.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TensorTest {
  private static Tensor random(Random random, int... shape) {
    float[] values = new float[(int) Tensor.count(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    return Tensor.ofFloats(shape, values);
  }

  /** What is told apart, and what is not, is what the bytes say: zeros of two signs, NaNs. */
  @Test
  void tensorsAreEqualWhereTheirBytesAre() {
    float otherNan = Float.intBitsToFloat(0x7fc00001);
    float[] values = {0f, -0f, 1f, Float.NaN, otherNan};
    for (float one : values) {
      for (float other : values) {
        Tensor left = Tensor.ofFloats(new int[] {2}, new float[] {1, one});
        Tensor right = Tensor.ofFloats(new int[] {2}, new float[] {1, other});
        assertThat(left.equals(right))
            .isEqualTo(Float.floatToRawIntBits(one) == Float.floatToRawIntBits(other));
      }
    }
    long[] longs = {1, 2};
    Tensor numbers = Tensor.ofLongs(new int[] {2}, longs);
    assertThat(numbers).isEqualTo(Tensor.ofLongs(new int[] {2}, longs.clone()));
    assertThat(numbers).isNotEqualTo(Tensor.ofLongs(new int[] {2, 1}, longs));
    assertThat(numbers).isNotEqualTo(Tensor.ofLongs(new int[] {2}, new long[] {1, 3}));
    Tensor raw = Tensor.ofBytes(ElementType.INT8, new int[] {2}, new byte[] {1, 2});
    assertThat(raw).isEqualTo(Tensor.ofBytes(ElementType.INT8, new int[] {2}, new byte[] {1, 2}));
    assertThat(raw)
        .isNotEqualTo(Tensor.ofBytes(ElementType.INT8, new int[] {2}, new byte[] {2, 2}))
        .isNotEqualTo(Tensor.ofBytes(ElementType.UINT8, new int[] {2}, new byte[] {1, 2}));
  }

  /** Along each axis, the last one and such with axes of one element behind them included. */
  @Test
  void aGatheredTensorHasWhatStoodAtTheIndices() {
    Random random = new Random(3);
    for (int[] shape : new int[][] {{5}, {4, 6}, {4, 6, 1, 1}, {3, 4, 2}, {1, 7}, {0, 3}}) {
      Tensor tensor = random(random, shape);
      for (int axis = 0; axis < shape.length; axis++) {
        int length = shape[axis];
        int[] indices = random.ints(length == 0 ? 0 : 9, 0, Math.max(1, length)).toArray();
        Tensor found = tensor.gather(axis, indices);
        int[] expectedShape = shape.clone();
        expectedShape[axis] = indices.length;
        assertThat(found.shape()).isEqualTo(expectedShape);
        int inner = IntStream.of(shape).skip(axis + 1).reduce(1, (x, y) -> x * y);
        for (int e = 0; e < found.size(); e++) {
          int place = e / inner % indices.length;
          int outer = e / inner / indices.length;
          int from = (outer * length + indices[place]) * inner + e % inner;
          assertThat(found.floats()[e]).isEqualTo(tensor.floats()[from]);
        }
      }
    }
  }
}
