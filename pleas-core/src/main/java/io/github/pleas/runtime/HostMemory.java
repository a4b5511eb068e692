package io.github.pleas.runtime;

/** Where memory of the processor's is taken from that runs read from and write to. */
@FunctionalInterface
public interface HostMemory {
  /** What any program has. */
  HostMemory ORDINARY = NativeBuffer::new;

  /**
   * Takes a block, its contents undefined; the caller closes it.
   *
   * @param bytes at most 2^31 - 1
   */
  NativeBuffer allocate(long bytes);

  /** A block for some single-precision numbers. */
  default NativeBuffer floats(long count) {
    return allocate(Math.multiplyExact(count, (long) Float.BYTES));
  }

  /** A block for some integers of 64 bits. */
  default NativeBuffer longs(long count) {
    return allocate(Math.multiplyExact(count, (long) Long.BYTES));
  }
}
