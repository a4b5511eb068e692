package io.github.pleas.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Damages files at random: anywhere, and where it tells, inside of a structure that stays whole.
 * The same seed gives the same damage.
 */
final class Damage {
  private static final List<String> HOSTILE =
      List.of(
          "cos\nsystem\n(S'x'\ntR",
          "\u0080\4\u008c\2os\u008c\6system\u0093\u008c\1x\u0085R",
          "(S'x'\nios\nsystem\n",
          "c__builtin__\neval\n(S'1'\ntR",
          "ctorch.hub\nload\n)R",
          "(",
          "]",
          "}",
          "2",
          "\u0085",
          "e",
          "u",
          "s",
          "0",
          "1",
          "R",
          "b",
          "Q",
          "q\0",
          "h\0",
          "\u0094",
          "X\u00ff\u00ff\u00ff\u007f",
          "\u008e\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f",
          "\u008b\u00ff\u00ff\u00ff\u007f",
          "\u008a\11\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\0",
          "\u008a\10\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f",
          "J\u00ff\u00ff\u00ff\u007f",
          "ccollections\nOrderedDict\n)R",
          "ctorch\nDoubleStorage\n",
          "ctorch._utils\n_rebuild_tensor_v2\n");

  private static final List<String> JSON =
      List.of(
          "9223372036854775807",
          "-1",
          "1e99",
          "[",
          "]",
          "{",
          "}",
          "\"",
          ",",
          ":",
          "null",
          "true",
          "\\u0000",
          "\\ud800",
          "\"../../x\"",
          "\"/etc/passwd\"",
          "18446744073709551616",
          "[[[[[[[[[[",
          "\"F64\"",
          "\"data_offsets\"");

  private static final List<String> NAMES =
      List.of(
          "../../outside",
          "/etc/passwd",
          "archive/../data.pkl",
          "x/data.pkl",
          "archive/data/0",
          "",
          "archive/constants.pkl",
          "archive/byteorder",
          "C:\\x");

  private final Random random;

  Damage(long seed) {
    this.random = new Random(seed);
  }

  /** A file with some damage; of one in four, only the bytes. */
  byte[] damaged(byte[] file) throws IOException {
    byte[] found = file;
    if (random.nextInt(4) > 0) {
      if (file[0] == 'P') {
        found = zip(file);
      } else if (file[0] == '{') {
        found = json(file);
      } else if (file.length > 8 && file[8] == '{') {
        found = safetensors(file);
      } else {
        found = random.nextBoolean() ? pickle(file) : bytes(file);
      }
    }
    return found == file || random.nextInt(8) == 0 ? bytes(found) : found;
  }

  private byte[] bytes(byte[] file) {
    byte[] damaged = file.clone();
    if (damaged.length == 0) {
      return damaged;
    }
    switch (random.nextInt(6)) {
      case 0 -> {
        return Arrays.copyOf(damaged, random.nextInt(damaged.length));
      }
      case 1 -> {
        int length = Math.min(random.nextInt(64), damaged.length);
        System.arraycopy(
            file,
            random.nextInt(damaged.length - length + 1),
            damaged,
            random.nextInt(damaged.length - length + 1),
            length);
      }
      case 2, 3 -> number(damaged);
      default -> {
        for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
          damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
    }
    return damaged;
  }

  /** Writes an extreme number somewhere: lengths, counts and offsets are among what it hits. */
  private void number(byte[] file) {
    long[] extreme = {
      0,
      1,
      -1,
      0x7F,
      0xFF,
      0x7FFF,
      0xFFFF,
      Integer.MAX_VALUE,
      Integer.MIN_VALUE,
      0xFFFFFFFFL,
      Long.MAX_VALUE,
      Long.MIN_VALUE,
      file.length,
      1L << 40
    };
    byte[] bytes =
        ByteBuffer.allocate(8)
            .order(random.nextInt(4) == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN)
            .putLong(extreme[random.nextInt(extreme.length)])
            .array();
    int length = Math.min(1 << random.nextInt(4), file.length);
    System.arraycopy(bytes, 0, file, random.nextInt(file.length - length + 1), length);
  }

  /** Puts opcodes somewhere, sometimes many of them. */
  private byte[] pickle(byte[] pickle) {
    byte[] opcodes =
        HOSTILE.get(random.nextInt(HOSTILE.size())).getBytes(StandardCharsets.ISO_8859_1);
    int times = random.nextInt(10) == 0 ? 1 + random.nextInt(20_000) : 1;
    ByteSequence repeated = new ByteSequence();
    for (int i = 0; i < times; i++) {
      repeated.add(opcodes);
    }
    return spliced(pickle, repeated.array());
  }

  private byte[] spliced(byte[] file, byte[] piece) {
    int at = random.nextInt(file.length + 1);
    int left = Math.min(file.length, at + (random.nextBoolean() ? 0 : random.nextInt(8)));
    return new ByteSequence()
        .add(Arrays.copyOf(file, at))
        .add(piece)
        .add(Arrays.copyOfRange(file, left, file.length))
        .array();
  }

  private byte[] json(byte[] json) {
    return random.nextBoolean()
        ? bytes(json)
        : spliced(json, JSON.get(random.nextInt(JSON.size())).getBytes(StandardCharsets.UTF_8));
  }

  /** Damages the header and keeps its length right. */
  private byte[] safetensors(byte[] file) {
    int length = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt();
    byte[] header = json(Arrays.copyOfRange(file, 8, 8 + length));
    return new ByteSequence()
        .add64(header.length)
        .add(header)
        .add(Arrays.copyOfRange(file, 8 + length, file.length))
        .array();
  }

  /** Damages one entry or its name, and packs the archive again. */
  private byte[] zip(byte[] file) throws IOException {
    Map<String, byte[]> entries = entries(file);
    List<String> names = List.copyOf(entries.keySet());
    String any = names.get(random.nextInt(names.size()));
    switch (random.nextInt(8)) {
      case 0 -> entries.remove(any);
      case 1 -> entries.put(NAMES.get(random.nextInt(NAMES.size())), new byte[random.nextInt(99)]);
      case 2 -> entries.computeIfPresent(any, (name, content) -> bytes(content));
      default -> {
        String pickle =
            names.stream().filter(name -> name.endsWith("data.pkl")).findFirst().orElseThrow();
        entries.computeIfPresent(
            pickle, (name, content) -> random.nextBoolean() ? pickle(content) : bytes(content));
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ZipOutput packed = new ZipOutput(out);
    for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
      packed.entry(entry.getKey(), entry.getValue());
    }
    packed.finish();
    return out.toByteArray();
  }

  private Map<String, byte[]> entries(byte[] file) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    Path path = Files.createTempFile("whole", ".zip");
    try {
      Files.write(path, file);
      try (ZipFile zip = new ZipFile(path.toFile())) {
        for (ZipEntry entry : Collections.list(zip.entries())) {
          entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
        }
      }
    } finally {
      Files.delete(path);
    }
    return entries;
  }
}
