package io.github.pleas.onnx;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A constant array of a graph: a weight, a bias, a shape. Row-major, as ONNX stores it. The arrays
 * that it hands out are its own and must not be written to; the one who makes a tensor hands its
 * array over.
 */
public final class Tensor {
  private static final int PIECE_BYTES = 1 << 20;

  private final ElementType type;
  private final int[] shape;
  private final Object data; // float[] for FLOAT, long[] for INT64, else little-endian byte[]

  private Tensor(ElementType type, int[] shape, Object data) {
    this.type = type;
    this.shape = shape.clone();
    this.data = data;
  }

  /**
   * A single-precision tensor.
   *
   * @param shape its dimensions; an empty shape is a scalar
   * @param data its elements, as many as the product of the dimensions
   */
  public static Tensor ofFloats(int[] shape, float[] data) {
    checkCount(shape, data.length);
    return new Tensor(ElementType.FLOAT, shape, data);
  }

  /** An INT64 tensor of a shape. */
  public static Tensor ofLongs(int[] shape, long[] data) {
    checkCount(shape, data.length);
    return new Tensor(ElementType.INT64, shape, data);
  }

  /**
   * A tensor of any type but STRING, from little-endian bytes.
   *
   * @throws IllegalArgumentException if the bytes are not as many as the shape needs
   */
  public static Tensor ofBytes(ElementType type, int[] shape, byte[] littleEndian) {
    int count = Math.toIntExact(count(shape));
    if (type.bytes() == 0 || (long) count * type.bytes() != littleEndian.length) {
      throw new IllegalArgumentException(
          type
              + Arrays.toString(shape)
              + " needs "
              + (long) count * type.bytes()
              + " bytes, found "
              + littleEndian.length);
    }
    ByteBuffer bytes = ByteBuffer.wrap(littleEndian).order(ByteOrder.LITTLE_ENDIAN);
    if (type == ElementType.FLOAT) {
      float[] floats = new float[count];
      bytes.asFloatBuffer().get(floats);
      return new Tensor(type, shape, floats);
    }
    if (type == ElementType.INT64) {
      long[] longs = new long[count];
      bytes.asLongBuffer().get(longs);
      return new Tensor(type, shape, longs);
    }
    return new Tensor(type, shape, littleEndian);
  }

  private static void checkCount(int[] shape, int length) {
    if (count(shape) != length) {
      throw new IllegalArgumentException(
          "shape "
              + Arrays.toString(shape)
              + " has "
              + count(shape)
              + " elements, found "
              + length);
    }
  }

  /** The product of dimensions. */
  public static long count(int[] shape) {
    long count = 1;
    for (int dimension : shape) {
      count = Math.multiplyExact(count, (long) dimension);
    }
    return count;
  }

  public ElementType type() {
    return type;
  }

  /** The dimensions, a copy. */
  public int[] shape() {
    return shape.clone();
  }

  /** The length of one axis. */
  public int dimension(int axis) {
    return shape[axis];
  }

  public int rank() {
    return shape.length;
  }

  /** The number of elements. */
  public int size() {
    return (int) count(shape);
  }

  public boolean isFloat() {
    return type == ElementType.FLOAT;
  }

  /**
   * The elements of a FLOAT tensor.
   *
   * @throws IllegalStateException if the type is another
   */
  public float[] floats() {
    if (type != ElementType.FLOAT) {
      throw new IllegalStateException("expected FLOAT, found " + type);
    }
    return (float[]) data;
  }

  /**
   * The elements of an integer or BOOL tensor, widened.
   *
   * @throws IllegalStateException if the type is another
   */
  public long[] longs() {
    if (type == ElementType.INT64) {
      return (long[]) data;
    }
    if (!type.isInteger()) {
      throw new IllegalStateException("expected an integer type, found " + type);
    }
    ByteBuffer bytes = ByteBuffer.wrap((byte[]) data).order(ByteOrder.LITTLE_ENDIAN);
    long[] longs = new long[size()];
    for (int i = 0; i < longs.length; i++) {
      longs[i] =
          switch (type) {
            case INT8 -> bytes.get(i);
            case UINT8, BOOL -> bytes.get(i) & 0xFF;
            case INT16 -> bytes.getShort(2 * i);
            case UINT16 -> bytes.getShort(2 * i) & 0xFFFF;
            case INT32 -> bytes.getInt(4 * i);
            case UINT32 -> bytes.getInt(4 * i) & 0xFFFFFFFFL;
            default -> bytes.getLong(8 * i);
          };
    }
    return longs;
  }

