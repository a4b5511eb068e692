package io.github.pleas.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.PleasException;
import io.github.pleas.symmetry.StreamRotation;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrthogonalProcrustesTest {
  private static double[] product(double[] a, double[] b, int n, boolean transposeFirst) {
    double[] c = new double[n * n];
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < n; k++) {
        for (int j = 0; j < n; j++) {
          c[i * n + j] += (transposeFirst ? a[k * n + i] : a[i * n + k]) * b[k * n + j];
        }
      }
    }
    return c;
  }

  private static void assertOrthogonal(double[] q, int n) {
    double[] gram = product(q, q, n, true);
    for (int e = 0; e < gram.length; e++) {
      assertThat(gram[e]).isCloseTo(e / n == e % n ? 1 : 0, within(1e-10));
    }
  }

  private static void assertKeepsMean(double[] q, int n) {
    for (int i = 0; i < n; i++) {
      double row = Arrays.stream(q, i * n, (i + 1) * n).sum();
      assertThat(row).isCloseTo(1, within(1e-9));
    }
  }

  private static double trace(double[] matrix, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += matrix[i * n + i];
    }
    return sum;
  }

  // Y = X R', so that Y R = X: Y'X = R X'X.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 40})
  void aRotationIsFound(int n) {
    double[] r = StreamRotation.random(n, false, 3);
    double[] x = new Random(n).doubles(n * n, -1, 1).toArray();
    double[] q = OrthogonalProcrustes.solve(product(r, product(x, x, n, true), n, false), n);
    assertOrthogonal(q, n);
    for (int e = 0; e < q.length; e++) {
      assertThat(q[e]).isCloseTo(r[e], within(1e-6));
    }
  }

  // The best of all has the largest trace of Q'Y'X.
  @Test
  void noRotationIsCloser() {
    int n = 9;
    double[] products = new Random(5).doubles(n * n, -1, 1).toArray();
    double[] q = OrthogonalProcrustes.solve(products, n);
    double best = trace(product(q, products, n, true), n);
    for (int seed = 0; seed < 50; seed++) {
      double[] other = product(q, StreamRotation.random(n, false, seed), n, false);
      assertThat(trace(product(other, products, n, true), n)).isLessThan(best + 1e-9);
    }
  }

  // Rows of mean zero, of fewer directions than there are units: what is left is orthogonal, too.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 11})
  void ofCentredRowsTheMeanStays(int directions) {
    int n = 12;
    Random random = new Random(2);
    double[] products = new double[n * n];
    double[] r = StreamRotation.random(n, true, 8);
    double[][] rows = new double[directions][];
    for (int row = 0; row < directions; row++) {
      double[] x = random.doubles(n, -1, 1).toArray();
      double mean = Arrays.stream(x).average().orElseThrow();
      rows[row] = Arrays.stream(x).map(value -> value - mean).toArray();
      double[] y = times(rows[row], r, n, true);
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          products[i * n + j] += y[i] * rows[row][j];
        }
      }
    }
    double[] q = OrthogonalProcrustes.solveCentred(products, n);
    assertOrthogonal(q, n);
    assertKeepsMean(q, n);
    for (double[] x : rows) {
      double[] back = times(times(x, r, n, true), q, n, false);
      for (int i = 0; i < n; i++) {
        assertThat(back[i]).isCloseTo(x[i], within(1e-6));
      }
    }
  }

  /** x R, or x R'. */
  private static double[] times(double[] x, double[] r, int n, boolean transposed) {
    double[] y = new double[n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        y[j] += x[i] * (transposed ? r[j * n + i] : r[i * n + j]);
      }
    }
    return y;
  }

  @Test
  void whatIsNotFiniteOrNotSquareIsRefused() {
    assertThatThrownBy(() -> OrthogonalProcrustes.solve(new double[] {1, Double.NaN, 0, 1}, 2))
        .isInstanceOf(PleasException.class)
        .hasMessageContaining("NaN");
    assertThatThrownBy(() -> OrthogonalProcrustes.solve(new double[3], 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected 4 elements");
  }
}
