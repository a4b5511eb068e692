package io.github.pleas.runtime;

import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Tensor;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;

/**
 * An array of the processor's memory as native code takes it.
 *
 * @param data direct, native order; elements from its position
 * @param type of the elements
 * @param shape its dimensions
 */
record TypedArray(Buffer data, ElementType type, long[] shape) {
  /**
   * An array as a graph declares it: integers and truths are made of single-precision numbers. Of a
   * type that there are no arrays of, the numbers are given as they are: the graph refuses them by
   * name.
   *
   * @param name for messages
   * @param declared the declared type
   * @throws IllegalArgumentException if it has not as many elements as its shape says
   */
  static TypedArray of(String name, HostArray array, ElementType declared) {
    long count = Tensor.count(array.shape());
    if (array.remaining() != count) {
      throw new IllegalArgumentException(
          "'%s' of shape %s needs %d numbers, found %d"
              .formatted(name, Arrays.toString(array.shape()), count, array.remaining()));
    }
    long[] shape = Arrays.stream(array.shape()).asLongStream().toArray();
    if (array instanceof HostArray.Longs longs) {
      return new TypedArray(longs.data().duplicate(), ElementType.INT64, shape);
    }
    if (array instanceof HostArray.Doubles doubles) {
      return new TypedArray(doubles.data().duplicate(), ElementType.DOUBLE, shape);
    }
    return of(((Session.FloatArray) array).data().duplicate(), declared, shape);
  }

  private static TypedArray of(FloatBuffer data, ElementType declared, long[] shape) {
    return switch (declared) {
      case INT64 -> {
        LongBuffer longs = direct(data.remaining(), Long.BYTES).asLongBuffer();
        while (data.hasRemaining()) {
          longs.put((long) data.get());
        }
        yield new TypedArray(longs.flip(), declared, shape);
      }
      case INT32 -> {
        IntBuffer ints = direct(data.remaining(), Integer.BYTES).asIntBuffer();
        while (data.hasRemaining()) {
          ints.put((int) data.get());
        }
        yield new TypedArray(ints.flip(), declared, shape);
      }
      case BOOL -> {
        ByteBuffer bytes = direct(data.remaining(), 1);
        while (data.hasRemaining()) {
          bytes.put((byte) (data.get() != 0 ? 1 : 0));
        }
        yield new TypedArray(bytes.flip(), declared, shape);
      }
      default -> new TypedArray(data.isDirect() ? data : copy(data), ElementType.FLOAT, shape);
    };
  }

  private static FloatBuffer copy(FloatBuffer data) {
    return direct(data.remaining(), Float.BYTES).asFloatBuffer().put(data).flip();
  }

  private static ByteBuffer direct(int elements, int bytes) {
    return ByteBuffer.allocateDirect(Math.multiplyExact(elements, bytes))
        .order(ByteOrder.nativeOrder());
  }

  /** Bytes of all elements. */
  long bytes() {
    return Math.multiplyExact((long) data.remaining(), type.bytes());
  }
}