  /**
   * The slices of one axis at some indices, in their order.
   *
   * @param axis the axis
   * @param indices for each place of the result the index that it takes
   */
  public Tensor gather(int axis, int[] indices) {
    int[] gathered = shape.clone();
    gathered[axis] = indices.length;
    int inner = width();
    for (int a = axis + 1; a < shape.length; a++) {
      inner *= shape[a];
    }
    int outer = Array.getLength(data) / Math.max(1, inner * shape[axis]);
    Object to = array(Math.multiplyExact(outer * indices.length, inner));
    if (inner == 1 && data instanceof float[] floats) {
      gather(floats, shape[axis], indices, (float[]) to);
      return new Tensor(type, gathered, to);
    }
    for (int o = 0; o < outer; o++) {
      for (int i = 0; i < indices.length; i++) {
        int from = (o * shape[axis] + indices[i]) * inner;
        System.arraycopy(data, from, to, (o * indices.length + i) * inner, inner);
      }
    }
    return new Tensor(type, gathered, to);
  }

  /** Along the last axis, where a copy for each number would take longer than the number. */
  private static void gather(float[] from, int length, int[] indices, float[] to) {
    int place = 0;
    for (int row = 0; place < to.length; row += length) {
      for (int index : indices) {
        to[place++] = from[row + index];
      }
    }
  }

  /** How many elements of the array a number takes. */
  private int width() {
    return data instanceof byte[] ? type.bytes() : 1;
  }

  /** An array of the kind that this tensor has. */
  private Object array(int length) {
    return Array.newInstance(data.getClass().getComponentType(), length);
  }

  /**
   * The same elements in another shape.
   *
   * @throws IllegalArgumentException if the shape holds another number of elements
   */
  public Tensor reshaped(int[] to) {
    checkCount(to, size());
    return new Tensor(type, to, data);
  }

  /**
   * This tensor and another of the same shape but for one axis, one after the other along that
   * axis.
   */
  public Tensor joined(int axis, Tensor other) {
    int[] both = shape.clone();
    both[axis] += other.shape[axis];
    byte[] first = bytes();
    byte[] second = other.bytes();
    int outer = 1;
    for (int a = 0; a < axis; a++) {
      outer *= shape[a];
    }
    byte[] all = new byte[Math.addExact(first.length, second.length)];
    int left = first.length / Math.max(1, outer);
    int right = second.length / Math.max(1, outer);
    for (int o = 0; o < outer; o++) {
      System.arraycopy(first, o * left, all, o * (left + right), left);
      System.arraycopy(second, o * right, all, o * (left + right) + left, right);
    }
    return ofBytes(type, both, all);
  }

  /** The elements as little-endian bytes, a copy. */
  public byte[] bytes() {
    if (data instanceof byte[] raw) {
      return raw.clone();
    }
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(size(), type.bytes()));
    copyTo(bytes);
    return bytes.array();
  }

  /**
   * Writes the elements as little-endian bytes, in pieces.
   *
   * @throws IOException if the stream refuses
   */
  public void writeTo(OutputStream out) throws IOException {
    if (data instanceof byte[] raw) {
      out.write(raw);
      return;
    }
    ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    int elements = PIECE_BYTES / type.bytes();
    for (int from = 0; from < size(); from += elements) {
      int count = Math.min(elements, size() - from);
      put(from, count, piece.clear());
      out.write(piece.array(), 0, count * type.bytes());
    }
  }

  /** Writes the elements into a buffer as little-endian bytes, from its position on. */
  public void copyTo(ByteBuffer target) {
    put(0, size(), target.duplicate().order(ByteOrder.LITTLE_ENDIAN));
  }

  private void put(int from, int count, ByteBuffer target) {
    if (data instanceof float[] floats) {
      target.asFloatBuffer().put(floats, from, count);
    } else if (data instanceof long[] longs) {
      target.asLongBuffer().put(longs, from, count);
    } else {
      target.put((byte[]) data, from * type.bytes(), count * type.bytes());
    }
  }

  /** Equal type, shape and elements, bit for bit. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Tensor that
        && type == that.type
        && Arrays.equals(shape, that.shape)
        && isSame(data, that.data);
  }

  /** Arrays of one kind; of floats Java's own comparison takes one NaN for another. */
  private static boolean isSame(Object one, Object other) {
    if (one == other) {
      return true;
    }
    if (one instanceof float[] floats) {
      float[] others = (float[]) other;
      boolean same = true;
      for (int i = 0; same && i < floats.length; i++) {
        same = Float.floatToRawIntBits(floats[i]) == Float.floatToRawIntBits(others[i]);
      }
      return same;
    }
    return one instanceof long[] longs
        ? Arrays.equals(longs, (long[]) other)
        : Arrays.equals((byte[]) one, (byte[]) other);
  }

  @Override
  public int hashCode() {
    return 31 * type.hashCode() + Arrays.hashCode(shape);
  }

  @Override
  public String toString() {
    return type + Arrays.toString(shape);
  }
}
