package io.github.pleas.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.DoubleFunction;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import org.junit.jupiter.api.Test;

class HalfPrecisionTest {
  private static final int ALL = 1 << 16;
  private static final int INFINITE_HALF = 0x7C00;
  private static final int INFINITE_BFLOAT16 = 0x7F80;

  /** What IEEE 754 says that the bits mean; {@code bias} and widths are those of the format. */
  private static double meaning(int bits, int exponentBits, int fractionBits) {
    int bias = (1 << exponentBits - 1) - 1;
    int exponent = bits >> fractionBits & (1 << exponentBits) - 1;
    int fraction = bits & (1 << fractionBits) - 1;
    double sign = bits >> 15 == 0 ? 1 : -1;
    if (exponent == (1 << exponentBits) - 1) {
      return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
    }
    return exponent == 0
        ? sign * Math.scalb((double) fraction, 1 - bias - fractionBits)
        : sign * Math.scalb(1 + Math.scalb((double) fraction, -fractionBits), exponent - bias);
  }

  @Test
  void everyHalfIsWhatItsBitsMean() {
    for (int bits = 0; bits < ALL; bits++) {
      assertThat((double) HalfPrecision.fromHalf((short) bits))
          .as("half %04x", bits)
          .isEqualTo(Double.valueOf(meaning(bits, 5, 10)));
    }
  }

  @Test
  void everyBfloat16IsWhatItsBitsMean() {
    for (int bits = 0; bits < ALL; bits++) {
      assertThat((double) HalfPrecision.fromBfloat16((short) bits))
          .as("bfloat16 %04x", bits)
          .isEqualTo(Double.valueOf(meaning(bits, 8, 7)));
    }
  }

  @Test
  void everyValueComesBack() {
    for (int bits = 0; bits < ALL; bits++) {
      float half = HalfPrecision.fromHalf((short) bits);
      float bfloat16 = HalfPrecision.fromBfloat16((short) bits);
      if (!Float.isNaN(half)) {
        assertThat(HalfPrecision.toHalf(half)).isEqualTo((short) bits);
        assertThat(HalfPrecision.toHalf((double) half)).isEqualTo((short) bits);
      } else {
        assertThat(HalfPrecision.fromHalf(HalfPrecision.toHalf(half))).isNaN();
        assertThat(HalfPrecision.fromHalf(HalfPrecision.toHalf((double) half))).isNaN();
      }
      if (!Float.isNaN(bfloat16)) {
        assertThat(HalfPrecision.toBfloat16(bfloat16)).isEqualTo((short) bits);
        assertThat(HalfPrecision.toBfloat16((double) bfloat16)).isEqualTo((short) bits);
      } else {
        assertThat(HalfPrecision.fromBfloat16(HalfPrecision.toBfloat16(bfloat16))).isNaN();
        assertThat(HalfPrecision.fromBfloat16(HalfPrecision.toBfloat16((double) bfloat16))).isNaN();
      }
    }
  }

  @Test
  void betweenTwoHalvesTheNearestIsTakenAndTheEvenOneInTheMiddle() {
    between(
        INFINITE_HALF,
        0x1p16,
        HalfPrecision::fromHalf,
        HalfPrecision::toHalf,
        value -> HalfPrecision.toHalf(value));
  }

  @Test
  void betweenTwoBfloat16TheNearestIsTakenAndTheEvenOneInTheMiddle() {
    between(
        INFINITE_BFLOAT16,
        0x1p128,
        HalfPrecision::fromBfloat16,
        HalfPrecision::toBfloat16,
        value -> HalfPrecision.toBfloat16(value));
  }

  /**
   * @param infinite the bits of infinity
   * @param beyond what would come next, were there no infinity
   */
  private static void between(
      int infinite,
      double beyond,
      Function<Short, Float> value,
      Function<Float, Short> ofFloat,
      DoubleFunction<Short> ofDouble) {
    for (int low = 0; low < infinite; low++) {
      double a = value.apply((short) low);
      double b = low + 1 == infinite ? beyond : value.apply((short) (low + 1));
      double middle = (a + b) / 2; // exact: a double has bits enough
      int even = low % 2 == 0 ? low : low + 1;
      for (int sign : new int[] {1, -1}) {
        int signBit = sign > 0 ? 0 : 0x8000;
        assertThat(ofDouble.apply(sign * middle)).isEqualTo((short) (even | signBit));
        assertThat(ofDouble.apply(sign * Math.nextDown(middle))).isEqualTo((short) (low | signBit));
        assertThat(ofDouble.apply(sign * Math.nextUp(middle)))
            .isEqualTo((short) (low + 1 | signBit));
        float single = (float) middle;
        assertThat((double) single).isEqualTo(middle);
        assertThat(ofFloat.apply(sign * single)).isEqualTo((short) (even | signBit));
        assertThat(ofFloat.apply(sign * Math.nextDown(single))).isEqualTo((short) (low | signBit));
        assertThat(ofFloat.apply(sign * Math.nextUp(single)))
            .isEqualTo((short) (low + 1 | signBit));
      }
    }
  }

  @Test
  void whatIsTooLargeBecomesInfiniteAndWhatIsTooSmallZero() {
    assertThat(HalfPrecision.toHalf(65519.996f)).isEqualTo((short) 0x7BFF);
    assertThat(HalfPrecision.toHalf(65520f)).isEqualTo((short) INFINITE_HALF);
    assertThat(HalfPrecision.toHalf(-1e300)).isEqualTo((short) (0x8000 | INFINITE_HALF));
    assertThat(HalfPrecision.toHalf(Double.POSITIVE_INFINITY)).isEqualTo((short) INFINITE_HALF);
    assertThat(HalfPrecision.toHalf(-Double.MIN_VALUE)).isEqualTo((short) 0x8000);
    assertThat(HalfPrecision.toBfloat16(Float.MAX_VALUE)).isEqualTo((short) INFINITE_BFLOAT16);
    assertThat(HalfPrecision.toBfloat16(1e300)).isEqualTo((short) INFINITE_BFLOAT16);
    assertThat(HalfPrecision.toBfloat16(Double.MIN_VALUE)).isZero();
  }

  @Property
  void aSingleIsRoundedAsTheSameDouble(@ForAll @FloatRange(min = -1e6f, max = 1e6f) float value) {
    assertThat(HalfPrecision.toHalf((double) value)).isEqualTo(HalfPrecision.toHalf(value));
    assertThat(HalfPrecision.toBfloat16((double) value)).isEqualTo(HalfPrecision.toBfloat16(value));
  }
}
