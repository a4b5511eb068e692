package io.github.pleas.runtime;

import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;

/**
 * An array in the processor's memory, as runs of a graph take and give it: elements from the
 * buffer's position, as many as the shape says, direct and in native order where a run writes to
 * it.
 */
public sealed interface HostArray extends RunArray
    permits Session.FloatArray, HostArray.Longs, HostArray.Doubles {
  /** Elements from the buffer's position to its limit. */
  int remaining();

  /** Whether the buffer is memory that native code can write to. */
  boolean isDirect();

  /** Indices. */
  record Longs(LongBuffer data, int[] shape) implements HostArray {
    @Override
    public int remaining() {
      return data.remaining();
    }

    @Override
    public boolean isDirect() {
      return data.isDirect();
    }
  }

  /** Double-precision numbers. */
  record Doubles(DoubleBuffer data, int[] shape) implements HostArray {
    @Override
    public int remaining() {
      return data.remaining();
    }

    @Override
    public boolean isDirect() {
      return data.isDirect();
    }
  }

  /** Single-precision numbers. */
  static Session.FloatArray floats(FloatBuffer data, int... shape) {
    return new Session.FloatArray(data, shape);
  }
}
