package io.github.pleas.checkpoint;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Writes a zip archive as PyTorch does: entries stored as they are, each beginning at a multiple of
 * 64 bytes, so that it can be mapped; a checksum behind each entry, so that nothing has to be read
 * twice; zip64 where 4 GB are passed. (The JDK's writer cannot align.)
 */
final class ZipOutput {
  private static final int ALIGNMENT = 64;
  private static final int CHUNK_BYTES = 1 << 20;
  private static final long IN_ZIP_64 = 0xFFFFFFFFL;
  private static final short DESCRIPTOR_AND_UTF_8 = 0x0808;
  private static final short FIRST_DATE = 0x21; // 1 January 1980: the same content, the same file
  private static final short PADDING_FIELD = 0x4246;

  private final OutputStream out;
  private final List<Written> entries = new ArrayList<>();
  private long position;

  private record Written(byte[] name, long size, int checksum, long header) {
    boolean isLarge() {
      return size >= IN_ZIP_64;
    }
  }

  ZipOutput(OutputStream out) {
    this.out = out;
  }

  void entry(String name, byte[] content) throws IOException {
    entry(name, content.length, new ByteArrayInputStream(content));
  }

  /**
   * Writes an entry.
   *
   * @param size how many bytes the content has
   * @throws IOException if writing fails, or the content has another number of bytes
   */
  void entry(String name, long size, InputStream content) throws IOException {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    long header = position;
    boolean large = size >= IN_ZIP_64;
    int fixed = 30 + utf8.length + (large ? 20 : 0) + 4;
    int padding = (int) (-(position + fixed) & ALIGNMENT - 1);
    ByteBuffer local = buffer(fixed + padding);
    local.putInt(0x04034b50).putShort(version(large)).putShort(DESCRIPTOR_AND_UTF_8);
    local.putShort((short) 0).putShort((short) 0).putShort(FIRST_DATE).putInt(0);
    local.putInt(large ? -1 : 0).putInt(large ? -1 : 0);
    local.putShort((short) utf8.length).putShort((short) (fixed + padding - 30 - utf8.length));
    local.put(utf8);
    if (large) {
      local.putShort((short) 1).putShort((short) 16).putLong(size).putLong(size);
    }
    local.putShort(PADDING_FIELD).putShort((short) padding);
    Arrays.fill(local.array(), local.position(), local.capacity(), (byte) 'Z');
    write(local);
    int checksum = copy(name, size, content);
    ByteBuffer descriptor = buffer(large ? 24 : 16).putInt(0x08074b50).putInt(checksum);
    write(
        large
            ? descriptor.putLong(size).putLong(size)
            : descriptor.putInt((int) size).putInt((int) size));
    entries.add(new Written(utf8, size, checksum, header));
  }

  private int copy(String name, long size, InputStream content) throws IOException {
    CRC32 crc = new CRC32();
    byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, size)];
    long left = size;
    while (left > 0) {
      int read = content.read(chunk, 0, (int) Math.min(chunk.length, left));
      if (read < 0) {
        throw new IOException(name + " has " + left + " bytes less than the " + size + " expected");
      }
      crc.update(chunk, 0, read);
      out.write(chunk, 0, read);
      left -= read;
    }
    position += size;
    return (int) crc.getValue();
  }

  /** The sum of all checksums so far. */
  long checksums() {
    return entries.stream().mapToLong(entry -> Integer.toUnsignedLong(entry.checksum())).sum();
  }

  /** Writes the directory. The stream stays open. */
  void finish() throws IOException {
    long start = position;
    for (Written entry : entries) {
      writeCentral(entry);
    }
    long size = position - start;
    if (entries.size() >= 0xFFFF || size >= IN_ZIP_64 || start >= IN_ZIP_64) {
      writeEnd64(start, size);
    }
    short count = (short) Math.min(entries.size(), 0xFFFF);
    ByteBuffer end = buffer(22).putInt(0x06054b50).putInt(0).putShort(count).putShort(count);
    write(
        end.putInt((int) Math.min(size, IN_ZIP_64))
            .putInt((int) Math.min(start, IN_ZIP_64))
            .putShort((short) 0));
  }

  private void writeCentral(Written entry) throws IOException {
    boolean far = entry.header() >= IN_ZIP_64;
    int extra = (entry.isLarge() ? 16 : 0) + (far ? 8 : 0);
    int extraBytes = extra == 0 ? 0 : 4 + extra;
    ByteBuffer central = buffer(46 + entry.name().length + extraBytes);
    central.putInt(0x02014b50).putShort(version(extra > 0)).putShort(version(extra > 0));
    central.putShort(DESCRIPTOR_AND_UTF_8).putShort((short) 0).putShort((short) 0);
    central.putShort(FIRST_DATE).putInt(entry.checksum());
    int size = (int) Math.min(entry.size(), IN_ZIP_64);
    central.putInt(size).putInt(size).putShort((short) entry.name().length);
    central.putShort((short) extraBytes).putShort((short) 0).putShort((short) 0);
    central.putShort((short) 0).putInt(0).putInt((int) Math.min(entry.header(), IN_ZIP_64));
    central.put(entry.name());
    if (extra > 0) {
      central.putShort((short) 1).putShort((short) extra);
    }
    if (entry.isLarge()) {
      central.putLong(entry.size()).putLong(entry.size());
    }
    if (far) {
      central.putLong(entry.header());
    }
    write(central);
  }

  private void writeEnd64(long start, long size) throws IOException {
    long at = position;
    ByteBuffer end = buffer(56).putInt(0x06064b50).putLong(44).putShort((short) 45);
    end.putShort((short) 45).putInt(0).putInt(0).putLong(entries.size()).putLong(entries.size());
    write(end.putLong(size).putLong(start));
    write(buffer(20).putInt(0x07064b50).putInt(0).putLong(at).putInt(1));
  }

  private static short version(boolean zip64) {
    return (short) (zip64 ? 45 : 20);
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void write(ByteBuffer whole) throws IOException {
    out.write(whole.array());
    position += whole.capacity();
  }
}
