package io.github.pleas.runtime;

import io.github.pleas.PleasException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps tensors for later: in native memory up to a limit, beyond it in files of a temporary
 * folder, which is removed on {@link #close} and when the program is interrupted.
 *
 * <p>For several threads; what each tensor is used for is theirs to agree on.
 */
public final class TensorStore implements AutoCloseable {
  private final long limit;
  private final Path parent;
  private final Thread cleanup = new Thread(this::removeFolder, "pleas-remove-spilled-tensors");
  private final Set<Stored> all = new HashSet<>();

  /** Buffers that were given back, by size: memory that is new to the process is slow. */
  private final Map<Long, Deque<NativeBuffer>> spare = new LinkedHashMap<>();

  private long spareBytes;
  private long resident;
  private long peak;
  private Optional<Path> folder = Optional.empty();
  private boolean closed;
  private long files;

  /**
   * A store that spills into the platform's temporary folder.
   *
   * @param limit bytes of native memory that it may hold
   */
  public TensorStore(long limit) {
    this(limit, Path.of(System.getProperty("java.io.tmpdir")));
  }

  /**
   * A store.
   *
   * @param limit bytes of native memory that it may hold
   * @param parent where it makes its temporary folder, once it needs one
   */
  TensorStore(long limit, Path parent) {
    this.limit = limit;
    this.parent = parent;
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

    /**
     * Opens it for reading; close what comes back before {@link #free}.
     *
     * @throws IllegalStateException if it was freed already
     * @throws PleasException if its file cannot be read in full
     */
    public Reading read() {
      if (!isKept(this)) {
        throw new IllegalStateException("a tensor was read after it was freed");
      }
      if (memory.isPresent()) {
        return new Reading(memory.get().floats(), Optional.empty());
      }
      return load(file.orElseThrow(), size);
    }

    /** Gives its memory or file back. */
    public void free() {
      TensorStore.this.free(this);
    }
  }

  private synchronized boolean isKept(Stored stored) {
    return all.contains(stored);
  }

  private synchronized void free(Stored stored) {
    if (all.remove(stored)) {
      stored.memory.ifPresent(
          buffer -> {
            resident -= stored.size;
            giveBack(buffer);
          });
      stored.file.ifPresent(TensorStore::delete);
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
   * A buffer to be filled and kept, the caller's until then: one that was given back, if there is
   * one of this size.
   *
   * @param floats single-precision numbers that it holds
   */
  synchronized NativeBuffer allocate(long floats) {
    long size = Math.multiplyExact(floats, (long) Float.BYTES);
    Deque<NativeBuffer> fitting = spare.get(size);
    if (fitting == null || fitting.isEmpty()) {
      return new NativeBuffer(size);
    }
    spareBytes -= size;
    return fitting.remove();
  }

  /** Takes memory that holds nothing any more, for {@link #allocate}, if it may be kept. */
  private void giveBack(NativeBuffer buffer) {
    if (resident + spareBytes + buffer.size() <= limit) {
      spareBytes += buffer.size();
      spare.computeIfAbsent(buffer.size(), size -> new ArrayDeque<>()).add(buffer);
    } else {
      buffer.close();
    }
  }

  /** Frees spare buffers until some bytes more may be kept, or none is left. */
  private void makeRoom(long bytes) {
    if (resident + bytes > limit) {
      return; // It will not be kept in memory whatever is freed.
    }
    for (Deque<NativeBuffer> buffers : spare.values()) {
      while (resident + spareBytes + bytes > limit && !buffers.isEmpty()) {
        NativeBuffer buffer = buffers.remove();
        spareBytes -= buffer.size();
        buffer.close();
      }
    }
  }

  /**
   * Keeps a buffer, which from now on is the store's, whether this succeeds or not.
   *
   * @throws PleasException if it must go to disk and the disk is full
   */
  public synchronized Stored keep(NativeBuffer buffer) {
    Stored stored;
    makeRoom(buffer.size());
    if (resident + buffer.size() <= limit) {
      resident += buffer.size();
      peak = Math.max(peak, resident + spareBytes);
      stored = new Stored(buffer.size(), Optional.of(buffer), Optional.empty());
    } else {
      try (buffer) {
        stored = new Stored(buffer.size(), Optional.empty(), Optional.of(spill(buffer)));
      }
    }
    all.add(stored);
    return stored;
  }

  /** Frees memory that holds nothing any more, which was for tensors to come. */
  public synchronized void freeSpare() {
    spare.values().forEach(buffers -> buffers.forEach(NativeBuffer::close));
    spare.clear();
    spareBytes = 0;
  }

  /** The most native memory that it held at once, in bytes. */
  public synchronized long peak() {
    return peak;
  }

  /** Alone with {@link #removeFolder}: an interrupt must not leave a file that is just written. */
  private synchronized Path spill(NativeBuffer buffer) {
    if (closed) {
      throw new IllegalStateException("the store is closed");
    }
    try {
      if (folder.isEmpty()) {
        folder = Optional.of(Files.createTempDirectory(parent, "pleas-"));
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
          "cannot write intermediate results to the temporary folder %s: %s. Free some space there, or name another folder by -Djava.io.tmpdir"
              .formatted(parent, e),
          e);
    }
  }

  private static Reading load(Path file, long size) {
    NativeBuffer buffer = new NativeBuffer(size);
    boolean complete = false;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer bytes = buffer.bytes();
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
      if (bytes.hasRemaining()) {
        throw new PleasException(
            "the temporary file %s was cut off: expected %d bytes, found %d"
                .formatted(file, size, bytes.position()));
      }
      complete = true;
      return new Reading(buffer.floats(), Optional.of(buffer));
    } catch (IOException e) {
      throw new PleasException("cannot read the temporary file " + file + ": " + e, e);
    } finally {
      if (!complete) {
        buffer.close();
      }
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new PleasException("cannot delete the temporary file " + file + ": " + e, e);
    }
  }

  private synchronized void removeFolder() {
    closed = true;
    folder.ifPresent(
        path -> {
          try (var entries = Files.list(path)) {
            entries.forEach(TensorStore::delete);
          } catch (IOException e) {
            throw new PleasException("cannot empty the temporary folder " + path + ": " + e, e);
          }
          delete(path);
        });
    folder = Optional.empty();
  }

  @Override
  public void close() {
    boolean hooked;
    synchronized (this) {
      List.copyOf(all).forEach(this::free);
      freeSpare();
      hooked = folder.isPresent();
      removeFolder();
    }
    if (hooked) {
      try {
        Runtime.getRuntime().removeShutdownHook(cleanup);
      } catch (IllegalStateException shuttingDown) {
        // The hook runs already; the folder is gone, which is what it is for.
      }
    }
  }
}
