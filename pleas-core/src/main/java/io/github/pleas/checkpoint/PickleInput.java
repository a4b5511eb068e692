package io.github.pleas.checkpoint;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * The bytes of a pickle, read one after the other. A length in it is believed only as far as there
 * are bytes, and a pickle ends at a limit, whatever the file's size.
 */
final class PickleInput {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int MOST_BYTES = 100_000_000;
  private static final int MOST_DIGITS = 1000;

  private final CheckpointFile file;
  private final long end;
  private long next; // the first byte that is not in the buffer yet
  private ByteBuffer buffer = ByteBuffer.allocate(0);

  /** The bytes of a file from {@code start}, at most until {@code end}. */
  PickleInput(CheckpointFile file, long start, long end) {
    this.file = file;
    this.next = start;
    this.end = Math.min(end, start + MOST_BYTES);
  }

  /** Where the next byte stands in the file. */
  long position() {
    return next - buffer.remaining();
  }

  int unsignedByte() {
    return fill(1).get() & 0xFF;
  }

  int unsignedShort() {
    return fill(Short.BYTES).getShort() & 0xFFFF;
  }

  int signedInt() {
    return fill(Integer.BYTES).getInt();
  }

  long signedLong() {
    return fill(Long.BYTES).getLong();
  }

  double bigEndianDouble() {
    return Double.longBitsToDouble(Long.reverseBytes(signedLong()));
  }

  /** As many bytes as a length in the pickle says. */
  byte[] bytes(long length) {
    if (length < 0 || length > end - position()) {
      throw refuse("a value of " + Long.toUnsignedString(length) + " bytes, more than there are");
    }
    byte[] bytes = new byte[(int) length];
    int done = 0;
    while (done < bytes.length) {
      fill(1);
      int count = Math.min(bytes.length - done, buffer.remaining());
      buffer.get(bytes, done, count);
      done += count;
    }
    return bytes;
  }

  String text(long length, Charset charset) {
    return new String(bytes(length), charset);
  }

  /** A whole number, little-endian, of any length within reason. */
  BigInteger integer(long length) {
    if (length > MOST_DIGITS) {
      throw refuse("a number of " + length + " bytes");
    }
    byte[] bytes = bytes(length);
    for (int low = 0, high = bytes.length - 1; low < high; low++, high--) {
      byte kept = bytes[low];
      bytes[low] = bytes[high];
      bytes[high] = kept;
    }
    return bytes.length == 0 ? BigInteger.ZERO : new BigInteger(bytes);
  }

  /** A text until the end of the line. */
  String line() {
    StringBuilder line = new StringBuilder();
    for (int read = unsignedByte(); read != '\n'; read = unsignedByte()) {
      line.append((char) read);
    }
    String latin = line.toString();
    return new String(latin.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  /** A whole number in decimal digits, until the end of the line. */
  BigInteger decimal() {
    String line = line();
    String digits = line.endsWith("L") ? line.substring(0, line.length() - 1) : line;
    if (digits.length() > MOST_DIGITS || !digits.matches("[+-]?[0-9]+")) {
      throw refuse("something else where a number should be");
    }
    return new BigInteger(digits);
  }

  private ByteBuffer fill(int wanted) {
    if (buffer.remaining() < wanted) {
      long from = position();
      if (wanted > end - from) {
        throw file.refuse(
            "is cut off: its pickle, which says what the tensors are, has no end before byte "
                + end);
      }
      int length = (int) Math.min(BUFFER_BYTES, end - from);
      buffer = file.bytes(from, length);
      next = from + length;
    }
    return buffer;
  }

  /** The exception for a pickle that is not as it should be; {@code found} is a noun. */
  RuntimeException refuse(String found) {
    return file.refuse(
        "has a pickle that cannot be read: there is " + found + ", before byte " + position());
  }
}
