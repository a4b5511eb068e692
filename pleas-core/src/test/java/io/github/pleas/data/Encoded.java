package io.github.pleas.data;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;

/**
 * Makes small image files, arrays and zips for tests, byte by byte where a library would hide it.
 */
final class Encoded {
  private Encoded() {}

  static byte[] encode(BufferedImage image, String format) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      if (!ImageIO.write(image, format, out)) {
        throw new IllegalArgumentException("no writer for " + format);
      }
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An 8-bit grey PNG. */
  static byte[] greyPng(int height, int width, int... samples) {
    byte[] bytes = new byte[samples.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) samples[i];
    }
    return png(height, width, 8, 0, new byte[0], bytes);
  }

  /**
   * A PNG from its rows.
   *
   * @param colourType 0 grey, 2 colour, 3 palette, 4 grey and alpha, 6 colour and alpha
   * @param palette PLTE, empty for none
   * @param rows all rows, without filter bytes
   */
  static byte[] png(int height, int width, int depth, int colourType, byte[] palette, byte[] rows) {
    ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
    header.put((byte) depth).put((byte) colourType);
    ByteArrayOutputStream filtered = new ByteArrayOutputStream();
    int stride = rows.length / Math.max(1, height);
    for (int y = 0; y < height; y++) {
      filtered.write(0);
      filtered.write(rows, y * stride, stride);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 26, '\n'});
    chunk(out, "IHDR", header.array());
    if (palette.length > 0) {
      chunk(out, "PLTE", palette);
    }
    chunk(out, "IDAT", deflate(filtered.toByteArray()));
    chunk(out, "IEND", new byte[0]);
    return out.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream out, String type, byte[] data) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(data);
    out.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
    out.writeBytes(name);
    out.writeBytes(data);
    out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }

  private static byte[] deflate(byte[] bytes) {
    Deflater deflater = new Deflater();
    deflater.setInput(bytes);
    deflater.finish();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] buffer = new byte[1024];
    while (!deflater.finished()) {
      out.write(buffer, 0, deflater.deflate(buffer));
    }
    deflater.end();
    return out.toByteArray();
  }

  /** A lossless WebP of one colour: each prefix code has one symbol, so pixels take no bits. */
  static byte[] webp(int height, int width, int red, int green, int blue) {
    BitSet bits = new BitSet();
    int at = 0;
    at = put(bits, at, width - 1, 14);
    at = put(bits, at, height - 1, 14);
    at = put(bits, at, 0, 1 + 3 + 3); // no alpha, version 0; no transform, cache, meta codes
    for (int symbol : new int[] {green, red, blue, 255, 0}) {
      at = put(bits, at, 0b101, 3); // simple code, one symbol, of eight bits
      at = put(bits, at, symbol, 8);
    }
    byte[] body = Arrays.copyOf(bits.toByteArray(), 2 * ((at / 8 + 2) / 2) + 9);
    ByteBuffer out = ByteBuffer.allocate(21 + body.length).order(ByteOrder.LITTLE_ENDIAN);
    out.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(13 + body.length);
    out.put("WEBPVP8L".getBytes(StandardCharsets.US_ASCII)).putInt(1 + body.length);
    return out.put((byte) 0x2f).put(body).array();
  }

  private static int put(BitSet bits, int at, int value, int count) {
    for (int i = 0; i < count; i++) {
      bits.set(at + i, (value >> i & 1) == 1);
    }
    return at + count;
  }

  /** A NumPy array file of version 1. */
  static byte[] npy(String descr, String shape, byte[] data) {
    return npy(descr, "False", shape, data);
  }

  static byte[] npy(String descr, String fortranOrder, String shape, byte[] data) {
    String header =
        "{'descr': '"
            + descr
            + "', 'fortran_order': "
            + fortranOrder
            + ", 'shape': "
            + shape
            + ", }\n";
    ByteBuffer out =
        ByteBuffer.allocate(10 + header.length() + data.length).order(ByteOrder.LITTLE_ENDIAN);
    out.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    out.putShort((short) header.length());
    return out.put(header.getBytes(StandardCharsets.US_ASCII)).put(data).array();
  }

  static byte[] floats(float... values) {
    ByteBuffer out = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      out.putFloat(value);
    }
    return out.array();
  }

  static byte[] longs(long... values) {
    ByteBuffer out = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      out.putLong(value);
    }
    return out.array();
  }

  static byte[] bytes(int... values) {
    byte[] out = new byte[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (byte) values[i];
    }
    return out;
  }

  /** Writes files into a folder. */
  static Path folder(Path folder, Map<String, byte[]> files) throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
    return folder;
  }

  /** Writes files into a zip. */
  static Path zip(Path zip, Map<String, byte[]> files) throws IOException {
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      for (Map.Entry<String, byte[]> file : new TreeMap<>(files).entrySet()) {
        out.putNextEntry(new ZipEntry(file.getKey()));
        out.write(file.getValue());
        out.closeEntry();
      }
    }
    return zip;
  }
}
