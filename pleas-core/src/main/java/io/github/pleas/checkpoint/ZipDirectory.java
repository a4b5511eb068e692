package io.github.pleas.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The directory of a zip archive whose entries are stored as they are: where the bytes of each
 * begin and how many there are (PKWARE's APPNOTE, 4.3 and 4.5.3; zip64 for what is larger than 4
 * GB). The JDK's own reader hands entries out as streams and does not tell where they lie, which
 * tensors that are read at positions need. Nothing is ever unpacked, so a name is only a name.
 */
final class ZipDirectory {
  private static final int END = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int MOST_COMMENT = 0xFFFF;
  private static final int END_64 = 0x06064b50;
  private static final int END_64_BYTES = 56;
  private static final int LOCATOR_64 = 0x07064b50;
  private static final int LOCATOR_64_BYTES = 20;
  private static final int CENTRAL = 0x02014b50;
  private static final int CENTRAL_BYTES = 46;
  private static final int LOCAL = 0x04034b50;
  private static final int LOCAL_BYTES = 30;
  private static final int ZIP_64_FIELD = 1;
  private static final long IN_ZIP_64 = 0xFFFFFFFFL;
  private static final int MOST_BYTES = 100_000_000;
  private static final int ENCRYPTED = 1;
  private static final int STORED = 0;

  private final CheckpointFile file;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  private record Entry(int method, int flags, long packed, long size, long header) {}

  private record Ends(long count, long size, long offset, long end) {}

  private ZipDirectory(CheckpointFile file) {
    this.file = file;
  }

  /**
   * Reads the directory of an archive.
   *
   * @throws io.github.pleas.InvalidInputException if there is none, or it does not fit the file
   */
  static ZipDirectory read(CheckpointFile file) {
    ZipDirectory directory = new ZipDirectory(file);
    directory.readEntries(directory.ends());
    return directory;
  }

  /** The names of all entries, in the order of the directory. */
  Set<String> names() {
    return entries.keySet();
  }

  /**
   * The bytes of an entry; empty if there is no such entry.
   *
   * @param order how the elements in it are ordered
   * @throws io.github.pleas.InvalidInputException if it is compressed, or lies outside of the file
   */
  Optional<Storage> find(String name, ByteOrder order) {
    return Optional.ofNullable(entries.get(name)).map(entry -> stored(name, entry, order));
  }

  private Storage stored(String name, Entry entry, ByteOrder order) {
    if (entry.method() != STORED || (entry.flags() & ENCRYPTED) != 0) {
      throw file.refuse(
          "holds " + name + " compressed or encrypted, which PyTorch never writes; save it again");
    }
    if (entry.packed() != entry.size()) {
      throw damaged("two lengths for " + name + ", " + entry.packed() + " and " + entry.size());
    }
    ByteBuffer local = file.bytes(entry.header(), LOCAL_BYTES);
    int nameLength = Short.toUnsignedInt(local.getShort(26));
    long start =
        entry.header() + LOCAL_BYTES + nameLength + Short.toUnsignedInt(local.getShort(28));
    if (local.getInt(0) != LOCAL
        || nameLength != name.getBytes(StandardCharsets.UTF_8).length
        || !text(file.bytes(entry.header() + LOCAL_BYTES, nameLength)).equals(name)) {
      throw damaged("something else where " + name + " should begin, byte " + entry.header());
    }
    if (start > file.size() - entry.size()) {
      throw file.refuse(
          "is cut off: " + name + " has " + entry.size() + " bytes from byte " + start);
    }
    return new Storage(file, start, entry.size(), order);
  }

  private Ends ends() {
    int length = (int) Math.min(file.size(), END_BYTES + MOST_COMMENT);
    long start = file.size() - length;
    ByteBuffer tail = file.bytes(start, length);
    for (int at = length - END_BYTES; at >= 0; at--) {
      if (tail.getInt(at) == END
          && Short.toUnsignedInt(tail.getShort(at + 20)) == length - END_BYTES - at) {
        long count = Short.toUnsignedInt(tail.getShort(at + 10));
        long size = Integer.toUnsignedLong(tail.getInt(at + 12));
        long offset = Integer.toUnsignedLong(tail.getInt(at + 16));
        return count == 0xFFFF || size == IN_ZIP_64 || offset == IN_ZIP_64
            ? ends64(start + at)
            : new Ends(count, size, offset, start + at);
      }
    }
    throw file.refuse(
        "is a zip archive without its end: it is cut off, or was not written to the end; get the"
            + " file again");
  }

