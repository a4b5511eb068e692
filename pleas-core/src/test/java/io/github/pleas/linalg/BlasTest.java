package io.github.pleas.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.runtime.Workers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BlasTest {
  @Test
  void multipliesAsDefined() {
    Random random = new Random(1);
    double[] a = Matrices.uniform(random, 7, 5);
    double[] b = Matrices.uniform(random, 5, 9);
    double[] expected = Matrices.times(a, 7, 5, b, 9);
    double[] product = Blas.multiply(a, 7, 5, b, 9);
    for (int i = 0; i < expected.length; i++) {
      assertThat(product[i]).isCloseTo(expected[i], within(1e-14));
    }
  }

  @Test
  void multipliesASymmetricMatrixOfWhichOnlyTheUpperTriangleIsThere() {
    Random random = new Random(2);
    int n = 7;
    int columns = 300;
    double[] upper = Matrices.uniform(random, n, n);
    double[] full = upper.clone();
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        upper[i * n + j] = Double.NaN;
        full[i * n + j] = full[j * n + i];
      }
    }
    double[] b = Matrices.uniform(random, n, columns);
    double[] expected = Matrices.times(full, n, n, b, columns);
    try (Workers workers = new Workers(2)) {
      assertThat(Blas.multiplySymmetric(upper, n, b, columns, workers))
          .containsExactly(expected, within(1e-14));
    }
  }

  @Test
  void multipliesByTheTransposeOfTheRightFactor() {
    float[] product =
        Blas.multiplyTransposedRight(
            new float[] {1, 2, 3, 4, 5, 6}, 2, 3, new float[] {1, 0, -1}, 1);
    assertThat(product).containsExactly(-2, -2);
  }

  @Test
  void productOverNothingIsZero() {
    assertThat(Blas.multiply(new double[0], 2, 0, new double[0], 3)).containsExactly(new double[6]);
    assertThat(Blas.multiply(new double[0], 0, 2, new double[6], 3)).isEmpty();
  }

  @Test
  void findsWhatIsNotFiniteWhereverItIs() {
    FloatBuffer values =
        ByteBuffer.allocateDirect(4 * 1001).order(ByteOrder.nativeOrder()).asFloatBuffer();
    values.position(1);
    assertThat(Blas.isFinite(values)).isTrue();
    for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      for (int at : new int[] {1, 500, 1000}) {
        values.put(at, wrong);
        assertThat(Blas.isFinite(values)).isFalse();
        values.put(at, 0);
      }
    }
    values.put(0, Float.NaN);
    assertThat(Blas.isFinite(values)).as("before the position").isTrue();
    // Finite, though their sum is not.
    values.put(1, Float.MAX_VALUE).put(2, -Float.MAX_VALUE).put(3, Float.MAX_VALUE);
    assertThat(Blas.isFinite(values)).isTrue();
  }

  @Test
  void refusesArraysOfAnotherLength() {
    assertThatThrownBy(() -> Blas.multiply(new double[6], 2, 3, new double[4], 2))
        .hasMessage("right factor: expected 6 elements for [3, 2], found 4");
  }

  @Test
  void panelStartsAsZerosAndRefusesWhatDoesNotFit() {
    FloatPanel panel = new FloatPanel(2, 3);
    float[] row = new float[3];
    panel.get(1, row);
    assertThat(row).containsOnly(0);
    panel.put(0, 2, new float[] {9, 7, 8, 9}, 1, 2);
    panel.get(1, row);
    assertThat(row).containsExactly(8, 0, 0);
    assertThatThrownBy(() -> panel.put(1, 0, new float[4], 0, 4))
        .isInstanceOf(IndexOutOfBoundsException.class);
    panel.close();
    panel.close();
    assertThatThrownBy(() -> panel.put(0, 0, row, 0, 3)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> new FloatPanel(70_000, 8_000)).hasMessageContaining("[70000, 8000]");
  }
}
