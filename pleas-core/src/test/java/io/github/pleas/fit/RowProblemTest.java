package io.github.pleas.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.layout.MergedAxis;
import io.github.pleas.runtime.Workers;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What is solved from rows is what is solved from their moments. */
class RowProblemTest {
  private static final Workers WORKERS = new Workers(2);
  private static final MergedAxis IN =
      new MergedAxis(new int[] {0, 1, 2, 3, 4, -1, -1}, new int[] {-1, -1, 2, 3, 4, 0, 1});
  private static final MergedAxis OUT = new MergedAxis(new int[] {0, 1, -1}, new int[] {-1, 1, 0});
  private static final int TAPS = 3;
  private static final int INPUTS = 7 * TAPS;
  private static final int OUTPUTS = 3;

  private static double[][] inputs(int rows, boolean bias, long seed) {
    double[][] x = Problems.normal(rows, INPUTS, seed);
    for (double[] row : x) {
      for (int p = 0; p < row.length; p++) {
        row[p] = (float) (row[p] + 0.5 * p);
      }
    }
    return bias ? Problems.withOnes(x) : x;
  }

  /** Weights that are zero where separate units do not see each other. */
  private static double[] base(boolean bias, long seed) {
    double[] base = Problems.flat(Problems.normal(INPUTS + (bias ? 1 : 0), OUTPUTS, seed));
    for (int p = 0; p < INPUTS; p++) {
      if (IN.isOnlyB(p / TAPS)) {
        base[p * OUTPUTS] = 0;
      }
      if (IN.isOnlyA(p / TAPS)) {
        base[p * OUTPUTS + 2] = 0;
      }
    }
    return base;
  }

  @Property(tries = 60)
  void theSolutionIsThatOfTheMoments(
      @ForAll @IntRange(min = 1, max = 30) int rows,
      @ForAll boolean bias,
      @ForAll boolean scaled,
      @ForAll @IntRange(min = -3, max = 1) int power) {
    double ridge = Math.pow(10, power);
    double[][] x = inputs(rows, bias, rows);
    double[][] t = Problems.normal(rows, OUTPUTS, 2);
    double[] base = base(bias, 3);
    LayerProblem moments = Problems.of(x, t, base, bias);
    RidgeSolver.Solution expected =
        new RidgeSolver(moments, IN, OUT, TAPS, WORKERS).solve(scaled, ridge);
    try (RowProblem problem = Problems.rows(x, t, base, bias)) {
      RidgeSolver.Solution found =
          new RidgeSolver(problem, IN, OUT, TAPS, WORKERS).solve(scaled, ridge);
      assertThat(found.weights()).containsExactly(expected.weights(), within(1e-6));
      // Of small residuals the moments know only the square to rounding.
      assertThat(found.residual()).isCloseTo(expected.residual(), within(1e-5));
      assertThat(problem.residual(found.weights(), WORKERS))
          .isCloseTo(found.residual(), within(1e-5));
      assertThat(problem.meanDiagonal()).isCloseTo(moments.meanDiagonal(), within(1e-9));
    }
  }

  @Test
  void whatIsLeftIsOrthogonalToEveryInputButForTheRidge() {
    double[][] x = inputs(10, true, 5);
    double[][] t = Problems.normal(10, OUTPUTS, 6);
    try (RowProblem problem = Problems.rows(x, t, base(true, 7), true)) {
      double ridge = 1e-9;
      double[] w =
          new RidgeSolver(problem, MergedAxis.same(7), MergedAxis.same(OUTPUTS), TAPS, WORKERS)
              .solve(false, ridge)
              .weights();
      double[][] y = Problems.product(x, w, OUTPUTS);
      for (int p = 0; p <= INPUTS; p++) {
        for (int o = 0; o < OUTPUTS; o++) {
          double product = 0;
          for (int r = 0; r < x.length; r++) {
            product += x[r][p] * (y[r][o] - t[r][o]);
          }
          assertThat(product).isCloseTo(0, within(1e-5));
        }
      }
    }
  }

  @Test
  void whereTheBaseIsTheAnswerItComesBackForEveryRidge() {
    double[][] x = inputs(9, true, 8);
    double[] base = base(true, 9);
    double[][] answered = Problems.product(x, base, OUTPUTS);
    for (double ridge : new double[] {1e-4, 1, 1e6}) {
      try (RowProblem problem = Problems.rows(x, answered, base, true)) {
        assertThat(new RidgeSolver(problem, IN, OUT, TAPS, WORKERS).solve(true, ridge).weights())
            .containsExactly(base, within(1e-5));
      }
    }
  }

  @Test
  void inputsThatAreZeroOnAllRowsLeaveTheBase() {
    double[][] x = Problems.withOnes(new double[4][INPUTS]);
    double[] base = base(true, 10);
    try (RowProblem problem = Problems.rows(x, Problems.normal(4, OUTPUTS, 11), base, true)) {
      double[] w = new RidgeSolver(problem, IN, OUT, TAPS, WORKERS).solve(true, 1e-3).weights();
      for (int i = 0; i < INPUTS * OUTPUTS; i++) {
        assertThat(w[i]).isEqualTo(base[i]);
      }
    }
  }
}
