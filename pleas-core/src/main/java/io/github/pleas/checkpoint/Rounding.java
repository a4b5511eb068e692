package io.github.pleas.checkpoint;

import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.ElementType;
import java.nio.ByteBuffer;

/**
 * Elements of one floating-point type made into another: to the nearest, ties to even, in one step.
 * A number that would become infinite is refused: a network with it would be broken in silence.
 */
final class Rounding {
  private static final int CHUNK = 1 << 14;

  private final ElementType from;
  private final ElementType to;
  private final String what;
  private final double[] values = new double[CHUNK];
  private final float[] singles = new float[CHUNK];
  private final short[] halves = new short[CHUNK];

  /**
   * @param what whose elements they are, for messages
   */
  Rounding(ElementType from, ElementType to, String what) {
    this.from = from;
    this.to = to;
    this.what = what;
  }

  /** All elements that remain in one buffer into another; both are little-endian. */
  void round(ByteBuffer in, ByteBuffer out) {
    while (in.remaining() >= from.bytes()) {
      int count = Math.min(CHUNK, in.remaining() / from.bytes());
      if (from == ElementType.DOUBLE || to == ElementType.DOUBLE) {
        readDoubles(in, count);
        writeDoubles(out, count);
      } else {
        readSingles(in, count);
        writeSingles(out, count);
      }
    }
  }

  private void readSingles(ByteBuffer in, int count) {
    if (from == ElementType.FLOAT) {
      in.asFloatBuffer().get(singles, 0, count);
    } else {
      in.asShortBuffer().get(halves, 0, count);
      if (from == ElementType.FLOAT16) {
        for (int i = 0; i < count; i++) {
          singles[i] = HalfPrecision.fromHalf(halves[i]);
        }
      } else {
        for (int i = 0; i < count; i++) {
          singles[i] = HalfPrecision.fromBfloat16(halves[i]);
        }
      }
    }
    in.position(in.position() + count * from.bytes());
  }

  private void writeSingles(ByteBuffer out, int count) {
    if (to == ElementType.FLOAT) {
      out.asFloatBuffer().put(singles, 0, count);
    } else {
      for (int i = 0; i < count; i++) {
        halves[i] =
            to == ElementType.FLOAT16
                ? HalfPrecision.toHalf(singles[i])
                : HalfPrecision.toBfloat16(singles[i]);
        if (isInfinite(halves[i])) {
          requireInfinite(singles[i]);
        }
      }
      out.asShortBuffer().put(halves, 0, count);
    }
    out.position(out.position() + count * to.bytes());
  }

  private void readDoubles(ByteBuffer in, int count) {
    if (from == ElementType.DOUBLE) {
      in.asDoubleBuffer().get(values, 0, count);
      in.position(in.position() + count * from.bytes());
      return;
    }
    readSingles(in, count);
    for (int i = 0; i < count; i++) {
      values[i] = singles[i];
    }
  }

  private void writeDoubles(ByteBuffer out, int count) {
    if (to == ElementType.DOUBLE) {
      out.asDoubleBuffer().put(values, 0, count);
    } else if (to == ElementType.FLOAT) {
      for (int i = 0; i < count; i++) {
        singles[i] = (float) values[i];
        if (Float.isInfinite(singles[i])) {
          requireInfinite(values[i]);
        }
      }
      out.asFloatBuffer().put(singles, 0, count);
    } else {
      for (int i = 0; i < count; i++) {
        halves[i] =
            to == ElementType.FLOAT16
                ? HalfPrecision.toHalf(values[i])
                : HalfPrecision.toBfloat16(values[i]);
        if (isInfinite(halves[i])) {
          requireInfinite(values[i]);
        }
      }
      out.asShortBuffer().put(halves, 0, count);
    }
    out.position(out.position() + count * to.bytes());
  }

  private boolean isInfinite(short half) {
    return (half & 0x7FFF) == (to == ElementType.FLOAT16 ? 0x7C00 : 0x7F80);
  }

  private void requireInfinite(double value) {
    if (!Double.isInfinite(value)) {
      throw new InvalidInputException(
          what
              + " has the value "
              + value
              + ", which is beyond what "
              + to
              + " can hold; choose another precision");
    }
  }
}
