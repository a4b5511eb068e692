package io.github.pleas.bench.budget;

import com.google.ortools.Loader;
import com.google.ortools.sat.CpModel;
import com.google.ortools.sat.CpSolver;
import com.google.ortools.sat.CpSolverStatus;
import com.google.ortools.sat.IntVar;
import com.google.ortools.sat.LinearExpr;
import com.google.ortools.sat.LinearExprBuilder;
import com.google.ortools.sat.Literal;
import io.github.pleas.budget.BudgetProblem;
import io.github.pleas.budget.QuadraticCost;

/**
 * CP-SAT of OR-tools on a budget problem whose gains are whole numbers: a literal for each count of
 * a group, an integer for each product of two groups.
 */
final class CpSat {
  private final int threads;
  private final double seconds;

  /**
   * The solver.
   *
   * @param threads it searches in several ways at once
   * @param seconds after which it gives what it has
   */
  CpSat(int threads, double seconds) {
    Loader.loadNativeLibraries();
    this.threads = threads;
    this.seconds = seconds;
  }

  /**
   * What it found.
   *
   * @param gain of its best allocation
   * @param bound no allocation gains more
   * @param isOptimal whether it has proven that its allocation is the best
   */
  record Answer(double gain, double bound, boolean isOptimal) {}

  Answer solve(BudgetProblem problem) {
    CpModel model = new CpModel();
    QuadraticCost c = problem.cost();
    LinearExprBuilder gain = LinearExpr.newBuilder();
    LinearExprBuilder cost = LinearExpr.newBuilder();
    IntVar[] separate = new IntVar[problem.groups()];
    for (int g = 0; g < separate.length; g++) {
      separate[g] = model.newIntVar(problem.least(g), problem.most(g), "s" + g);
      int[] counts = problem.counts()[g];
      Literal[] is = new Literal[counts.length];
      LinearExprBuilder count = LinearExpr.newBuilder();
      for (int k = 0; k < is.length; k++) {
        is[k] = model.newBoolVar("s" + g + "is" + counts[k]);
        count.addTerm(is[k], counts[k]);
        gain.addTerm(is[k], (long) problem.gains()[g][k]);
        cost.addTerm(is[k], (c.linear(g) + c.product(g, g) * counts[k]) * counts[k]);
      }
      model.addExactlyOne(is);
      model.addEquality(separate[g], count.build());
      for (int h = 0; h < g; h++) {
        if (c.product(g, h) != 0) {
          long most = (long) problem.most(g) * problem.most(h);
          IntVar product = model.newIntVar(0, most, "s" + g + "s" + h);
          model.addMultiplicationEquality(product, separate[g], separate[h]);
          cost.addTerm(product, c.product(g, h));
        }
      }
    }
    model.addLessOrEqual(cost.build(), problem.limit() - c.constant());
    model.maximize(gain.build());
    CpSolver solver = new CpSolver();
    solver.getParameters().setNumWorkers(threads).setMaxTimeInSeconds(seconds).setRandomSeed(1);
    CpSolverStatus status = solver.solve(model);
    if (status != CpSolverStatus.OPTIMAL && status != CpSolverStatus.FEASIBLE) {
      return new Answer(Double.NaN, solver.bestObjectiveBound(), false);
    }
    return new Answer(
        solver.objectiveValue(), solver.bestObjectiveBound(), status == CpSolverStatus.OPTIMAL);
  }
}
