package io.github.pleas.runtime;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Memory where a device computes, so that what one run leaves there the next can read. What was
 * taken is given back with it. For several threads; what a block holds is theirs to agree on.
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
   * Copies bytes of a block to the processor's memory.
   *
   * @param from the first of them
   * @param to direct; as many are copied as remain in it
   * @throws IllegalArgumentException if the block has fewer from there on
   */
  void copy(Block block, long from, ByteBuffer to);

  /**
   * Copies bytes of the processor's memory to the beginning of a block.
   *
   * @param from direct; all that remain in it
   * @throws IllegalArgumentException if the block has fewer
   */
  void put(ByteBuffer from, Block block);

  /** Copies a whole block, for which the target has room from its position on. */
  default void copy(Block block, ByteBuffer to) {
    copy(block, 0, to.slice(to.position(), Math.toIntExact(block.bytes())));
  }

  @Override
  void close();
}
