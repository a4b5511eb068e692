package io.github.pleas.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Bytes put together by hand: the files that nobody's library would write. */
final class ByteSequence {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  ByteSequence add(int... values) {
    for (int value : values) {
      bytes.write(value);
    }
    return this;
  }

  ByteSequence add(byte[] values) {
    bytes.writeBytes(values);
    return this;
  }

  ByteSequence add(String text) {
    return add(text.getBytes(StandardCharsets.UTF_8));
  }

  ByteSequence add16(int value) {
    return add(buffer(2).putShort((short) value).array());
  }

  ByteSequence add32(long value) {
    return add(buffer(4).putInt((int) value).array());
  }

  ByteSequence add64(long value) {
    return add(buffer(8).putLong(value).array());
  }

  int size() {
    return bytes.size();
  }

  byte[] array() {
    return bytes.toByteArray();
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
