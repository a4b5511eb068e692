package io.github.pleas.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.layout.MergedAxis;
import io.github.pleas.runtime.Workers;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RidgeSolverTest {
  private static final Workers WORKERS = new Workers(2);
  private static final int ROWS = 60;
  private static final int INPUTS = 7;
  private static final int OUTPUTS = 3;
  private static final double[][] X = Problems.withOnes(Problems.normal(ROWS, INPUTS, 1));
  private static final double[][] T = Problems.normal(ROWS, OUTPUTS, 2);
  private static final double[] BASE = base(3);

  private static double[] base(long seed) {
    return Problems.flat(Problems.normal(INPUTS + 1, OUTPUTS, seed));
  }

  private static RidgeSolver solver(LayerProblem problem) {
    return new RidgeSolver(problem, MergedAxis.same(INPUTS), MergedAxis.same(OUTPUTS), 1, WORKERS);
  }

  /** |X w - t|^2 / R + lambda |w - factor w0|^2, the bias not shrunk. */
  private static double objective(double[] w, double lambda, double[] factor) {
    double[][] y = Problems.product(X, w, OUTPUTS);
    double sum = 0;
    for (int r = 0; r < ROWS; r++) {
      for (int o = 0; o < OUTPUTS; o++) {
        sum += (y[r][o] - T[r][o]) * (y[r][o] - T[r][o]) / ROWS;
      }
    }
    for (int p = 0; p < INPUTS; p++) {
      for (int o = 0; o < OUTPUTS; o++) {
        double from = w[p * OUTPUTS + o] - factor[o] * BASE[p * OUTPUTS + o];
        sum += lambda * from * from;
      }
    }
    return sum;
  }

  /** The slope of t on the base's prediction without its bias, by plain covariances. */
  private static double[] bestFactors() {
    double[] weights = BASE.clone();
    java.util.Arrays.fill(weights, INPUTS * OUTPUTS, weights.length, 0);
    double[][] y = Problems.product(X, weights, OUTPUTS);
    double[] factors = new double[OUTPUTS];
    for (int o = 0; o < OUTPUTS; o++) {
      double sy = 0;
      double st = 0;
      double yy = 0;
      double yt = 0;
      for (int r = 0; r < ROWS; r++) {
        sy += y[r][o] / ROWS;
        st += T[r][o] / ROWS;
        yy += y[r][o] * y[r][o] / ROWS;
        yt += y[r][o] * T[r][o] / ROWS;
      }
      factors[o] = (yt - sy * st) / (yy - sy * sy);
    }
    return factors;
  }

  @Test
  void withoutARidgeTheResidualIsOrthogonalToEveryInput() {
    double[] w = solver(Problems.of(X, T, BASE)).solve(true, 1e-12).weights();
    double[][] y = Problems.product(X, w, OUTPUTS);
    for (int p = 0; p <= INPUTS; p++) {
      for (int o = 0; o < OUTPUTS; o++) {
        double product = 0;
        for (int r = 0; r < ROWS; r++) {
          product += X[r][p] * (y[r][o] - T[r][o]) / ROWS;
        }
        assertThat(product).isCloseTo(0, within(1e-9));
      }
    }
  }

  @Test
  void theSolutionIsTheMinimumOfTheShrunkObjective() {
    LayerProblem problem = Problems.of(X, T, BASE);
    double ridge = 0.3;
    double lambda = ridge * problem.meanDiagonal();
    double[] factors = bestFactors();
    double[] w = solver(problem).solve(true, ridge).weights();
    double least = objective(w, lambda, factors);
    Random random = new Random(4);
    for (int i = 0; i < w.length; i++) {
      for (double step : new double[] {1e-3, -1e-3}) {
        double[] other = w.clone();
        other[i] += step;
        assertThat(objective(other, lambda, factors)).isGreaterThan(least);
      }
      // Stationary to second order: a step of h costs about h^2, not h.
      double[] other = w.clone();
      other[i] += 1e-4 * random.nextGaussian();
      assertThat(objective(other, lambda, factors) - least).isLessThan(1e-6);
    }
  }

  @Test
  void aLargeRidgeGivesTheScaledBaseAndTheBestBias() {
    double[] factors = bestFactors();
    double[] w = solver(Problems.of(X, T, BASE)).solve(true, 1e9).weights();
    double[][] y = Problems.product(X, w, OUTPUTS);
    for (int o = 0; o < OUTPUTS; o++) {
      for (int p = 0; p < INPUTS; p++) {
        assertThat(w[p * OUTPUTS + o]).isCloseTo(factors[o] * BASE[p * OUTPUTS + o], within(1e-5));
      }
      double bias = 0;
      for (int r = 0; r < ROWS; r++) {
        bias += (y[r][o] - T[r][o]) / ROWS;
      }
      assertThat(bias).isCloseTo(0, within(1e-8));
    }
  }

  @Test
  void theBaseDoesNotMatterWithoutARidge() {
    double[] w = solver(Problems.of(X, T, BASE)).solve(true, 1e-12).weights();
    assertThat(solver(Problems.of(X, T, base(9))).solve(false, 1e-12).weights())
        .containsExactly(w, within(1e-8));
  }

  @Test
  void whereTheBaseIsTheAnswerItComesBackForEveryRidge() {
    double[][] answered = Problems.product(X, BASE, OUTPUTS);
    for (double ridge : new double[] {1e-8, 1e-3, 1, 1e6}) {
      assertThat(solver(Problems.of(X, answered, BASE)).solve(true, ridge).weights())
          .containsExactly(BASE, within(1e-6));
    }
  }

  @Test
  void theResidualIsThatOfTheRows() {
    LayerProblem problem = Problems.of(X, T, BASE);
    double[] w = base(8);
    double[][] y = Problems.product(X, w, OUTPUTS);
    double error = 0;
    double total = 0;
    for (int r = 0; r < ROWS; r++) {
      for (int o = 0; o < OUTPUTS; o++) {
        error += (y[r][o] - T[r][o]) * (y[r][o] - T[r][o]);
        total += T[r][o] * T[r][o];
      }
    }
    assertThat(problem.residual(w, WORKERS)).isCloseTo(Math.sqrt(error / total), within(1e-6));
  }

  @Test
  void theResidualOfASolutionIsThatOfItsWeightsForEveryRidge() {
    MergedAxis in =
        new MergedAxis(new int[] {0, 1, 2, 3, 4, -1, -1}, new int[] {-1, -1, 2, 3, 4, 0, 1});
    MergedAxis out = new MergedAxis(new int[] {0, 1, -1}, new int[] {-1, 1, 0});
    double[] base = BASE.clone();
    for (int p : new int[] {5, 6}) {
      base[p * OUTPUTS] = 0;
    }
    for (int p : new int[] {0, 1}) {
      base[p * OUTPUTS + 2] = 0;
    }
    LayerProblem problem = Problems.of(X, T, base);
    for (double ridge : new double[] {1e-6, 1e-2, 10}) {
      for (RidgeSolver solver :
          new RidgeSolver[] {solver(problem), new RidgeSolver(problem, in, out, 1, WORKERS)}) {
        RidgeSolver.Solution found = solver.solve(true, ridge);
        assertThat(found.residual())
            .isCloseTo(problem.residual(found.weights(), WORKERS), within(1e-9));
      }
    }
  }

  @Test
  void separateOutputsDoNotSeeTheOthersSeparateInputsAndAreBestWithoutThem() {
    // Inputs: 2 of A only, 3 merged, 2 of B only; outputs: A only, merged, B only.
    MergedAxis in =
        new MergedAxis(new int[] {0, 1, 2, 3, 4, -1, -1}, new int[] {-1, -1, 2, 3, 4, 0, 1});
    MergedAxis out = new MergedAxis(new int[] {0, 1, -1}, new int[] {-1, 1, 0});
    double[] base = BASE.clone();
    for (int p : new int[] {5, 6}) {
      base[p * OUTPUTS] = 0;
    }
    for (int p : new int[] {0, 1}) {
      base[p * OUTPUTS + 2] = 0;
    }
    LayerProblem problem = Problems.of(X, T, base);
    double[] w = new RidgeSolver(problem, in, out, 1, WORKERS).solve(false, 1e-12).weights();
    assertThat(new double[] {w[5 * OUTPUTS], w[6 * OUTPUTS], w[2], w[OUTPUTS + 2]})
        .containsExactly(0, 0, 0, 0);
    double[] all = solver(problem).solve(false, 1e-12).weights();
    double[][] y = Problems.product(X, w, OUTPUTS);
    for (int p = 0; p <= INPUTS; p++) {
      assertThat(w[p * OUTPUTS + 1]).isCloseTo(all[p * OUTPUTS + 1], within(1e-9));
      double ofA = 0;
      double ofB = 0;
      for (int r = 0; r < ROWS; r++) {
        ofA += X[r][p] * (y[r][0] - T[r][0]) / ROWS;
        ofB += X[r][p] * (y[r][2] - T[r][2]) / ROWS;
      }
      if (p != 5 && p != 6) {
        assertThat(ofA).isCloseTo(0, within(1e-9));
      }
      if (p != 0 && p != 1) {
        assertThat(ofB).isCloseTo(0, within(1e-9));
      }
    }
  }

  @Test
  void inputsThatAreZeroOnAllRowsLeaveTheBase() {
    double[][] dark = Problems.withOnes(new double[ROWS][INPUTS]);
    double[] w = solver(Problems.of(dark, T, BASE)).solve(true, 1e-3).weights();
    for (int i = 0; i < INPUTS * OUTPUTS; i++) {
      assertThat(w[i]).isEqualTo(BASE[i]);
    }
  }

  @Test
  void equalRowsLeaveTheScaleOfTheBase() {
    double[][] same = new double[ROWS][];
    double[][] targets = new double[ROWS][];
    for (int r = 0; r < ROWS; r++) {
      same[r] = X[0];
      targets[r] = Problems.product(X, BASE, OUTPUTS)[0];
    }
    assertThat(solver(Problems.of(same, targets, BASE)).solve(true, 1e-3).weights())
        .containsExactly(BASE, within(1e-5));
  }
}
