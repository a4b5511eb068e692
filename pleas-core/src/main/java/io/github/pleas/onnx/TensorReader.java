package io.github.pleas.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * Tensors out of TensorProto, in any of its encodings (onnx.proto): {@code raw_data}, the typed
 * fields, where one field serves several types, and external data. Memory is only allocated once
 * the bytes are known to be there.
 */
final class TensorReader {
  private final Source source;
  private final ExternalData external;

  TensorReader(Source source) {
    this.source = source;
    this.external = new ExternalData(source);
  }

  /** Whether the type of a tensor is one that {@link Tensor} can hold. */
  static boolean canHold(TensorProto proto) {
    Optional<ElementType> type = ElementType.find(proto.getDataType());
    return type.isPresent() && type.get() != ElementType.STRING;
  }

  static boolean isExternal(TensorProto proto) {
    return proto.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
  }

  /**
   * Reads a tensor.
   *
   * @param what the tensor, as messages call it: {@code initializer "conv1.weight"}
   */
  Tensor read(TensorProto proto, String what) {
    ElementType type =
        ElementType.find(proto.getDataType())
            .orElseThrow(
                () ->
                    source.refuse(
                        what
                            + " has element type "
                            + typeName(proto)
                            + ", which is not supported"));
    if (type == ElementType.STRING) {
      throw source.refuse(what + " holds strings, expected numbers");
    }
    if (proto.hasSegment()) {
      throw source.refuse(what + " is stored in segments, which are not supported");
    }
    int[] shape = shape(proto, what);
    int count = count(type, shape, what);
    if (isExternal(proto)) {
      return Tensor.ofBytes(
          type, shape, external.read(proto, what, Math.multiplyExact(count, type.bytes())));
    }
    if (proto.getRawData().isEmpty()) {
      if (count > 0 && stored(proto) == 0) {
        throw source.refuse(
            what
                + " "
                + type
                + Arrays.toString(shape)
                + " has no data: the weights were left out of the file; export it with them");
      }
      return typed(proto, type, shape, count, what);
    }
    if (stored(proto) > 0) {
      throw source.refuse(what + " is stored twice, as raw_data and in a typed field");
    }
    return raw(proto.getRawData(), type, shape, count, what);
  }

  private static String typeName(TensorProto proto) {
    TensorProto.DataType known = TensorProto.DataType.forNumber(proto.getDataType());
    return known == null ? Integer.toString(proto.getDataType()) : known.name();
  }

  private int[] shape(TensorProto proto, String what) {
    int[] shape = new int[proto.getDimsCount()];
    for (int axis = 0; axis < shape.length; axis++) {
      long dimension = proto.getDims(axis);
      if (dimension < 0 || dimension > Integer.MAX_VALUE) {
        throw source.refuse(what + " has an invalid dimension: " + dimension);
      }
      shape[axis] = (int) dimension;
    }
    return shape;
  }

  private int count(ElementType type, int[] shape, String what) {
    try {
      long count = Tensor.count(shape);
      if (Math.multiplyExact(count, (long) type.bytes()) <= OnnxReader.MAX_BYTES) {
        return (int) count;
      }
    } catch (ArithmeticException e) {
      throw source.refuse(what + " is too large: " + type + Arrays.toString(shape), e);
    }
    throw source.refuse(what + " has more than 2 GB: " + type + Arrays.toString(shape));
  }

  private Tensor raw(ByteString bytes, ElementType type, int[] shape, int count, String what) {
    requireCount(bytes.size(), (long) count * type.bytes(), "bytes", type, shape, what);
    ByteBuffer buffer = bytes.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    if (type == ElementType.FLOAT) {
      float[] floats = new float[count];
      buffer.asFloatBuffer().get(floats);
      return Tensor.ofFloats(shape, floats);
    }
    if (type == ElementType.INT64) {
      long[] longs = new long[count];
      buffer.asLongBuffer().get(longs);
      return Tensor.ofLongs(shape, longs);
    }
    return Tensor.ofBytes(type, shape, bytes.toByteArray());
  }

  /** How many entries all typed fields have together. */
  private static long stored(TensorProto proto) {
    return (long) proto.getFloatDataCount()
        + proto.getInt32DataCount()
        + proto.getInt64DataCount()
        + proto.getDoubleDataCount()
        + proto.getUint64DataCount()
        + proto.getStringDataCount();
  }

  private Tensor typed(TensorProto proto, ElementType type, int[] shape, int count, String what) {
    int found =
        switch (type) {
          case FLOAT, COMPLEX64 -> proto.getFloatDataCount();
          case DOUBLE, COMPLEX128 -> proto.getDoubleDataCount();
          case INT64 -> proto.getInt64DataCount();
          case UINT32, UINT64 -> proto.getUint64DataCount();
          default -> proto.getInt32DataCount();
        };
    boolean complex = type == ElementType.COMPLEX64 || type == ElementType.COMPLEX128;
    long entries = complex ? 2L * count : count; // real part, imaginary part
    requireCount(found, entries, "entries", type, shape, what);
    if (stored(proto) != found) {
      throw source.refuse(what + " has entries in a field of another type than " + type);
    }
    ByteBuffer bytes = ByteBuffer.allocate(count * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < found; i++) {
      switch (type) {
        case FLOAT, COMPLEX64 -> bytes.putFloat(proto.getFloatData(i));
        case DOUBLE, COMPLEX128 -> bytes.putDouble(proto.getDoubleData(i));
        case INT64 -> bytes.putLong(proto.getInt64Data(i));
        case UINT64 -> bytes.putLong(proto.getUint64Data(i));
        case UINT32 -> bytes.putInt((int) within(proto.getUint64Data(i), type, what));
        case INT32 -> bytes.putInt(proto.getInt32Data(i));
        case INT16, UINT16, FLOAT16, BFLOAT16 ->
            bytes.putShort((short) within(proto.getInt32Data(i), type, what));
        default -> bytes.put((byte) within(proto.getInt32Data(i), type, what));
      }
    }
    return Tensor.ofBytes(type, shape, bytes.array());
  }

  /** Refuses an entry that its narrow type cannot hold, where a cast would change it in silence. */
  private long within(long entry, ElementType type, String what) {
    int bits = 8 * type.bytes();
    boolean signed = type == ElementType.INT8 || type == ElementType.INT16;
    long low = signed ? -(1L << (bits - 1)) : 0;
    long high = type == ElementType.BOOL ? 1 : low + (1L << bits) - 1;
    if (entry < low || entry > high) {
      throw source.refuse(what + " has the entry " + entry + ", which is no " + type);
    }
    return entry;
  }

  private void requireCount(
      long found, long expected, String unit, ElementType type, int[] shape, String what) {
    if (found != expected) {
      throw source.refuse(
          what
              + " "
              + type
              + Arrays.toString(shape)
              + " needs "
              + expected
              + " "
              + unit
              + ", found "
              + found);
    }
  }
}
