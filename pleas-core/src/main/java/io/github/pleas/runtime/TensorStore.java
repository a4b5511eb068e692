package io.github.pleas.runtime;

import io.github.pleas.PleasException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Keeps tensors for later: in native memory up to a limit, beyond it in files of a {@link
 * SpillFolder}, which are written and deleted on a thread beside.
 *
 * <p>For several threads; what each tensor is used for is theirs to agree on.
 */
public final class TensorStore implements AutoCloseable {
  /** Of the limit, what may wait to be written, in parts: a batch's tensors come all at once. */
  private static final int WAITING_PART = 16;

  private final long whole;

  /** Of the whole, what kept tensors may have. */
  private final long limit;

  private final long mostWaiting;
  private final SpillFolder folder;
  private final Beside beside = new Beside();
  private final Set<Stored> all = new HashSet<>();

  /** What the thread beside has been given and may not have done yet. */
  private final Deque<Begun> begun = new ArrayDeque<>();

  private long waiting;
  private boolean closed;

  /** Of tensors that were freed, written, or read from their files. */
  private final SpareBuffers spare = new SpareBuffers();

  private long resident;
  private long peak;

  /**
   * A store that spills into the platform's temporary folder.
   *
   * @param limit bytes of native memory that it may hold
   */
  public TensorStore(long limit) {
    this(limit, limit / WAITING_PART, Path.of(System.getProperty("java.io.tmpdir")));
  }

  /**
   * A store.
   *
   * @param limit bytes of native memory that it may hold
   * @param mostWaiting how many of them may wait to be written; with 0, the caller waits instead
   * @param parent where it makes its temporary folder, once it needs one
   */
  TensorStore(long limit, long mostWaiting, Path parent) {
    this.whole = limit;
    this.limit = limit - mostWaiting;
    this.mostWaiting = mostWaiting;
    this.folder = new SpillFolder(parent);
  }

  /**
   * A file that is written or deleted.
   *
   * @param buffer what is written
   */
  private record Begun(Future<?> work, Optional<NativeBuffer> buffer) {
    long bytes() {
      return buffer.map(NativeBuffer::size).orElse(0L);
    }
  }

  /** A tensor that the store keeps. */
  public final class Stored {
    private final long size;
    private final Optional<NativeBuffer> memory;
    private final Optional<Future<Path>> file;

    private Stored(long size, Optional<NativeBuffer> memory, Optional<Future<Path>> file) {
      this.size = size;
      this.memory = memory;
      this.file = file;
    }

    /**
     * Opens it for reading; close what comes back before {@link #free}.
     *
     * @throws IllegalStateException if it was freed already
     * @throws PleasException if its file could not be written, or cannot be read in full
     */
    public Reading read() {
      if (!isKept(this)) {
        throw new IllegalStateException("a tensor was read after it was freed");
      }
      if (memory.isPresent()) {
        return new Reading(memory.get().floats(), Optional.empty());
      }
      Path path = Beside.await(file.orElseThrow());
      NativeBuffer copy = spareOrNew(size);
      boolean complete = false;
      try {
        SpillFolder.read(path, copy);
        complete = true;
      } finally {
        if (!complete) {
          copy.close();
        }
      }
      AtomicBoolean open = new AtomicBoolean(true);
      return new Reading(
          copy.floats(),
          Optional.of(
              () -> {
                if (open.getAndSet(false)) {
                  giveBack(copy);
                }
              }));
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
      // Whether that went well is looked at when the next file is written: this is called where
      // another failure is cleaned up after.
      stored.file.ifPresent(
          file -> begun.add(new Begun(beside.begin(() -> deleted(file)), Optional.empty())));
      if (mostWaiting == 0) {
        settle();
      }
    }
  }

  private static boolean deleted(Future<Path> file) {
    Path path;
    try {
      path = Beside.await(file);
    } catch (PleasException | IllegalStateException notWritten) {
      // There is nothing to delete; who kept or reads it is told why.
      return false;
    }
    SpillFolder.delete(path);
    return true;
  }

  /**
   * Waits until no more than may waits to be written.
   *
   * @throws PleasException if that, or what was done before, failed
   */
  private void settle() {
    while (!begun.isEmpty()
        && (waiting > mostWaiting || mostWaiting == 0 || begun.peek().work().isDone())) {
      Begun first = begun.remove();
      waiting -= first.bytes();
      Beside.await(first.work());
      // Written: had that failed, it would have been freed.
      first.buffer().ifPresent(this::giveBack);
    }
  }

