package io.github.pleas.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

class BaseSumsTest {
  private static final float[] T = {1, 4, 3, 1, 8, 0, 5, 2};
  private static final float[] Y = {2, 1, 1, 1, 5, 2, 4, 0};
  private static final int[] BOTH = {0, 1};

  @Test
  void partsAddedUpAreTheWhole() {
    BaseSums whole = new BaseSums(2);
    whole.add(FloatBuffer.wrap(T.clone()), FloatBuffer.wrap(Y), BOTH, 0, 4);
    BaseSums sum = new BaseSums(2);
    FloatBuffer targets = FloatBuffer.wrap(T.clone());
    for (int[] part : new int[][] {{0, 1}, {1, 3}}) {
      BaseSums own = new BaseSums(2);
      own.add(targets, FloatBuffer.wrap(Y), BOTH, part[0], part[1]);
      sum.add(own);
    }
    for (int o = 0; o < 2; o++) {
      assertThat(sum.mean(o)).isEqualTo(whole.mean(o));
      assertThat(sum.variance(o)).isEqualTo(whole.variance(o));
      assertThat(sum.covariance(o)).isEqualTo(whole.covariance(o));
      assertThat(sum.meanProduct(o)).isEqualTo(whole.meanProduct(o));
    }
    assertThat(sum.targetSquares()).isEqualTo(whole.targetSquares());
    assertThat(targets.array()).containsExactly(-1, 3, 2, 0, 3, -2, 1, 2);
  }

  @Test
  void areThoseOfTheColumns() {
    BaseSums sums = new BaseSums(2);
    sums.add(FloatBuffer.wrap(T.clone()), FloatBuffer.wrap(Y), BOTH, 0, 4);
    // First column: y = 2 1 5 4, d = -1 2 3 1.
    assertThat(sums.mean(0)).isEqualTo(3);
    assertThat(sums.meanSquare(0)).isEqualTo(46 / 4.0);
    assertThat(sums.variance(0)).isCloseTo(46 / 4.0 - 9, within(1e-12));
    assertThat(sums.meanProduct(0)).isEqualTo(19 / 4.0);
    assertThat(sums.covariance(0)).isCloseTo(19 / 4.0 - 3 * 5 / 4.0, within(1e-12));
    assertThat(sums.targetSquares()).isEqualTo((99 + 21) / 4.0);
  }

  @Test
  void ofSomeColumnsAreThoseOfAllForThese() {
    BaseSums whole = new BaseSums(2);
    whole.add(FloatBuffer.wrap(T.clone()), FloatBuffer.wrap(Y), BOTH, 0, 4);
    BaseSums second = new BaseSums(2);
    FloatBuffer targets = FloatBuffer.wrap(T.clone());
    second.add(targets, FloatBuffer.wrap(new float[] {1, 1, 2, 0}), new int[] {1}, 0, 4);
    assertThat(targets.array()).containsExactly(1, 3, 3, 0, 8, -2, 5, 2);
    BaseSums first = new BaseSums(2);
    first.add(
        FloatBuffer.wrap(T.clone()),
        FloatBuffer.wrap(new float[] {2, 1, 5, 4}),
        new int[] {0},
        0,
        4);
    first.replace(second, new int[] {1});
    for (int o = 0; o < 2; o++) {
      assertThat(first.mean(o)).isEqualTo(whole.mean(o));
      assertThat(first.variance(o)).isEqualTo(whole.variance(o));
      assertThat(first.covariance(o)).isEqualTo(whole.covariance(o));
      assertThat(first.meanSquareTarget(o)).isEqualTo(whole.meanSquareTarget(o));
    }
  }
}
