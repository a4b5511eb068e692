package io.github.pleas.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class UnitGatherTest {
  private static final float UNTOUCHED = -1;

  /** Few rows of many places are looked up, many are copied first: both give what is there. */
  @Property(tries = 300)
  void aRowHoldsTheUnitsOfItsStartAndNothingElseIsWritten(
      @ForAll @IntRange(min = 1, max = 40) int units,
      @ForAll @IntRange(min = 1, max = 3000) int distance,
      @ForAll @IntRange(min = 0, max = 60) int rows,
      @ForAll @IntRange(max = 5) int from,
      @ForAll @IntRange(max = 3) int gap,
      @ForAll long seed) {
    Random random = new Random(seed);
    float[] values = new float[(units + 1) * distance];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    int[] starts = random.ints(rows, 0, distance).toArray();
    int stride = units + gap;
    float[] found = new float[from + rows * stride];
    Arrays.fill(found, UNTOUCHED);
    float[] expected = found.clone();
    for (int row = 0; row < rows; row++) {
      for (int unit = 0; unit < units; unit++) {
        expected[from + row * stride + unit] = values[starts[row] + unit * distance];
      }
    }
    UnitGather.read(FloatBuffer.wrap(values), starts, units, distance, found, from, stride);
    assertThat(found).isEqualTo(expected);
  }
}
