package io.github.pleas.budget;

import java.util.ArrayList;
import java.util.List;

/**
 * The allocation of the greatest gain, or near to it, with an upper bound that tells how near.
 *
 * <p>A {@link Relaxation} gives a price on the cost and the allocations that are best at it; from
 * these, and from those of the simpler rules, a {@link LocalSearch} sets out. Where a group allows
 * many counts, it looks at a few of them first, then at those around the allocation found: 1, 2, 4,
 * 8... places away. {@link BranchAndBound} then closes the gap between gain and bound as far as the
 * effort allows: to nothing for a dozen groups.
 *
 * <p>A pass of the relaxation takes time linear in the products of the cost times the counts looked
 * at, a sweep of the search quadratic in the groups; all together stop after a given number of
 * steps, so the result is the same on every machine.
 */
public final class BudgetSolver implements Allocation {
  /** Counts of a group that are looked at before it is known which of them matter. */
  private static final int SAMPLE = 24;

  private static final int PASSES = 10;

  /** A pass that betters the bound by less, relative, is the last. */
  private static final double LITTLE = 1e-5;

  /** What rounding may have taken from the bound, relative. */
  private static final double ROUNDING = 1e-9;

  private static final double GAP = 1e-4;

  /** About a second. */
  private static final long EFFORT = 50_000_000;

  private final double gap;
  private final long effort;

  /**
   * An allocation and how good it is.
   *
   * @param separate the pairs that each group keeps separate
   * @param gain its gain
   * @param bound no allocation within the limit gains more
   * @param cost its cost
   */
  public record Solution(int[] separate, double gain, double bound, long cost) {
    /** By how much, relative, the best allocation can be better. */
    public double gap() {
      return bound <= gain ? 0 : (bound - gain) / gain;
    }
  }

  /** A solver that takes one second or two where the bound stays farther away. */
  public BudgetSolver() {
    this(GAP, EFFORT);
  }

  /**
   * A solver.
   *
   * @param gap when the bound is above the gain by no more than this, relative, it is good enough
   * @param effort steps after which it takes up nothing new; fifty million take about a second
   */
  public BudgetSolver(double gap, long effort) {
    if (!(gap >= 0) || effort < 0) {
      throw new IllegalArgumentException(
          "expected a gap and an effort from 0, found %s and %d".formatted(gap, effort));
    }
    this.gap = gap;
    this.effort = effort;
  }

  @Override
  public int[] allocate(BudgetProblem problem) {
    return solve(problem).separate();
  }

  /** The best allocation found. */
  public Solution solve(BudgetProblem problem) {
    return solve(problem, List.of());
  }

  /**
   * Solutions for several limits. A higher limit never gains less.
   *
   * @param problem its own limit aside
   * @param limits ascending
   */
  public List<Solution> sweep(BudgetProblem problem, long... limits) {
    List<Solution> all = new ArrayList<>();
    for (int i = 0; i < limits.length; i++) {
      if (i > 0 && limits[i] < limits[i - 1]) {
        throw new IllegalArgumentException(
            "limits: expected ascending, found %d after %d".formatted(limits[i], limits[i - 1]));
      }
      List<int[]> starts = i == 0 ? List.of() : List.of(all.get(i - 1).separate());
      all.add(solve(problem.withLimit(limits[i]), starts));
    }
    return all;
  }

  /**
   * The best allocation found; it gains no less than any of some allocations that the problem
   * allows, nor than those of {@link UniformAllocation} and {@link StageAllocation}.
   *
   * @param starts allocations to start from; those that the problem does not allow are passed over
   */
  public Solution solve(BudgetProblem problem, List<int[]> starts) {
    List<int[]> allowed = new ArrayList<>();
    for (int[] start : starts) {
      if (problem.allows(start)) {
        allowed.add(start);
      }
    }
    allowed.add(new UniformAllocation().allocate(problem));
    allowed.add(new StageAllocation().allocate(problem));
    return new Run(problem).solve(allowed);
  }

  /** The solution of one problem. */
  private final class Run {
    private final BudgetProblem problem;
    private final QuadraticCost cost;
    private final long limit;
    private final Choices all;
    private final Choices sample;
    private int[] best = new int[0];
    private double gain = Double.NEGATIVE_INFINITY;
    private long spent;

    Run(BudgetProblem problem) {
      this.problem = problem;
      this.cost = problem.cost();
      this.limit = problem.limit();
      this.all = Choices.of(problem);
      this.sample = all.sampled(SAMPLE);
    }

    Solution solve(List<int[]> starts) {
      int[] most = all.at(Box.all(all).to());
      if (cost.at(most) <= limit) {
        return solution(most, problem.gain(most));
      }
      if (onlyLeastFits()) {
        int[] least = all.at(new int[all.groups()]);
        return solution(least, problem.gain(least));
      }
      for (int[] start : starts) {
        // A count that is of no use has a smaller one that gains as much.
        take(all.at(all.floor(start)));
      }
      Relaxation relaxation = relaxation(sample, guess(most));
      search(sample, relaxation.cheap());
      search(sample, relaxation.dear());
      for (int[] start : starts) {
        Choices near = all.around(start, sample);
        search(near, near.floor(start));
      }
      refine();
      Choices near = all.around(best, sample);
      Relaxation whole = relaxation(near, relaxation.price());
      Relaxation part = new Relaxation(all, near, cost, limit, whole.price());
      BranchAndBound branches =
          new BranchAndBound(near, cost, limit, whole, part, gap, near.floor(best));
      double bound = Math.min(whole.bound(), branches.run(Math.max(effort / 4, effort - spent)));
      take(near.at(branches.best()));
      refine();
      return solution(best, bound * (1 + ROUNDING));
    }

    /** Whether the fewest separate pairs are all there is room for: cost grows with every count. */
    private boolean onlyLeastFits() {
      for (int g = 0; g < all.groups(); g++) {
        int[] places = new int[all.groups()];
        places[g] = 1;
        if (all.size(g) > 1 && cost.at(all.at(places)) <= limit) {
          return false;
        }
      }
      return true;
    }

    private Solution solution(int[] separate, double bound) {
      double found = problem.gain(separate);
      return new Solution(separate.clone(), found, Math.max(bound, found), cost.at(separate));
    }

    /** What a pair's worth of gain costs on the whole. */
    private double guess(int[] most) {
      return problem.gain(most) / (cost.at(most) - cost.constant());
    }

    private Relaxation relaxation(Choices knots, double price) {
      Relaxation relaxation = new Relaxation(all, knots, cost, limit, price);
      double bound = relaxation.findPrice();
      for (int pass = 0; pass < PASSES; pass++) {
        double before = bound;
        bound = relaxation.tighten();
        if (bound > (1 - LITTLE) * before) {
          break;
        }
      }
      spent += relaxation.work();
      return relaxation;
    }

    private void search(Choices choices, int[] places) {
      LocalSearch search =
          new LocalSearch(choices, cost, limit, places).improve(Math.max(0, effort - spent) / 8);
      spent += search.work();
      take(choices.at(search.allotment().places()));
    }

    /** Swaps among the counts around the best allocation, as long as that betters it. */
    private void refine() {
      double before = Double.NEGATIVE_INFINITY;
      while (gain > before) {
        before = gain;
        Choices near = all.around(best, sample);
        LocalSearch search = new LocalSearch(near, cost, limit, near.floor(best)).swap();
        spent += search.work();
        take(near.at(search.allotment().places()));
      }
    }

    private void take(int[] separate) {
      double found = problem.gain(separate);
      if (found > gain) {
        gain = found;
        best = separate;
      }
    }
  }
}
