package io.github.pleas.runtime;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** The processor's memory in the part of a card's. */
public class HostCard implements CardMemory {
  private final Map<Block, BytePointer> blocks = new HashMap<>();
  private final long limit;
  private long bytes;
  private int allocated;
  private int copies;
  private int puts;
  private int clears;

  public HostCard(long limit) {
    this.limit = limit;
  }

  @Override
  public String name() {
    return "Cpu";
  }

  @Override
  public int device() {
    return 0;
  }

  @Override
  public synchronized Optional<Block> allocate(long size) {
    if (bytes + size > limit) {
      return Optional.empty();
    }
    BytePointer pointer = new BytePointer(size);
    // What a run leaves unwritten shows.
    Pointer.memset(pointer, 0x7f, size);
    Block block = new Block(pointer.address(), size);
    blocks.put(block, pointer);
    bytes += size;
    allocated++;
    return Optional.of(block);
  }

  @Override
  public synchronized void clear(Block block) {
    Pointer.memset(blocks.get(block), 0, block.bytes());
    clears++;
  }

  @Override
  public synchronized void free(Block block) {
    BytePointer pointer = blocks.remove(block);
    if (pointer == null) {
      throw new IllegalStateException("freed twice");
    }
    bytes -= block.bytes();
    pointer.deallocate();
  }

  @Override
  public synchronized void copy(Block block, long from, ByteBuffer to) {
    BytePointer pointer = blocks.get(block);
    if (pointer == null) {
      throw new IllegalStateException("read after it was freed");
    }
    ByteBuffer all = pointer.limit(block.bytes()).asByteBuffer();
    to.slice().put(all.slice((int) from, to.remaining()));
    copies++;
  }

  @Override
  public synchronized void put(ByteBuffer from, Block block) {
    BytePointer pointer = blocks.get(block);
    if (pointer == null) {
      throw new IllegalStateException("written after it was freed");
    }
    pointer.limit(block.bytes()).asByteBuffer().put(from.slice());
    puts++;
  }

  /** Bytes that are taken. */
  public long taken() {
    return bytes;
  }

  /** Blocks that were ever taken. */
  public int allocated() {
    return allocated;
  }

  /** Parts of blocks that were copied to the processor's memory. */
  public int copies() {
    return copies;
  }

  /** Arrays that were copied from the processor's memory. */
  public int puts() {
    return puts;
  }

  /** Blocks that were made zeros. */
  public int clears() {
    return clears;
  }

  @Override
  public void close() {
    blocks.values().forEach(BytePointer::deallocate);
    blocks.clear();
    bytes = 0;
  }
}
