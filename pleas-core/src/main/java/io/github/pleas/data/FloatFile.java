package io.github.pleas.data;

import io.github.pleas.PleasException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Rows of floats in a temporary file, which is gone when the program ends, however it ends. */
final class FloatFile implements FloatRows {
  private final Path file;
  private final FileChannel channel;
  private final int rowBytes;

  /**
   * Makes the file.
   *
   * @param folder where
   * @param rowLength numbers in a row
   * @throws PleasException if that is not possible
   */
  FloatFile(Path folder, int rowLength) {
    this.file = folder.resolve("pleas-" + UUID.randomUUID() + ".images");
    this.rowBytes = Math.multiplyExact(rowLength, Float.BYTES);
    try {
      this.channel =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
    } catch (IOException e) {
      throw failure("made", e);
    }
  }

  @Override
  public void put(int row, float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(rowBytes);
    bytes.asFloatBuffer().put(values, 0, rowBytes / Float.BYTES);
    long at = (long) row * rowBytes;
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes, at + bytes.position());
      }
    } catch (IOException e) {
      throw failure("written", e);
    }
  }

  @Override
  public void get(int row, FloatBuffer target) {
    ByteBuffer bytes = ByteBuffer.allocate(rowBytes);
    long at = (long) row * rowBytes;
    try {
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, at + bytes.position()) < 0) {
          throw new IOException("row %d is not there".formatted(row));
        }
      }
    } catch (IOException e) {
      throw failure("read", e);
    }
    target.put(bytes.flip().asFloatBuffer());
  }

  private PleasException failure(String what, IOException e) {
    return new PleasException(
        "the temporary file %s, for images that are too many for memory, cannot be %s: %s. Free some space there, use fewer images, or name another folder by -Djava.io.tmpdir"
            .formatted(file, what, e),
        e);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failure("closed", e);
    }
  }
}