  private Ends ends64(long end) {
    if (end < LOCATOR_64_BYTES) {
      throw damaged("no place for its zip64 directory");
    }
    ByteBuffer locator = file.bytes(end - LOCATOR_64_BYTES, LOCATOR_64_BYTES);
    if (locator.getInt(0) != LOCATOR_64) {
      throw damaged("no zip64 directory, though it says so");
    }
    long at = locator.getLong(8);
    if (at < 0 || at > end - END_64_BYTES) {
      throw damaged("a zip64 directory outside of the file");
    }
    ByteBuffer found = file.bytes(at, END_64_BYTES);
    if (found.getInt(0) != END_64) {
      throw damaged("no zip64 directory where it should be");
    }
    return new Ends(found.getLong(32), found.getLong(40), found.getLong(48), at);
  }

  private void readEntries(Ends ends) {
    if (ends.offset() < 0
        || ends.size() < 0
        || ends.offset() > ends.end()
        || ends.size() > ends.end() - ends.offset()) {
      throw damaged("a directory outside of the file");
    }
    if (ends.size() > MOST_BYTES) {
      throw file.refuse("has a directory of " + ends.size() + " bytes, too many for a checkpoint");
    }
    ByteBuffer directory = file.bytes(ends.offset(), (int) ends.size());
    while (directory.hasRemaining()) {
      readEntry(directory);
    }
    if (entries.size() != ends.count()) {
      throw damaged(
          entries.size() + " entries in its directory, and " + ends.count() + " by its end");
    }
  }

  private void readEntry(ByteBuffer directory) {
    int at = directory.position();
    if (directory.remaining() < CENTRAL_BYTES || directory.getInt(at) != CENTRAL) {
      throw damaged("no entry of its directory where one should be");
    }
    int nameLength = Short.toUnsignedInt(directory.getShort(at + 28));
    int extraLength = Short.toUnsignedInt(directory.getShort(at + 30));
    int commentLength = Short.toUnsignedInt(directory.getShort(at + 32));
    if (directory.remaining() - CENTRAL_BYTES < nameLength + extraLength + commentLength) {
      throw damaged("a directory that ends inside an entry");
    }
    String name = text(directory.slice(at + CENTRAL_BYTES, nameLength));
    ByteBuffer extra =
        directory
            .slice(at + CENTRAL_BYTES + nameLength, extraLength)
            .order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer large = largeNumbers(extra);
    long size = number(directory.getInt(at + 24), large, name);
    long packed = number(directory.getInt(at + 20), large, name);
    long header = number(directory.getInt(at + 42), large, name);
    Entry entry =
        new Entry(directory.getShort(at + 10), directory.getShort(at + 8), packed, size, header);
    if (entries.putIfAbsent(name, entry) != null) {
      throw damaged("two entries " + name);
    }
    directory.position(at + CENTRAL_BYTES + nameLength + extraLength + commentLength);
  }

  /** The numbers for which the directory has no room, in the extra field for them. */
  private static ByteBuffer largeNumbers(ByteBuffer extra) {
    while (extra.remaining() >= 4) {
      int id = Short.toUnsignedInt(extra.getShort());
      int length = Short.toUnsignedInt(extra.getShort());
      if (length > extra.remaining()) {
        break;
      }
      if (id == ZIP_64_FIELD) {
        return extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
      }
      extra.position(extra.position() + length);
    }
    return ByteBuffer.allocate(0);
  }

  private long number(int stated, ByteBuffer large, String name) {
    if (Integer.toUnsignedLong(stated) != IN_ZIP_64) {
      return Integer.toUnsignedLong(stated);
    }
    if (large.remaining() < Long.BYTES) {
      throw damaged("no length or place for " + name);
    }
    long number = large.getLong();
    if (number < 0) {
      throw damaged("a negative length or place for " + name);
    }
    return number;
  }

  private static String text(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes).toString();
  }

  private RuntimeException damaged(String what) {
    return file.refuse("is a damaged zip archive: it has " + what + "; get the file again");
  }
}
