package io.github.pleas.checkpoint;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes a pickle of protocol 2, of the few opcodes that PyTorch reads when it is told to load
 * nothing but weights. Texts and names that come again are referred to.
 */
final class PickleOutput {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Map<String, Integer> memo = new HashMap<>();

  PickleOutput() {
    opcode(0x80).opcode(2);
  }

  PickleOutput opcode(int opcode) {
    bytes.write(opcode);
    return this;
  }

  /** What a name of Python stands for. */
  PickleOutput named(String module, String name) {
    String line = "c" + module + "\n" + name + "\n";
    if (!remembered(line)) {
      bytes.writeBytes(line.getBytes(StandardCharsets.US_ASCII));
      remember(line);
    }
    return this;
  }

  PickleOutput text(String text) {
    if (!remembered("X" + text)) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      opcode('X').int32(utf8.length);
      bytes.writeBytes(utf8);
      remember("X" + text);
    }
    return this;
  }

  PickleOutput number(long value) {
    if (value >= 0 && value < 1 << 8) {
      return opcode('K').opcode((int) value);
    }
    if (value == (int) value) {
      return opcode('J').int32((int) value);
    }
    byte[] bigEndian = BigInteger.valueOf(value).toByteArray();
    opcode(0x8a).opcode(bigEndian.length);
    for (int i = bigEndian.length - 1; i >= 0; i--) {
      bytes.write(bigEndian[i]);
    }
    return this;
  }

  PickleOutput tuple(long[] values) {
    opcode('(');
    for (long value : values) {
      number(value);
    }
    return opcode('t');
  }

  /** The pickle, ended. */
  byte[] end() {
    opcode('.');
    return bytes.toByteArray();
  }

  private boolean remembered(String what) {
    Integer index = memo.get(what);
    if (index == null) {
      return false;
    }
    if (index < 1 << 8) {
      opcode('h').opcode(index);
    } else {
      opcode('j').int32(index);
    }
    return true;
  }

  private void remember(String what) {
    int index = memo.size();
    memo.put(what, index);
    if (index < 1 << 8) {
      opcode('q').opcode(index);
    } else {
      opcode('r').int32(index);
    }
  }

  private PickleOutput int32(int value) {
    bytes.writeBytes(
        ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    return this;
  }
}
