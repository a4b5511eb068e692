package io.github.pleas.journal;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** Many numbers in a piece: how many, then each, the highest byte first. */
public final class Numbers {
  private static final int BLOCK = 1 << 14;

  private Numbers() {}

  /** Writes single-precision numbers, from the buffer's position to its limit. */
  public static void write(DataOutputStream out, FloatBuffer numbers) throws IOException {
    FloatBuffer left = numbers.duplicate();
    out.writeInt(left.remaining());
    float[] block = new float[BLOCK];
    byte[] bytes = new byte[BLOCK * Float.BYTES];
    while (left.hasRemaining()) {
      int count = Math.min(BLOCK, left.remaining());
      left.get(block, 0, count);
      ByteBuffer.wrap(bytes).asFloatBuffer().put(block, 0, count);
      out.write(bytes, 0, count * Float.BYTES);
    }
  }

  /**
   * Reads single-precision numbers.
   *
   * @param into as many as there are, from its position to its limit
   * @throws IOException if there are another number of them
   */
  public static void read(DataInputStream in, FloatBuffer into) throws IOException {
    FloatBuffer left = into.duplicate();
    require(in.readInt(), left.remaining());
    float[] block = new float[BLOCK];
    byte[] bytes = new byte[BLOCK * Float.BYTES];
    while (left.hasRemaining()) {
      int count = Math.min(BLOCK, left.remaining());
      in.readFully(bytes, 0, count * Float.BYTES);
      ByteBuffer.wrap(bytes).asFloatBuffer().get(block, 0, count);
      left.put(block, 0, count);
    }
  }

  private static void require(int found, int expected) throws IOException {
    if (found != expected) {
      throw new IOException("expected %d numbers, found %d".formatted(expected, found));
    }
  }

  /** Writes whole numbers. */
  public static void write(DataOutputStream out, int[] numbers) throws IOException {
    out.writeInt(numbers.length);
    for (int number : numbers) {
      out.writeInt(number);
    }
  }

  /** Reads whole numbers. */
  public static int[] readInts(DataInputStream in) throws IOException {
    int[] numbers = new int[in.readInt()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = in.readInt();
    }
    return numbers;
  }

  /** Writes double-precision numbers. */
  public static void write(DataOutputStream out, double[] numbers) throws IOException {
    out.writeInt(numbers.length);
    for (double number : numbers) {
      out.writeDouble(number);
    }
  }

  /** Reads double-precision numbers. */
  public static double[] readDoubles(DataInputStream in) throws IOException {
    double[] numbers = new double[in.readInt()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = in.readDouble();
    }
    return numbers;
  }
}
