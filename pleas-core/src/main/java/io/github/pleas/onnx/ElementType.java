package io.github.pleas.onnx;

import io.github.pleas.InvalidInputException;
import java.util.Optional;

/**
 * Element types of tensors, with ONNX's own codes (TensorProto.DataType) and the bytes of one
 * element.
 */
public enum ElementType {
  FLOAT(1, 4),
  UINT8(2, 1),
  INT8(3, 1),
  UINT16(4, 2),
  INT16(5, 2),
  INT32(6, 4),
  INT64(7, 8),
  STRING(8, 0),
  BOOL(9, 1),
  FLOAT16(10, 2),
  DOUBLE(11, 8),
  UINT32(12, 4),
  UINT64(13, 8),
  COMPLEX64(14, 8),
  COMPLEX128(15, 16),
  BFLOAT16(16, 2);

  private final int code;
  private final int bytes;

  ElementType(int code, int bytes) {
    this.code = code;
    this.bytes = bytes;
  }

  /** The number of this type in ONNX files. */
  public int code() {
    return code;
  }

  /** Bytes of one element; 0 for strings, whose elements differ in length. */
  public int bytes() {
    return bytes;
  }

  /** Whether {@link Tensor#longs()} can read elements of this type. */
  public boolean isInteger() {
    return switch (this) {
      case UINT8, INT8, UINT16, INT16, INT32, INT64, UINT32, UINT64, BOOL -> true;
      default -> false;
    };
  }

  /**
   * The type with a code.
   *
   * @throws InvalidInputException if no type has it
   */
  public static ElementType ofCode(int code) {
    return find(code)
        .orElseThrow(() -> new InvalidInputException("element type " + code + " is not supported"));
  }

  /** The type with a code; empty if it is one that we cannot hold, such as the 8-bit floats. */
  public static Optional<ElementType> find(int code) {
    for (ElementType type : values()) {
      if (type.code == code) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
