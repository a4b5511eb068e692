package io.github.pleas.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ChannelProblemTest {
  private static final int ROWS = 40;
  private static final int TAPS = 4;

  private static ChannelProblem of(double[][] x, double[] t) {
    int n = TAPS + 1;
    double[] gram = new double[n * n];
    double[] cross = new double[n];
    double squares = 0;
    for (int r = 0; r < ROWS; r++) {
      for (int p = 0; p < n; p++) {
        cross[p] += x[r][p] * t[r] / ROWS;
        for (int q = 0; q < n; q++) {
          gram[p * n + q] += x[r][p] * x[r][q] / ROWS;
        }
      }
      squares += t[r] * t[r] / ROWS;
    }
    return new ChannelProblem(
        new double[][] {gram}, new double[][] {cross}, new double[] {squares}, TAPS, ROWS);
  }

  private static double[] column(double[][] matrix) {
    double[] column = new double[matrix.length];
    for (int r = 0; r < column.length; r++) {
      column[r] = matrix[r][0];
    }
    return column;
  }

  private static final double[][] X = Problems.withOnes(Problems.normal(ROWS, TAPS, 5));
  private static final double[] T = column(Problems.normal(ROWS, 1, 6));
  private static final double[] CENTRE = {0.3, -0.2, 0.5, 0.1};

  @Test
  void withoutARidgeTheResidualIsOrthogonalToEveryTap() {
    double[] w = of(X, T).solve(CENTRE, 1e-12);
    double[][] y = Problems.product(X, w, 1);
    for (int p = 0; p <= TAPS; p++) {
      double product = 0;
      for (int r = 0; r < ROWS; r++) {
        product += X[r][p] * (y[r][0] - T[r]) / ROWS;
      }
      assertThat(product).isCloseTo(0, within(1e-10));
    }
  }

  @Test
  void aLargeRidgeGivesAMultipleOfTheCentre() {
    double[] w = of(X, T).solve(CENTRE, 1e9);
    for (int p = 1; p < TAPS; p++) {
      assertThat(w[p] / w[0]).isCloseTo(CENTRE[p] / CENTRE[0], within(1e-6));
    }
  }

  @Test
  void whereTheCentreIsTheAnswerItComesBackForEveryRidge() {
    double[] answer = {0.3, -0.2, 0.5, 0.1, 0.7};
    double[] t = column(Problems.product(X, answer, 1));
    for (double ridge : new double[] {1e-6, 0.1, 100}) {
      assertThat(of(X, t).solve(CENTRE, ridge)).containsExactly(answer, within(1e-9));
    }
  }

  @Test
  void aChannelThatIsZeroOnAllRowsKeepsTheCentreAndTakesTheMeanAsBias() {
    double[] w = of(Problems.withOnes(new double[ROWS][TAPS]), T).solve(CENTRE, 0.1);
    double mean = java.util.Arrays.stream(T).average().orElseThrow();
    assertThat(w).containsExactly(new double[] {0.3, -0.2, 0.5, 0.1, mean}, within(1e-9));
  }

  @Test
  void theResidualIsThatOfTheRows() {
    double[] w = {0.1, 0.2, 0.3, 0.4, 0.5};
    double[][] y = Problems.product(X, w, 1);
    double error = 0;
    double total = 0;
    for (int r = 0; r < ROWS; r++) {
      error += (y[r][0] - T[r]) * (y[r][0] - T[r]);
      total += T[r] * T[r];
    }
    assertThat(of(X, T).residual(w)).isCloseTo(Math.sqrt(error / total), within(1e-10));
  }
}
