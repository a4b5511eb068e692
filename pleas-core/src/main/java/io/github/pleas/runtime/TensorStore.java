package io.github.pleas.runtime;

import io.github.pleas.PleasException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps tensors for later: in native memory up to a limit, beyond it in files of a temporary
 * folder, which is removed on {@link #close} and when the program is interrupted.
 */
public final class TensorStore implements AutoCloseable {
  private final long limit;
  private final Thread cleanup = new Thread(this::removeFolder, "pleas-remove-spilled-tensors");
  private final Set<Stored> all = new HashSet<>();
  private long resident;
  private long peak;
  private Optional<Path> folder = Optional.empty();
  private long files;

  /**
   * A store.
   *
   * @param limit bytes of native memory that it may hold
   */
  public TensorStore(long limit) {
    this.limit = limit;
  }

  /** A tensor that the store keeps. */
  public final class Stored {
    private final long size;
    private final Optional<NativeBuffer> memory;
    private final Optional<Path> file;

    private Stored(long size, Optional<NativeBuffer> memory, Optional<Path> file) {
      this.size = size;
      this.memory = memory;
      this.file = file;
    }

    /** Opens it for reading; close what comes back before {@link #free}. */
    public Reading read() {
      if (memory.isPresent()) {
        return new Reading(memory.get().floats(), Optional.empty());
      }
      NativeBuffer buffer = new NativeBuffer(size);
      try (FileChannel channel = FileChannel.open(file.orElseThrow(), StandardOpenOption.READ)) {
        ByteBuffer bytes = buffer.bytes();
        while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
        return new Reading(buffer.floats(), Optional.of(buffer));
      } catch (IOException e) {
        buffer.close();
        throw new UncheckedIOException("reading a spilled tensor failed", e);
      }
    }

    /** Gives its memory or file back. */
    public void free() {
      if (all.remove(this)) {
        memory.ifPresent(
            buffer -> {
              buffer.close();
              resident -= size;
            });
        file.ifPresent(TensorStore::delete);
      }
    }
  }

  /**
   * A tensor open for reading.
   *
   * @param floats its elements
   * @param copy memory to give back afterwards, where it came from a file
   */
  public record Reading(FloatBuffer floats, Optional<NativeBuffer> copy) implements AutoCloseable {
    @Override
    public void close() {
      copy.ifPresent(NativeBuffer::close);
    }
  }

  /**
   * Keeps a buffer, which from now on is the store's.
   *
   * @throws PleasException if it must go to disk and the disk is full
   */
  public Stored keep(NativeBuffer buffer) {
    Stored stored;
    if (resident + buffer.size() <= limit) {
      resident += buffer.size();
      peak = Math.max(peak, resident);
      stored = new Stored(buffer.size(), Optional.of(buffer), Optional.empty());
    } else {
      stored = new Stored(buffer.size(), Optional.empty(), Optional.of(spill(buffer)));
      buffer.close();
    }
    all.add(stored);
    return stored;
  }

  /** The most native memory that it held at once, in bytes. */
  public long peak() {
    return peak;
  }

  private Path spill(NativeBuffer buffer) {
    try {
      if (folder.isEmpty()) {
        folder = Optional.of(Files.createTempDirectory("pleas-"));
        Runtime.getRuntime().addShutdownHook(cleanup);
      }
      Path file = folder.get().resolve("tensor-" + files++);
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = buffer.bytes();
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
      return file;
    } catch (IOException e) {
      throw new PleasException(
          "cannot write intermediate results to the temporary folder %s: %s. Free some space there, or name another"
                  .formatted(System.getProperty("java.io.tmpdir"), e.getMessage())
              + " folder by -Djava.io.tmpdir",
          e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete the temporary file " + file, e);
    }
  }

  private void removeFolder() {
    folder.ifPresent(
        path -> {
          try (var entries = Files.list(path)) {
            entries.forEach(TensorStore::delete);
          } catch (IOException e) {
            throw new UncheckedIOException("cannot empty the temporary folder " + path, e);
          }
          delete(path);
        });
  }

  @Override
  public void close() {
    Set.copyOf(all).forEach(Stored::free);
    if (folder.isPresent()) {
      removeFolder();
      folder = Optional.empty();
      try {
        Runtime.getRuntime().removeShutdownHook(cleanup);
      } catch (IllegalStateException shuttingDown) {
        // The hook runs already; the folder is gone, which is what it is for.
      }
    }
  }
}
