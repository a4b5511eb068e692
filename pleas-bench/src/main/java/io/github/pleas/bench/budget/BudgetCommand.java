package io.github.pleas.bench.budget;

import io.github.pleas.bench.families.GraphFile;
import io.github.pleas.budget.Allocation;
import io.github.pleas.budget.BudgetProblem;
import io.github.pleas.budget.BudgetSolver;
import io.github.pleas.budget.StageAllocation;
import io.github.pleas.budget.UniformAllocation;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.runtime.OrtRuntime;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares the budget's solver with CP-SAT on the costs of networks. */
@Command(
    name = "budget",
    description = {
      "Allocates separate pairs to the unit groups of networks merged with their like, at several budgets, by the"
          + " solver and by CP-SAT of OR-tools: the cost is true, the similarities are drawn from a seed, so the weights"
          + " do not matter and skeletons will do. Gains are in percent of CP-SAT's, where CP-SAT has all counts of its"
          + " levels; the bounds in percent of the gain that they are for."
    },
    mixinStandardHelpOptions = true)
public final class BudgetCommand implements Callable<Integer> {
  private static final int ALL = Integer.MAX_VALUE;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "A.onnx",
      description = "Networks, or skeletons of some.")
  private List<Path> files = List.of();

  @Option(
      names = "--budgets",
      split = ",",
      defaultValue = "1.2,1.55,1.8",
      paramLabel = "X",
      description = "Costs relative to one original. Default: ${DEFAULT-VALUE}.")
  private List<Double> budgets = List.of();

  @Option(
      names = "--levels",
      defaultValue = "16",
      paramLabel = "N",
      description = "Counts of each group where both solve the same. Default: ${DEFAULT-VALUE}.")
  private int levels;

  @Option(
      names = "--seconds",
      defaultValue = "30",
      paramLabel = "S",
      description = "The most that CP-SAT may take. Default: ${DEFAULT-VALUE}.")
  private double seconds;

  @Option(
      names = "--threads",
      defaultValue = "2",
      paramLabel = "N",
      description = "Of CP-SAT; the solver has one. Default: ${DEFAULT-VALUE}.")
  private int threads;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "N",
      description = "Of the similarities. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    OrtRuntime runtime = new OrtRuntime(threads);
    CpSat oracle = new CpSat(threads, seconds);
    out.printf(
        "%-22s %-6s %6s %6s %8s | %-23s | %-25s | %-25s | %7s %7s%n",
        "",
        "",
        "",
        "",
        "",
        "CP-SAT, %d levels".formatted(levels),
        "solver, %d levels".formatted(levels),
        "solver, all counts",
        "uniform",
        "stages");
    out.printf(
        "%-22s %-6s %6s %6s %8s | %9s %5s %7s | %8s %8s %7s | %8s %8s %7s | %7s %7s%n",
        "network",
        "layout",
        "budget",
        "groups",
        "products",
        "bound",
        "best",
        "seconds",
        "gain",
        "bound",
        "seconds",
        "gain",
        "bound",
        "seconds",
        "gain",
        "gain");
    for (Path file : files) {
      String name = file.getFileName().toString().replaceFirst("\\.onnx$", "");
      Network network =
          new NetworkReader(runtime, Optional.empty()).of(new GraphFile(file).read(seed), name);
      for (boolean blocks : new boolean[] {true, false}) {
        BudgetCase problems = BudgetCase.of(network, name, blocks, seed);
        for (double budget : budgets) {
          row(out, problems, blocks ? "blocks" : "dense", budget, oracle);
        }
      }
    }
    return 0;
  }

  private void row(
      PrintWriter out, BudgetCase problems, String layout, double budget, CpSat oracle) {
    BudgetProblem coarse = problems.problem(budget, levels);
    BudgetProblem fine = problems.problem(budget, ALL);
    BudgetSolver solver = new BudgetSolver();
    long start = System.nanoTime();
    BudgetSolver.Solution few = solver.solve(coarse);
    double fewSeconds = seconds(start);
    start = System.nanoTime();
    BudgetSolver.Solution all = solver.solve(fine);
    double allSeconds = seconds(start);
    start = System.nanoTime();
    CpSat.Answer answer = oracle.solve(coarse);
    double oracleSeconds = seconds(start);
    double unit = answer.gain() / 100;
    out.printf(
        Locale.ROOT,
        "%-22s %-6s %6.2f %6d %8d | %+8.3f%% %5s %7.2f | %8.3f %+7.3f%% %7.2f"
            + " | %8.3f %+7.3f%% %7.2f | %7.2f %7.2f%n",
        problems.name(),
        layout,
        budget,
        problems.separable(),
        problems.cost().terms(),
        100 * (answer.bound() / answer.gain() - 1),
        answer.isOptimal() ? "yes" : "?",
        oracleSeconds,
        few.gain() / unit,
        100 * few.gap(),
        fewSeconds,
        all.gain() / unit,
        100 * all.gap(),
        allSeconds,
        gain(new UniformAllocation(), fine) / unit,
        gain(new StageAllocation(), fine) / unit);
    out.flush();
  }

  private static double gain(Allocation allocation, BudgetProblem problem) {
    return problem.gain(allocation.allocate(problem));
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
