package io.github.pleas.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import org.bytedeco.javacpp.BytePointer;

/**
 * A block of native memory with an owner: freed by {@link #close}, not whenever the collector gets
 * to it.
 */
public final class NativeBuffer implements AutoCloseable {
  private final ByteBuffer bytes;
  private final Runnable free;
  private volatile boolean closed;

  /**
   * Allocates a block; its contents are undefined.
   *
   * @param size bytes, at most 2^31 - 1
   */
  public NativeBuffer(long size) {
    if (size < 0 || size > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("a buffer of " + size + " bytes cannot be addressed");
    }
    BytePointer pointer = new BytePointer(Math.max(1, size));
    // Of the one byte that an empty block has, none shows.
    this.bytes = pointer.asByteBuffer().limit((int) size).slice();
    this.free = pointer::deallocate;
  }

  /**
   * Owns a block that was taken elsewhere.
   *
   * @param bytes the block, direct
   * @param free gives it back; called once
   */
  NativeBuffer(ByteBuffer bytes, Runnable free) {
    this.bytes = bytes;
    this.free = free;
  }

  /** A buffer for some single-precision numbers. */
  public static NativeBuffer ofFloats(long count) {
    return new NativeBuffer(Math.multiplyExact(count, (long) Float.BYTES));
  }

  /** A buffer for some integers of 64 bits, or double-precision numbers. */
  public static NativeBuffer ofEights(long count) {
    return new NativeBuffer(Math.multiplyExact(count, (long) Long.BYTES));
  }

  /**
   * The memory as bytes, a fresh view; not to be used after {@link #close}.
   *
   * @throws IllegalStateException if it was given back already
   */
  public ByteBuffer bytes() {
    if (closed) {
      throw new IllegalStateException("native memory was used after it was given back");
    }
    return bytes.duplicate().order(ByteOrder.nativeOrder()).clear();
  }

  /** The memory as single-precision numbers, a fresh view; not to be used after {@link #close}. */
  public FloatBuffer floats() {
    return bytes().asFloatBuffer();
  }

  /** The memory as integers of 64 bits, a fresh view; not to be used after {@link #close}. */
  public LongBuffer longs() {
    return bytes().asLongBuffer();
  }

  /** The memory as double-precision numbers, a fresh view; not to be used after {@link #close}. */
  public DoubleBuffer doubles() {
    return bytes().asDoubleBuffer();
  }

  /** Bytes allocated. */
  public long size() {
    return bytes.capacity();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      free.run();
    }
  }
}