  /**
   * A tensor open for reading.
   *
   * @param floats its elements
   * @param back gives back, once, the memory that it was read into, where it came from a file
   */
  public record Reading(FloatBuffer floats, Optional<Runnable> back) implements AutoCloseable {
    /** Whether it has memory of its own while it is open. */
    public boolean isCopy() {
      return back.isPresent();
    }

    @Override
    public void close() {
      back.ifPresent(Runnable::run);
    }
  }

  /**
   * A buffer to be filled and kept, the caller's until then: one that was given back, if there is
   * one of this size.
   *
   * @param floats single-precision numbers that it holds
   */
  NativeBuffer allocate(long floats) {
    return spareOrNew(Math.multiplyExact(floats, (long) Float.BYTES));
  }

  private synchronized NativeBuffer spareOrNew(long size) {
    return spare.take(size).orElseGet(() -> new NativeBuffer(size));
  }

  /** Takes memory that holds nothing any more, for {@link #allocate}, if there is room for it. */
  private synchronized void giveBack(NativeBuffer buffer) {
    long size = buffer.size();
    // If all spare buffers of other sizes were freed.
    long room = whole - resident - waiting - spare.bytes(size);
    if (closed || size > room) {
      buffer.close();
    } else {
      makeRoom(size, Optional.of(size));
      spare.give(buffer);
      notePeak();
    }
  }

  /** Bytes that are kept, wait to be written or are spare. */
  synchronized long held() {
    return resident + waiting + spare.bytes();
  }

  /**
   * Frees spare buffers, but those of a size, until some bytes more may be held or none is left.
   */
  private void makeRoom(long bytes, Optional<Long> but) {
    spare.free(held() + bytes - whole, but);
  }

  /**
   * Keeps a buffer, which from now on is the store's, whether this succeeds or not.
   *
   * @throws PleasException if it, or one before it, must go to disk and the disk is full
   */
  public synchronized Stored keep(NativeBuffer buffer) {
    Stored stored;
    makeRoom(buffer.size(), Optional.empty());
    if (resident + buffer.size() <= limit) {
      resident += buffer.size();
      notePeak();
      stored = new Stored(buffer.size(), Optional.of(buffer), Optional.empty());
    } else {
      stored = new Stored(buffer.size(), Optional.empty(), Optional.of(spill(buffer)));
    }
    all.add(stored);
    return stored;
  }

  private Future<Path> spill(NativeBuffer buffer) {
    if (closed) {
      buffer.close();
      throw new IllegalStateException("the store is closed");
    }
    Future<Path> file = beside.begin(() -> written(buffer));
    begun.add(new Begun(file, Optional.of(buffer)));
    waiting += buffer.size();
    settle();
    notePeak();
    return file;
  }

  private void notePeak() {
    peak = Math.max(peak, held());
  }

  private Path written(NativeBuffer buffer) {
    boolean complete = false;
    try {
      Path file = folder.write(buffer);
      complete = true;
      return file;
    } finally {
      if (!complete) {
        buffer.close();
      }
    }
  }

  /** Frees memory that holds nothing any more: that of tensors to come, and what is written. */
  public synchronized void freeSpare() {
    List<Begun> before = List.copyOf(begun);
    begun.clear();
    for (Begun one : before) {
      if (one.work().isDone()) {
        // Whether that went well is looked at when the next file is written.
        waiting -= one.bytes();
        one.buffer().ifPresent(NativeBuffer::close);
        begun.add(new Begun(one.work(), Optional.empty()));
      } else {
        begun.add(one);
      }
    }
    spare.clear();
  }

  /** The most native memory that it held at once, in bytes. */
  public synchronized long peak() {
    return peak;
  }

  /** Gives everything back; what is still to be written is. */
  @Override
  public void close() {
    try (folder) {
      synchronized (this) {
        closed = true;
        freeSpare();
        // The files go with their folder.
        all.forEach(stored -> stored.memory.ifPresent(NativeBuffer::close));
        all.clear();
        resident = 0;
      }
      beside.close();
      synchronized (this) {
        begun.forEach(work -> work.buffer().ifPresent(NativeBuffer::close));
        begun.clear();
        waiting = 0;
      }
    }
  }
}
