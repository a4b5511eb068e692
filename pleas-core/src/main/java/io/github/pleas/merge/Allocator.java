package io.github.pleas.merge;

import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.budget.BudgetProblem;
import io.github.pleas.budget.BudgetSolver;
import io.github.pleas.budget.CostModel;
import io.github.pleas.budget.Gains;
import io.github.pleas.budget.QuadraticCost;
import io.github.pleas.budget.StageAllocation;
import io.github.pleas.budget.UniformAllocation;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.Layout;
import io.github.pleas.matching.Matching;
import io.github.pleas.symmetry.UnitGroup;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Spreads what a network may cost over its groups.
 *
 * <p>Which layers are written in blocks depends on the widths, and the widths on what the layers
 * cost. So all that can are taken to be in blocks first; those that the layout then writes dense
 * are taken to be dense, and so on, until what is written costs no more than was planned with. The
 * dense ones only become more, so that this ends, and the limit holds for the written network.
 */
final class Allocator {
  private final Merger.Prepared networks;
  private final Matching matching;
  private final Heads heads;
  private final int[] units;

  Allocator(Merger.Prepared networks, Matching matching, Heads heads) {
    this.networks = networks;
    this.matching = matching;
    this.heads = heads;
    this.units =
        networks.checked().symmetry().groups().stream().mapToInt(UnitGroup::size).toArray();
  }

  /**
   * What is to be spread.
   *
   * @param size how, and within which bounds
   * @param counts for each group the counts allowed
   * @param layout how networks are written
   * @param costs what a network costs
   * @param limit what it may cost
   * @param gains what separate pairs are worth
   * @param starts allocations to start a search from
   */
  record Question(
      BudgetOptions size,
      int[][] counts,
      Layout layout,
      Function<CostModel, QuadraticCost> costs,
      ToLongFunction<CostModel> limit,
      Gains gains,
      List<int[]> starts) {}

  /**
   * How it was spread.
   *
   * @param separate for each group the pairs that stay separate
   * @param limit what it may cost
   * @param gap by how much, relative, the best can be better, where one was searched for
   */
  record Allocation(int[] separate, long limit, OptionalDouble gap) {}

  /**
   * An allocation within the limit.
   *
   * @throws io.github.pleas.budget.ImpossibleBudgetException if there is none
   */
  Allocation allocate(Question question) {
    Set<String> inBlocks = new HashSet<>();
    if (question.layout() != Layout.DENSE) {
      networks.a().layers().forEach(layer -> inBlocks.add(layer.name()));
    }
    while (true) {
      CostModel model = Writing.model(networks, heads, inBlocks);
      QuadraticCost cost = question.costs().apply(model);
      BudgetProblem problem =
          new BudgetProblem(
              question.counts(),
              question.gains().gains(question.counts(), units),
              cost,
              question.limit().applyAsLong(model));
      OptionalDouble gap = OptionalDouble.empty();
      int[] separate;
      switch (question.size().allocation()) {
        case PREDICTED, LEAVE_ONE_OUT -> {
          BudgetSolver.Solution solution = new BudgetSolver().solve(problem, question.starts());
          separate = solution.separate();
          gap = OptionalDouble.of(solution.gap());
        }
        case STAGES -> separate = new StageAllocation().allocate(problem);
        case UNIFORM -> separate = new UniformAllocation().allocate(problem);
        default -> throw new IllegalStateException("no allocation " + question.size().allocation());
      }
      Writing writing = Writing.of(networks, matching, heads, separate, question.layout());
      if (!inBlocks.removeAll(writing.dense())) {
        return new Allocation(separate, problem.limit(), gap);
      }
    }
  }
}
