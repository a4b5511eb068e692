package io.github.pleas.budget;

import com.google.ortools.Loader;
import com.google.ortools.sat.CpModel;
import com.google.ortools.sat.CpSolver;
import com.google.ortools.sat.CpSolverStatus;
import com.google.ortools.sat.IntVar;
import com.google.ortools.sat.LinearExpr;
import com.google.ortools.sat.LinearExprBuilder;
import com.google.ortools.sat.Literal;

/** The oracle: the same problem, gains in whole numbers, solved by CP-SAT of OR-tools. */
final class CpSat {
  private CpSat() {}

  /**
   * What was found.
   *
   * @param optimal whether it is proven to be the best
   */
  record Answer(double gain, double bound, boolean optimal) {}

  static Answer solve(BudgetProblem problem, double seconds) {
    Loader.loadNativeLibraries();
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
    solver.getParameters().setNumWorkers(2).setMaxTimeInSeconds(seconds).setRandomSeed(1);
    CpSolverStatus status = solver.solve(model);
    if (status != CpSolverStatus.OPTIMAL && status != CpSolverStatus.FEASIBLE) {
      throw new IllegalStateException("CP-SAT found " + status);
    }
    return new Answer(
        solver.objectiveValue(), solver.bestObjectiveBound(), status == CpSolverStatus.OPTIMAL);
  }
}
