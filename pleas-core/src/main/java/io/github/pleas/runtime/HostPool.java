package io.github.pleas.runtime;

import java.util.ArrayList;
import java.util.List;

/**
 * Memory of the processor's that is taken in few large blocks and used again: to pin some megabytes
 * takes a millisecond, longer than to copy them. What was handed out of a block is free again as
 * soon as all of it is given back. For several threads.
 */
public final class HostPool implements HostMemory, AutoCloseable {
  private static final long BLOCK = 8L << 20;

  /** Where arrays begin: at a multiple of this many bytes. */
  private static final long STEP = 64;

  private final HostMemory source;
  private final long least;
  private final List<Block> blocks = new ArrayList<>();
  private boolean closed;

  /**
   * Nothing taken yet.
   *
   * @param source where blocks are taken from
   */
  public HostPool(HostMemory source) {
    this(source, BLOCK);
  }

  /**
   * The same.
   *
   * @param least bytes of a block; more are rounded up to a power of two
   */
  HostPool(HostMemory source, long least) {
    this.source = source;
    this.least = least;
  }

  /** A block, handed out from its beginning on. */
  private static final class Block {
    private final NativeBuffer memory;
    private long used;
    private int handedOut;

    Block(NativeBuffer memory) {
      this.memory = memory;
    }

    boolean hasRoom(long bytes) {
      return bytes <= memory.size() - used;
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if it is closed
   */
  @Override
  public synchronized NativeBuffer allocate(long bytes) {
    if (closed) {
      throw new IllegalStateException("memory was asked of a pool that is closed");
    }
    Block block =
        blocks.stream().filter(b -> b.hasRoom(bytes)).findFirst().orElseGet(() -> added(bytes));
    NativeBuffer part =
        new NativeBuffer(
            block.memory.bytes().slice((int) block.used, Math.toIntExact(bytes)),
            () -> giveBack(block));
    block.handedOut++;
    block.used += (bytes + STEP - 1) / STEP * STEP;
    return part;
  }

  /** A new block, in the place of those that are free and too small. */
  private Block added(long bytes) {
    List<Block> free = blocks.stream().filter(block -> block.handedOut == 0).toList();
    blocks.removeAll(free);
    free.forEach(block -> block.memory.close());
    long rounded = Math.max(1, Long.highestOneBit(2 * bytes - 1));
    Block block = new Block(source.allocate(Math.max(least, Math.min(rounded, Integer.MAX_VALUE))));
    blocks.add(block);
    return block;
  }

  private synchronized void giveBack(Block block) {
    block.handedOut--;
    if (block.handedOut == 0) {
      block.used = 0;
      if (closed) {
        block.memory.close();
      }
    }
  }

  /** Gives its blocks back; those of which something is still out go with the last of that. */
  @Override
  public synchronized void close() {
    closed = true;
    blocks.stream().filter(block -> block.handedOut == 0).forEach(block -> block.memory.close());
    blocks.clear();
  }
}
