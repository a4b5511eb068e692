package io.github.pleas.data;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header of a NumPy array file ({@code .npy}, format versions 1 to 3): what its bytes mean.
 *
 * @param type the type of the elements
 * @param shape the dimensions, in C order, each at least 0
 */
record NpyHeader(Type type, int[] shape) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MAX_LENGTH = 64 << 10;
  private static final int MAX_DIMENSIONS = 8;
  private static final Pattern DESCR =
      Pattern.compile("['\"]descr['\"]\\s*:\\s*['\"](\\S{1,20}?)['\"]");
  private static final Pattern ORDER =
      Pattern.compile("['\"]fortran_order['\"]\\s*:\\s*(True|False)");
  private static final Pattern SHAPE =
      Pattern.compile("['\"]shape['\"]\\s*:\\s*\\(([0-9,\\s]{0,400})\\)");

  /** Element types, little-endian. */
  enum Type {
    UINT8("|u1", 1),
    BOOL("|b1", 1),
    INT16("<i2", 2),
    INT32("<i4", 4),
    INT64("<i8", 8),
    FLOAT32("<f4", 4),
    FLOAT64("<f8", 8);

    private final String descr;
    private final int bytes;

    Type(String descr, int bytes) {
      this.descr = descr;
      this.bytes = bytes;
    }

    /** Bytes of one element. */
    int bytes() {
      return bytes;
    }

    boolean isFloat() {
      return this == FLOAT32 || this == FLOAT64;
    }

    private static Type of(String descr) throws IOException {
      for (Type type : values()) {
        if (type.descr.equals(descr) || type.descr.equals("|" + descr)) {
          return type;
        }
      }
      throw new IOException(
          "its elements are \""
              + descr
              + "\"; expected uint8, bool, or little-endian int16, int32, "
              + "int64, float32 or float64");
    }
  }

  /**
   * Reads a header and leaves the stream at the first element.
   *
   * @throws IOException if it is not one, is of a type that is not supported, or in Fortran order,
   *     with a reason that can be shown to a user
   */
  static NpyHeader read(DataInputStream in) throws IOException {
    try {
      for (byte expected : MAGIC) {
        if (in.readByte() != expected) {
          throw new IOException("it is not a NumPy array");
        }
      }
      int version = in.readUnsignedByte();
      in.readUnsignedByte(); // minor version
      if (version < 1 || version > 3) {
        throw new IOException("its format version is " + version + ", expected 1, 2 or 3");
      }
      long length = Short.toUnsignedInt(Short.reverseBytes(in.readShort()));
      if (version > 1) {
        length |= (long) Short.toUnsignedInt(Short.reverseBytes(in.readShort())) << 16;
      }
      if (length > MAX_LENGTH) {
        throw new IOException("its header has " + length + " bytes, more than " + MAX_LENGTH);
      }
      byte[] text = new byte[(int) length];
      in.readFully(text);
      return parse(new String(text, StandardCharsets.UTF_8));
    } catch (EOFException e) {
      throw new IOException("it ends inside its header", e);
    }
  }

  private static NpyHeader parse(String text) throws IOException {
    Type type = Type.of(find(DESCR, text, "descr"));
    if (find(ORDER, text, "fortran_order").equals("True")) {
      throw new IOException(
          "it is in Fortran order; save numpy.ascontiguousarray(...) of it instead");
    }
    String[] parts = find(SHAPE, text, "shape").strip().split("\\s*,\\s*");
    boolean scalar = parts.length == 1 && parts[0].isEmpty();
    int[] shape = new int[scalar ? 0 : parts.length];
    if (shape.length > MAX_DIMENSIONS) {
      throw new IOException("it has " + shape.length + " dimensions");
    }
    for (int i = 0; i < shape.length; i++) {
      try {
        shape[i] = Integer.parseInt(parts[i]);
      } catch (NumberFormatException e) {
        throw new IOException("its dimension " + i + " is \"" + parts[i] + "\"", e);
      }
    }
    return new NpyHeader(type, shape);
  }

  private static String find(Pattern pattern, String text, String key) throws IOException {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new IOException("its header has no valid " + key);
    }
    return matcher.group(1);
  }
}
