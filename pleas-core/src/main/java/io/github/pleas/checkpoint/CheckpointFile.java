package io.github.pleas.checkpoint;

import io.github.pleas.InvalidInputException;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A file of any size, read at positions, and the place where messages about it are made.
 *
 * <p>Read, not mapped: a mapped file that another program shortens ends the reading one with a
 * fault instead of a message, and Java before 22 cannot give a mapping back when it is done with,
 * so that a pass over 3 GB in windows of 64 MB holds 2.9 GB in the end, where reading takes the
 * same time and 40 MB. Nothing of the file is in memory but what was asked for.
 */
final class CheckpointFile implements Closeable {
  // A channel copies each read through native memory of the same size, and keeps that.
  private static final int PIECE_BYTES = 1 << 20;
  private static final Pattern PREDICATE =
      Pattern.compile("(is|has|holds|names|needs|ends|cannot)\\b.*", Pattern.DOTALL);

  private final Path path;
  private final FileChannel channel;
  private final long size;

  private CheckpointFile(Path path, FileChannel channel, long size) {
    this.path = path;
    this.channel = channel;
    this.size = size;
  }

  /**
   * Opens a file.
   *
   * @throws InvalidInputException if there is none, or it cannot be read
   */
  static CheckpointFile open(Path path) {
    if (!Files.exists(path)) {
      throw new InvalidInputException(path + " does not exist, expected a checkpoint");
    }
    if (!Files.isRegularFile(path)) {
      throw new InvalidInputException(
          "%s is %s, expected a checkpoint: one file"
              .formatted(path, Files.isDirectory(path) ? "a folder" : "not a file"));
    }
    try {
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      return new CheckpointFile(path, channel, channel.size());
    } catch (IOException e) {
      throw new InvalidInputException(path + " cannot be read: " + e.getMessage(), e);
    }
  }

  Path path() {
    return path;
  }

  long size() {
    return size;
  }

  /**
   * Some bytes of the file, as a little-endian buffer.
   *
   * @throws InvalidInputException if they are not all there
   */
  ByteBuffer bytes(long offset, int length) {
    if (offset < 0 || length < 0 || offset > size - length) {
      throw refuse(
          "is cut off: "
              + length
              + " bytes are expected from byte "
              + offset
              + ", and it has "
              + size
              + "; get the file again");
    }
    byte[] bytes = new byte[length];
    try {
      read(offset, bytes, 0, length);
    } catch (IOException e) {
      throw refuse("cannot be read: " + e.getMessage(), e);
    }
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A part of the file as a stream, which need not be closed; the part lies in the file. */
  InputStream stream(long offset, long length) {
    Objects.checkFromIndexSize(offset, length, size);
    return new Part(offset, offset + length);
  }

  private void read(long offset, byte[] into, int at, int length) throws IOException {
    for (int done = 0; done < length; ) {
      ByteBuffer piece = ByteBuffer.wrap(into, at + done, Math.min(PIECE_BYTES, length - done));
      int read = channel.read(piece, offset + done);
      if (read < 0) {
        throw new EOFException("the file became shorter while it was read");
      }
      done += read;
    }
  }

  /**
   * The exception for something wrong in this file.
   *
   * @param what what the file does ("is cut off"), or a sentence about a part of it
   */
  InvalidInputException refuse(String what) {
    return new InvalidInputException(sentence(what));
  }

  InvalidInputException refuse(String what, Throwable cause) {
    return new InvalidInputException(sentence(what), cause);
  }

  private String sentence(String what) {
    return path + (PREDICATE.matcher(what).matches() ? " " : ": ") + what;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private final class Part extends InputStream {
    private final long end;
    private long position;

    Part(long position, long end) {
      this.position = position;
      this.end = end;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int at, int length) throws IOException {
      Objects.checkFromIndexSize(at, length, into.length);
      if (length > 0 && position == end) {
        return -1;
      }
      int count = (int) Math.min(length, end - position);
      CheckpointFile.this.read(position, into, at, count);
      position += count;
      return count;
    }

    @Override
    public long skip(long count) {
      long skipped = Math.max(0, Math.min(count, end - position));
      position += skipped;
      return skipped;
    }
  }
}
