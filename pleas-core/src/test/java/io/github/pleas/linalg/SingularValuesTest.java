package io.github.pleas.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.PleasException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SingularValuesTest {
  private static double[] random(Random random, int count) {
    return random.doubles(count, -1, 1).toArray();
  }

  /** X'Y in full, [m, n]. */
  private static double[][] product(double[] x, double[] y, int d) {
    int m = x.length / d;
    int n = y.length / d;
    double[][] all = new double[m][n];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        for (int k = 0; k < d; k++) {
          all[i][j] += x[k * m + i] * y[k * n + j];
        }
      }
    }
    return all;
  }

  /**
   * One-sided Jacobi: columns are turned until they are orthogonal; their lengths are the values.
   */
  static double[] jacobi(double[][] matrix) {
    int rows = matrix.length;
    int columns = matrix[0].length;
    double[][] a = Arrays.stream(matrix).map(double[]::clone).toArray(double[][]::new);
    for (int sweep = 0; sweep < 60; sweep++) {
      for (int p = 0; p < columns; p++) {
        for (int q = p + 1; q < columns; q++) {
          double pp = 0;
          double qq = 0;
          double pq = 0;
          for (int i = 0; i < rows; i++) {
            pp += a[i][p] * a[i][p];
            qq += a[i][q] * a[i][q];
            pq += a[i][p] * a[i][q];
          }
          double angle = 0.5 * Math.atan2(2 * pq, pp - qq);
          for (int i = 0; i < rows; i++) {
            double left = a[i][p];
            a[i][p] = Math.cos(angle) * left + Math.sin(angle) * a[i][q];
            a[i][q] = -Math.sin(angle) * left + Math.cos(angle) * a[i][q];
          }
        }
      }
    }
    double[] lengths = new double[columns];
    for (int j = 0; j < columns; j++) {
      for (int i = 0; i < rows; i++) {
        lengths[j] += a[i][j] * a[i][j];
      }
      lengths[j] = -Math.sqrt(lengths[j]);
    }
    Arrays.sort(lengths);
    return Arrays.stream(lengths).map(l -> -l).toArray();
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "1, 5, 3", "3, 7, 7", "4, 6, 9", "5, 3, 8", "8, 20, 12"})
  void areThoseOfTheProductInFull(int d, int m, int n) {
    Random random = new Random(10 * d + m);
    double[] x = random(random, d * m);
    double[] y = random(random, d * n);
    double[] expected = Arrays.copyOf(jacobi(product(x, y, d)), d);
    double[] found = SingularValues.ofProduct(x, y, d);
    assertThat(found).hasSize(d);
    for (int k = 0; k < d; k++) {
      assertThat(found[k]).isCloseTo(expected[k], within(1e-7 * expected[0]));
    }
  }

  @Test
  void ofAMatrixAreThoseOfItsColumns() {
    double[] x = random(new Random(4), 4 * 6);
    double[][] turned = new double[6][4];
    for (int i = 0; i < 24; i++) {
      turned[i % 6][i / 6] = x[i];
    }
    double[] expected = jacobi(turned);
    double[] found = SingularValues.of(x, 4);
    for (int k = 0; k < 4; k++) {
      assertThat(found[k]).isCloseTo(expected[k], within(1e-7 * expected[0]));
    }
  }

  /** Another basis on the inner axis, X by R and Y by the inverse of R', is the same product. */
  @Test
  void doNotDependOnTheBasisOfTheInnerAxis() {
    Random random = new Random(6);
    double[] x = random(random, 2 * 5);
    double[] y = random(random, 2 * 4);
    double[] expected = SingularValues.ofProduct(x, y, 2);
    double[] r = {2, 1, -0.5, 3};
    double determinant = r[0] * r[3] - r[1] * r[2];
    double[] inverse = {
      r[3] / determinant, -r[2] / determinant, -r[1] / determinant, r[0] / determinant
    };
    double[] found =
        SingularValues.ofProduct(
            Blas.multiply(r, 2, 2, x, 5), Blas.multiply(inverse, 2, 2, y, 4), 2);
    assertThat(found[0]).isCloseTo(expected[0], within(1e-9));
    assertThat(found[1]).isCloseTo(expected[1], within(1e-9));
  }

  @Test
  void numbersThatAreNotFiniteAreRefused() {
    assertThatThrownBy(() -> SingularValues.of(new double[] {1, Double.NaN}, 2))
        .isInstanceOf(PleasException.class)
        .hasMessageContaining("finite");
    for (double bad :
        new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
      double[] x = {1, bad};
      assertThatThrownBy(() -> SingularValues.ofProduct(new double[2], x, 2))
          .isInstanceOf(PleasException.class)
          .hasMessageContaining("finite");
    }
    assertThatThrownBy(() -> SingularValues.of(new double[3], 2))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
