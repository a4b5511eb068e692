package io.github.pleas.runtime;

import io.github.pleas.PleasException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A temporary folder of tensors that memory has no room for, one file each: made when the first is
 * written, and removed on {@link #close} and when the program is interrupted. For several threads.
 */
final class SpillFolder implements AutoCloseable {
  private final Path parent;
  private final Thread cleanup = new Thread(this::remove, "pleas-remove-spilled-tensors");
  private Optional<Path> folder = Optional.empty();
  private boolean hooked;
  private boolean closed;
  private long files;

  /**
   * No folder yet.
   *
   * @param parent where it is made
   */
  SpillFolder(Path parent) {
    this.parent = parent;
  }

  /**
   * Writes a tensor. Alone with the removal of the folder: an interrupt must not leave a file that
   * is just written.
   *
   * @throws PleasException if it cannot be written, for instance since the disk is full
   * @throws IllegalStateException if this is closed, or the program ends
   */
  synchronized Path write(NativeBuffer tensor) {
    if (closed) {
      throw new IllegalStateException("the store is closed");
    }
    try {
      Path file = made().resolve("tensor-" + files++);
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = tensor.bytes();
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
      return file;
    } catch (IOException e) {
      throw new PleasException(
          "cannot write intermediate results to the temporary folder %s: %s. Free some space there, or name another folder by -Djava.io.tmpdir"
              .formatted(parent, e),
          e);
    }
  }

  /** The folder; who removes it comes first, since there is nobody once the program ends. */
  private Path made() throws IOException {
    if (!hooked) {
      Runtime.getRuntime().addShutdownHook(cleanup);
      hooked = true;
    }
    if (folder.isEmpty()) {
      folder = Optional.of(Files.createTempDirectory(parent, "pleas-"));
    }
    return folder.get();
  }

  /**
   * Reads a tensor.
   *
   * @param buffer what is filled with it
   * @throws PleasException if its file cannot be read in full
   */
  static void read(Path file, NativeBuffer buffer) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer bytes = buffer.bytes();
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
      if (bytes.hasRemaining()) {
        throw new PleasException(
            "the temporary file %s was cut off: expected %d bytes, found %d"
                .formatted(file, buffer.size(), bytes.position()));
      }
    } catch (IOException e) {
      throw new PleasException("cannot read the temporary file " + file + ": " + e, e);
    }
  }

  /** Deletes a tensor's file, if it is still there. */
  static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new PleasException("cannot delete the temporary file " + file + ": " + e, e);
    }
  }

  private synchronized void remove() {
    closed = true;
    folder.ifPresent(
        path -> {
          try (var entries = Files.list(path)) {
            entries.forEach(SpillFolder::delete);
          } catch (IOException e) {
            throw new PleasException("cannot empty the temporary folder " + path + ": " + e, e);
          }
          delete(path);
        });
    folder = Optional.empty();
  }

  @Override
  public void close() {
    boolean toUnhook;
    synchronized (this) {
      toUnhook = hooked;
      remove();
    }
    if (toUnhook) {
      try {
        Runtime.getRuntime().removeShutdownHook(cleanup);
      } catch (IllegalStateException shuttingDown) {
        // The hook runs already; the folder is gone, which is what it is for.
      }
    }
  }
}
