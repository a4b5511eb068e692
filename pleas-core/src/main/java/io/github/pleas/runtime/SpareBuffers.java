package io.github.pleas.runtime;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Buffers that hold nothing any more, for the next ones of their sizes: memory that is new to the
 * process is slow, since the system clears it page by page. Used by one thread at a time.
 */
final class SpareBuffers {
  /** By size, the one that was given last at the end. */
  private final Map<Long, Deque<NativeBuffer>> bySize = new LinkedHashMap<>();

  private long bytes;

  /** Bytes of all of them. */
  long bytes() {
    return bytes;
  }

  /** Bytes of those of a size. */
  long bytes(long size) {
    return size * Optional.ofNullable(bySize.get(size)).map(Deque::size).orElse(0);
  }

  /** One of a size, if there is one; the caller's from now on. */
  Optional<NativeBuffer> take(long size) {
    Optional<NativeBuffer> found = Optional.ofNullable(bySize.get(size)).map(Deque::poll);
    bytes -= found.isPresent() ? size : 0;
    return found;
  }

  /** Takes one over. */
  void give(NativeBuffer buffer) {
    long size = buffer.size();
    Deque<NativeBuffer> alike = Objects.requireNonNullElseGet(bySize.remove(size), ArrayDeque::new);
    alike.add(buffer);
    bySize.put(size, alike);
    bytes += size;
  }

  /**
   * Frees some, beginning with the size that none was given of for longest.
   *
   * @param excess bytes to free, if so many are left; nothing if it is not above zero
   * @param but the size of those that stay
   */
  void free(long excess, Optional<Long> but) {
    long rest = bytes - excess;
    for (Map.Entry<Long, Deque<NativeBuffer>> alike : bySize.entrySet()) {
      Deque<NativeBuffer> buffers = alike.getValue();
      while (bytes > rest && !buffers.isEmpty() && !but.equals(Optional.of(alike.getKey()))) {
        bytes -= alike.getKey();
        buffers.remove().close();
      }
    }
  }

  /** Frees all. */
  void clear() {
    bySize.values().forEach(alike -> alike.forEach(NativeBuffer::close));
    bySize.clear();
    bytes = 0;
  }
}
