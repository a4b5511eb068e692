package io.github.pleas.runtime;

import io.github.pleas.PleasException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Keeps tensors for later: in native memory up to a limit, beyond it in files of a {@link
 * SpillFolder}, which are written and deleted on a thread beside. Those go first that are read
 * last: what is read soon is read several times, and by way of a file each time takes longer.
 *
 * <p>For several threads; what each tensor is used for is theirs to agree on.
 */
public final class TensorStore implements AutoCloseable {
  /** Of the limit, what may wait to be written, in parts: a batch's tensors come all at once. */
  private static final int WAITING_PART = 16;

  private final long limit;
  private final long mostWaiting;
  private final SpillFolder folder;
  private final Beside beside = new Beside();
  private final Set<Stored> all = new HashSet<>();

  /** Those in memory that may go to disk, by the turn in which they are read. */
  private final NavigableMap<Integer, Deque<Stored>> later = new TreeMap<>();

  /** What the thread beside has been given and may not have done yet. */
  private final Deque<Begun> begun = new ArrayDeque<>();

  private long waiting;
  private boolean closed;

  /** Buffers that were given back, by size: memory that is new to the process is slow. */
  private final Map<Long, Deque<NativeBuffer>> spare = new LinkedHashMap<>();

  private long spareBytes;
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
    this.limit = limit - mostWaiting;
    this.mostWaiting = mostWaiting;
    this.folder = new SpillFolder(parent);
  }

  /**
   * A file on its way to or from the disk.
   *
   * @param bytes of memory that it frees
   */
  private record Begun(Future<?> work, long bytes) {}

  /** A tensor that the store keeps. */
  public final class Stored {
    private final long size;
    private final int turn;
    private Optional<NativeBuffer> memory;
    private Optional<Future<Path>> file = Optional.empty();

    /** Who reads it in memory, where it must stay meanwhile. */
    private int readers;

    private Stored(NativeBuffer buffer, int turn) {
      this.size = buffer.size();
      this.turn = turn;
      this.memory = Optional.of(buffer);
    }

    /**
     * Opens it for reading; close what comes back before {@link #free}.
     *
     * @throws IllegalStateException if it was freed already
     * @throws PleasException if its file could not be written, or cannot be read in full
     */
    public Reading read() {
      Optional<Future<Path>> written;
      synchronized (TensorStore.this) {
        if (!all.contains(this)) {
          throw new IllegalStateException("a tensor was read after it was freed");
        }
        written = file;
        if (written.isEmpty()) {
          readers++;
          AtomicBoolean open = new AtomicBoolean(true);
          Runnable end =
              () -> {
                if (open.getAndSet(false)) {
                  left();
                }
              };
          return new Reading(memory.orElseThrow().floats(), Optional.empty(), end);
        }
      }
      NativeBuffer copy = SpillFolder.read(Beside.await(written.get()), size);
      return new Reading(copy.floats(), Optional.of(copy), copy::close);
    }

    private void left() {
      synchronized (TensorStore.this) {
        readers--;
      }
    }

    /** Gives its memory or file back. */
    public void free() {
      TensorStore.this.free(this);
    }
  }

  private synchronized void free(Stored stored) {
    if (all.remove(stored)) {
      stored.memory.ifPresent(
          buffer -> {
            resident -= stored.size;
            stored.memory = Optional.empty();
            giveBack(buffer, stored.turn);
          });
      // Whether that went well is looked at when the next file is written: this is called where
      // another failure is cleaned up after.
      stored.file.ifPresent(file -> begun.add(new Begun(beside.begin(() -> deleted(file)), 0)));
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
    }
  }

  /**
   * A tensor open for reading.
   *
   * @param floats its elements
   * @param copy where it came from a file, the memory that it is in
   * @param end called once it is closed
   */
  public record Reading(FloatBuffer floats, Optional<NativeBuffer> copy, Runnable end)
      implements AutoCloseable {
    @Override
    public void close() {
      end.run();
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

  /**
   * Takes memory that holds nothing any more, for {@link #allocate}. Buffers of one size follow
   * each other where a network is run from layer to layer, but not among rows.
   */
  private void giveBack(NativeBuffer buffer, int turn) {
    long size = buffer.size();
    if (turn == 0) {
      spareBytes += size;
      spare.computeIfAbsent(size, any -> new ArrayDeque<>()).add(buffer);
    } else {
      buffer.close();
    }
  }

  /** Frees spare buffers until some bytes more may be kept, or none is left. */
  private void makeRoom(long bytes) {
    for (Deque<NativeBuffer> buffers : spare.values()) {
      while (resident + spareBytes + bytes > limit && !buffers.isEmpty()) {
        NativeBuffer buffer = buffers.remove();
        spareBytes -= buffer.size();
        buffer.close();
      }
    }
  }

  /**
   * Keeps a buffer that is read soon, see {@link #keep(NativeBuffer, int)}.
   *
   * @throws PleasException if something must go to disk and the disk is full
   */
  public Stored keep(NativeBuffer buffer) {
    return keep(buffer, 0);
  }

  /**
   * Keeps a buffer, which from now on is the store's, whether this succeeds or not. Where memory
   * has no room for it, others that are read later go to disk, or else it does itself.
   *
   * @param turn in which it is read: after those of lower turns
   * @throws PleasException if it, or one before it, must go to disk and the disk is full
   */
  public synchronized Stored keep(NativeBuffer buffer, int turn) {
    Stored stored = new Stored(buffer, turn);
    boolean complete = false;
    try {
      boolean more = true;
      while (more && resident + stored.size > limit) {
        more = evictLatest(turn);
      }
      boolean room = resident + stored.size <= limit;
      if (!room) {
        write(stored);
      }
      settle();
      if (room) {
        hold(stored);
      }
      complete = true;
      all.add(stored);
      return stored;
    } finally {
      if (!complete) {
        stored.memory.ifPresent(NativeBuffer::close);
      }
    }
  }

  private void hold(Stored stored) {
    makeRoom(stored.size);
    resident += stored.size;
    notePeak();
    if (stored.turn > 0) {
      maySendLater(stored);
    }
  }

  private void maySendLater(Stored stored) {
    later.computeIfAbsent(stored.turn, any -> new ArrayDeque<>()).add(stored);
  }

  private void notePeak() {
    peak = Math.max(peak, resident + spareBytes + Math.min(waiting, mostWaiting));
  }

  /** Sends to disk what is read last, if there is anything that is read after a turn. */
  private boolean evictLatest(int turn) {
    List<Stored> read = new ArrayList<>();
    boolean found = false;
    while (!found && !later.isEmpty() && later.lastKey() > turn) {
      Deque<Stored> last = later.lastEntry().getValue();
      Stored stored = last.removeLast();
      if (last.isEmpty()) {
        later.pollLastEntry();
      }
      // Some were freed since.
      if (stored.memory.isPresent() && stored.readers > 0) {
        read.add(stored);
      } else if (stored.memory.isPresent()) {
        resident -= stored.size;
        write(stored);
        found = true;
      }
    }
    read.forEach(this::maySendLater);
    return found;
  }

  /** Has a tensor written beside, after which its memory is free. */
  private void write(Stored stored) {
    if (closed) {
      throw new IllegalStateException("the store is closed");
    }
    NativeBuffer buffer = stored.memory.orElseThrow();
    Future<Path> file = beside.begin(() -> written(buffer));
    stored.file = Optional.of(file);
    stored.memory = Optional.empty();
    begun.add(new Begun(file, stored.size));
    waiting += stored.size;
    notePeak();
  }

  private Path written(NativeBuffer buffer) {
    try (buffer) {
      return folder.write(buffer);
    }
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

  /** Gives everything back; what is still to be written is. */
  @Override
  public void close() {
    try (folder;
        beside) {
      synchronized (this) {
        closed = true;
        freeSpare();
        // The files go with their folder.
        all.forEach(stored -> stored.memory.ifPresent(NativeBuffer::close));
        all.clear();
        begun.clear();
        later.clear();
        resident = 0;
      }
    }
  }
}
