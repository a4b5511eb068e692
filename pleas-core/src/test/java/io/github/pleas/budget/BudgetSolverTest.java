package io.github.pleas.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.budget.Coupling.Form;
import io.github.pleas.budget.Coupling.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BudgetSolverTest {
  private static BudgetSolver.Solution solved(BudgetProblem problem) {
    return checked(problem, new BudgetSolver().solve(problem));
  }

  /** What holds of any solution. */
  private static BudgetSolver.Solution checked(
      BudgetProblem problem, BudgetSolver.Solution solution) {
    assertThat(problem.allows(solution.separate())).isTrue();
    assertThat(solution.cost())
        .isEqualTo(problem.cost().at(solution.separate()))
        .isLessThanOrEqualTo(problem.limit());
    assertThat(solution.gain()).isEqualTo(problem.gain(solution.separate()));
    assertThat(solution.bound()).isGreaterThanOrEqualTo(solution.gain());
    return solution;
  }

  /** Mostly: CP-SAT gives the best it has where it takes longer. */
  @ParameterizedTest
  @CsvSource({
    "CHAIN, 10, CONCAVE",
    "CHAIN, 16, RUGGED",
    "CHAIN, 20, LINEAR",
    "RESIDUAL, 12, CONCAVE",
    "RESIDUAL, 12, RUGGED",
    "BOTTLENECK, 20, LINEAR",
    "DENSE, 20, CONCAVE",
    "DENSE, 20, LINEAR"
  })
  void itFindsWhatCpSatProvesToBeTheBestAtSixteenLevels(Form form, int groups, Shape shape) {
    for (boolean blocks : new boolean[] {false, true}) {
      Coupling coupling = Coupling.of(form, groups, 1);
      BudgetProblem problem = coupling.problem(blocks, 16, shape, blocks ? 0.2 : 0.5);
      CpSat.Answer oracle = CpSat.solve(problem, 10);
      BudgetSolver.Solution solution = solved(problem);
      assertThat(solution.gain()).isGreaterThanOrEqualTo(0.998 * oracle.gain());
      assertThat(solution.bound()).isGreaterThanOrEqualTo(oracle.gain());
      if (oracle.optimal()) {
        assertThat(solution.gain()).isLessThanOrEqualTo(oracle.gain());
      }
    }
  }

  @Test
  void whereOnlyTheLeastFitsItIsTheBest() {
    for (boolean blocks : new boolean[] {false, true}) {
      BudgetProblem problem =
          Coupling.of(Form.CHAIN, 30, 1).problem(blocks, 64, Shape.CONCAVE, 0.3);
      int[] least = BudgetProblem.least(problem.counts());
      BudgetSolver.Solution solution = solved(problem.withLimit(problem.cost().at(least)));
      assertThat(solution.separate()).isEqualTo(least);
      assertThat(solution.gap()).isZero();
    }
  }

  /** A problem of a few groups with a few counts each, and costs that products lower or raise. */
  private static BudgetProblem tiny(Random random, boolean whole) {
    int n = 1 + random.nextInt(4);
    int[][] counts = new int[n][];
    double[][] gains = new double[n][];
    for (int g = 0; g < n; g++) {
      int size = 1 + random.nextInt(5);
      counts[g] = new int[size];
      gains[g] = new double[size];
      int count = random.nextInt(3);
      for (int k = 0; k < size; k++) {
        counts[g][k] = count;
        count += 1 + random.nextInt(4);
        // Of any shape: falling too.
        gains[g][k] = whole ? random.nextInt(10) : random.nextDouble();
      }
    }
    QuadraticCost.Builder cost = new QuadraticCost.Builder(n);
    for (int layer = 0; layer < 2 * n; layer++) {
      int[] groups = {random.nextInt(n), random.nextInt(n)};
      AxisLength[] axes = new AxisLength[2];
      for (int i = 0; i < 2; i++) {
        int most = counts[groups[i]][counts[groups[i]].length - 1];
        axes[i] = new AxisLength(most, new int[] {groups[i]}, new long[] {1});
      }
      cost.addProduct(1 + random.nextInt(5), axes[0], axes[1]);
      if (random.nextBoolean()) {
        cost.addSeparateProduct(-2, axes[0], axes[1]);
      }
    }
    QuadraticCost built = cost.build();
    long least = built.at(BudgetProblem.least(counts));
    long most = built.at(Arrays.stream(counts).mapToInt(own -> own[own.length - 1]).toArray());
    return new BudgetProblem(
        counts, gains, built, least + (long) (random.nextDouble() * (most - least + 2)));
  }

  private static double best(BudgetProblem problem, int[] separate, int group) {
    if (group == separate.length) {
      return problem.allows(separate) ? problem.gain(separate) : Double.NEGATIVE_INFINITY;
    }
    double best = Double.NEGATIVE_INFINITY;
    for (int count : problem.counts()[group]) {
      separate[group] = count;
      best = Math.max(best, best(problem, separate, group + 1));
    }
    return best;
  }

  @Property(tries = 300)
  void tinyProblemsAreSolvedToTheEnd(@ForAll long seed) {
    Random random = new Random(seed);
    BudgetProblem problem = tiny(random, random.nextBoolean());
    double best = best(problem, new int[problem.groups()], 0);
    BudgetSolver.Solution solution =
        checked(problem, new BudgetSolver(0, 10_000_000).solve(problem));
    assertThat(solution.gain()).isEqualTo(best);
    assertThat(solution.gap()).isLessThan(1e-8);
  }

  /** The bound does not rest on the search: it holds wherever that is broken off. */
  @Property(tries = 200)
  void theBoundHoldsAfterAnyEffort(@ForAll long seed) {
    Random random = new Random(seed);
    BudgetProblem problem = tiny(random, false);
    double best = best(problem, new int[problem.groups()], 0);
    BudgetSolver solver = new BudgetSolver(0, random.nextInt(3000));
    assertThat(checked(problem, solver.solve(problem)).bound()).isGreaterThanOrEqualTo(best);
  }

  @ParameterizedTest
  @CsvSource({"CHAIN, 12", "RESIDUAL, 16", "BOTTLENECK, 30", "DENSE, 30"})
  void aHigherLimitNeverGainsLess(Form form, int groups) {
    for (boolean blocks : new boolean[] {false, true}) {
      BudgetProblem problem = Coupling.of(form, groups, 2).problem(blocks, 16, Shape.RUGGED, 1);
      long least = problem.cost().at(BudgetProblem.least(problem.counts()));
      long[] limits = new long[20];
      for (int i = 0; i < limits.length; i++) {
        limits[i] = least + (problem.limit() - least) * (i + 1) / limits.length;
      }
      List<BudgetSolver.Solution> sweep = new BudgetSolver(1e-3, 1_000_000).sweep(problem, limits);
      for (int i = 0; i < limits.length; i++) {
        BudgetSolver.Solution solution = checked(problem.withLimit(limits[i]), sweep.get(i));
        if (i > 0) {
          assertThat(solution.gain()).isGreaterThanOrEqualTo(sweep.get(i - 1).gain());
        }
      }
      // The last limit is what everything separate costs.
      assertThat(sweep.get(limits.length - 1).gap()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"CHAIN, CONCAVE", "RESIDUAL, RUGGED", "DENSE, LINEAR"})
  void itIsNeverWorseThanTheRulesNorThanWhereItStarts(Form form, Shape shape) {
    for (boolean blocks : new boolean[] {false, true}) {
      Coupling coupling = Coupling.of(form, 15, 3);
      for (double share : new double[] {0.1, 0.3, 0.55, 0.8}) {
        BudgetProblem problem = coupling.problem(blocks, 9, shape, share);
        BudgetSolver hasty = new BudgetSolver(1, 0);
        double found = checked(problem, hasty.solve(problem)).gain();
        for (Allocation rule : List.of(new UniformAllocation(), new StageAllocation())) {
          assertThat(found).isGreaterThanOrEqualTo(problem.gain(rule.allocate(problem)));
        }
        int[] good = new BudgetSolver(1e-3, 1_000_000).solve(problem).separate();
        assertThat(hasty.solve(problem, List.of(good)).gain())
            .isGreaterThanOrEqualTo(problem.gain(good));
      }
    }
  }

  /** Hundreds of groups with up to a thousand counts each, and with thousands of products. */
  @Test
  void largeProblemsAreSolvedNearToTheBound() {
    for (Form form : new Form[] {Form.BOTTLENECK, Form.DENSE}) {
      Coupling coupling = Coupling.of(form, 300, 4);
      BudgetProblem problem = coupling.problem(false, 1 << 20, Shape.CONCAVE, 0.4);
      assertThat(problem.groups()).isBetween(200, 310);
      assertThat(solved(problem).gap()).isLessThan(0.02);
    }
    assertThat(Coupling.of(Form.DENSE, 300, 4).cost(true).terms()).isGreaterThan(3000);
  }

  @Test
  void theSameProblemHasTheSameSolution() {
    BudgetProblem problem = Coupling.of(Form.DENSE, 20, 5).problem(true, 50, Shape.RUGGED, 0.4);
    BudgetSolver solver = new BudgetSolver(0, 5_000_000);
    BudgetSolver.Solution once = solver.solve(problem);
    BudgetSolver.Solution again = solver.solve(problem);
    assertThat(again.separate()).isEqualTo(once.separate());
    assertThat(again.bound()).isEqualTo(once.bound());
  }

  @Test
  void groupsThatAreFixedKeepTheirCounts() {
    BudgetProblem free = Coupling.of(Form.CHAIN, 6, 6).problem(false, 9, Shape.CONCAVE, 0.5);
    int[][] counts = free.counts();
    double[][] gains = free.gains();
    counts[1] = UnitCounts.fixed(free.most(1));
    gains[1] = new double[] {0};
    counts[4] = UnitCounts.fixed(0);
    gains[4] = new double[] {0};
    BudgetProblem problem = new BudgetProblem(counts, gains, free.cost(), free.limit());
    int[] separate = solved(problem).separate();
    assertThat(separate[1]).isEqualTo(free.most(1));
    assertThat(separate[4]).isZero();
  }

  @Test
  void anImpossibleLimitIsRefusedWithTheSmallestPossibleCost() {
    BudgetProblem problem = Coupling.of(Form.CHAIN, 5, 7).problem(true, 9, Shape.CONCAVE, 0.5);
    long smallest = problem.cost().at(new int[5]);
    assertThat(solved(problem.withLimit(smallest)).separate()).containsOnly(0);
    assertThatThrownBy(() -> problem.withLimit(smallest - 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(Long.toString(smallest))
        .isInstanceOfSatisfying(
            ImpossibleBudgetException.class, e -> assertThat(e.smallest()).isEqualTo(smallest));
  }

  @Test
  void numbersThatMakeNoProblemAreRefused() {
    QuadraticCost one = new QuadraticCost.Builder(1).addProduct(1, axis(4), axis(4)).build();
    double[][] gains = {{0, 1}};
    assertThatThrownBy(() -> new BudgetProblem(new int[][] {{2, 1}}, gains, one, 99))
        .hasMessageContaining("ascending");
    assertThatThrownBy(() -> new BudgetProblem(new int[][] {{0, 1, 2}}, gains, one, 99))
        .hasMessageContaining("3 counts, 2 gains");
    assertThatThrownBy(
            () -> new BudgetProblem(new int[][] {{0, 1}}, new double[][] {{0, -1}}, one, 99))
        .hasMessageContaining("-1.0");
    QuadraticCost falling =
        new QuadraticCost.Builder(1)
            .addProduct(1, axis(4), axis(4))
            .addSeparateProduct(-4, axis(4), axis(4))
            .build();
    assertThatThrownBy(() -> new BudgetProblem(new int[][] {{0, 4}}, gains, falling, 99))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static AxisLength axis(int units) {
    return new AxisLength(units, new int[] {0}, new long[] {1});
  }
}
