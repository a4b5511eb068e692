package io.github.pleas.checkpoint;

/**
 * The two 16-bit floating-point formats, from and to single and double precision: IEEE 754's half
 * (5 bits of exponent, 10 of fraction) and bfloat16 (the upper half of a single-precision number).
 * Every number of either is a single-precision number; the other way rounds to the nearest, ties to
 * even, and overflows to infinity. What is not a number stays so, with its sign and as many of its
 * bits as fit. Bits, not arithmetic: Java has a conversion of its own only since version 20.
 */
public final class HalfPrecision {
  private static final int INFINITY = 0x7F800000;
  // 65520: halfway between the largest half, 65504, and what would come next.
  private static final int HALF_OVERFLOW = 0x477FF000;
  private static final int HALF_NORMAL = 0x38800000; // 2^-14, the least with a full fraction
  private static final float HALF_STEP = 0x1p-24f; // between the halves below that

  private HalfPrecision() {}

  /** The value of a half. */
  public static float fromHalf(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = half >> 10 & 0x1F;
    int fraction = half & 0x3FF;
    if (exponent == 0) {
      return Float.intBitsToFloat(sign | Float.floatToRawIntBits(fraction * HALF_STEP));
    }
    int bits = exponent == 0x1F ? INFINITY : exponent + 112 << 23; // the biases are 15 and 127
    return Float.intBitsToFloat(sign | bits | fraction << 13);
  }

  /** The half nearest to a number. */
  public static short toHalf(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = bits >>> 16 & 0x8000;
    int magnitude = bits & 0x7FFFFFFF;
    if (magnitude > INFINITY) {
      return (short) (sign | 0x7E00 | magnitude >> 13 & 0x3FF);
    }
    if (magnitude >= HALF_OVERFLOW) {
      return (short) (sign | 0x7C00);
    }
    if (magnitude < HALF_NORMAL) {
      // The scaling is exact, and Math.rint rounds as wanted.
      return (short) (sign | (int) Math.rint(Float.intBitsToFloat(magnitude) / HALF_STEP));
    }
    return (short) (sign | (toEven(magnitude, 13) - (112 << 10)));
  }

  /** The half nearest to a number, rounded once. */
  public static short toHalf(double value) {
    return toHalf(toOdd(value));
  }

  /** The value of a bfloat16. */
  public static float fromBfloat16(short bfloat16) {
    return Float.intBitsToFloat(bfloat16 << 16);
  }

  /** The bfloat16 nearest to a number. */
  public static short toBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    int magnitude = bits & 0x7FFFFFFF;
    if (magnitude > INFINITY) {
      return (short) (bits >>> 16 | 0x40); // quiet, so that no payload can become infinity
    }
    return (short) (bits >>> 16 & 0x8000 | toEven(magnitude, 16));
  }

  /** The bfloat16 nearest to a number, rounded once. */
  public static short toBfloat16(double value) {
    return toBfloat16(toOdd(value));
  }

  /** Drops the lowest bits of a number, rounding to nearest, ties to even. */
  private static int toEven(int bits, int dropped) {
    int odd = bits >>> dropped & 1;
    return bits + (1 << dropped - 1) - 1 + odd >>> dropped;
  }

  /**
   * The single-precision number next to a double, its last bit set if it is not exact. Rounding
   * that to fewer bits is the same as rounding the double: the set bit remembers on which side of a
   * tie it was, where rounding to nearest twice would make ties that are none (Boldo and Melquiond,
   * "Emulation of FMA and correctly rounded sums", 2008).
   */
  private static float toOdd(double value) {
    float near = (float) value;
    if (near == value || Double.isNaN(value)) {
      return near;
    }
    int bits = Float.floatToRawIntBits(near);
    if (Math.abs((double) near) > Math.abs(value)) {
      bits--; // towards zero; from infinity to the largest number
    }
    return Float.intBitsToFloat(bits | 1);
  }
}
