package io.github.pleas.runtime;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Memory where a device computes, so that what one run leaves there the next can read. For one
 * thread; what was taken is given back with it.
 */
public interface CardMemory extends AutoCloseable {
  /**
   * A block of it.
   *
   * @param address where the device finds it
   * @param bytes how many
   */
  record Block(long address, long bytes) {}

  /** What ONNX Runtime calls this memory. */
  String name();

  /** The device's number. */
  int device();

  /** Takes a block, unless there is too little left. */
  Optional<Block> allocate(long bytes);

  /** Makes all bytes of a block zeros. */
  void clear(Block block);

  /** Gives a block back. */
  void free(Block block);

  /**
   * Copies a block to the processor's memory.
   *
   * @param to direct, as many bytes from its position on as the block has
   */
  void copy(Block block, ByteBuffer to);

  @Override
  void close();
}
