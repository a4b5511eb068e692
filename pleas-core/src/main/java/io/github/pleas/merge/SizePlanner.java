package io.github.pleas.merge;

import io.github.pleas.InvalidInputException;
import io.github.pleas.budget.AllocationMethod;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.budget.BudgetProblem;
import io.github.pleas.budget.CostKind;
import io.github.pleas.budget.CostModel;
import io.github.pleas.budget.Gains;
import io.github.pleas.budget.GroupCounts;
import io.github.pleas.budget.ImpossibleBudgetException;
import io.github.pleas.budget.LeaveOneOut;
import io.github.pleas.budget.MeasuredGains;
import io.github.pleas.budget.PredictedGains;
import io.github.pleas.budget.QuadraticCost;
import io.github.pleas.budget.UniformAllocation;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.Layout;
import io.github.pleas.layout.MergedLayout;
import io.github.pleas.matching.Matching;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/** Says how many pairs each group keeps separate, for a separate fraction or within a budget. */
final class SizePlanner {
  private final Merger.Prepared networks;
  private final Symmetry symmetry;
  private final Matching matching;
  private final Heads heads;
  private final Layout layout;
  private final boolean[] separable;
  private final int[] units;
  private final Allocator allocator;
  private final LatencyPlanner latency;

  /**
   * A planner.
   *
   * @param trials told of each network that is timed, where the budget is in time
   */
  SizePlanner(Merger.Prepared networks, Matching matching, MergeOptions options, Runnable trials) {
    this.networks = networks;
    this.symmetry = networks.checked().symmetry();
    this.matching = matching;
    this.heads = options.heads();
    this.layout = options.layout();
    this.separable = MergedLayout.separable(symmetry);
    this.units = symmetry.groups().stream().mapToInt(UnitGroup::size).toArray();
    this.allocator = new Allocator(networks, matching, heads);
    this.latency = new LatencyPlanner(allocator, networks, heads, layout, trials);
  }

  /**
   * A plan.
   *
   * @param before a plan for a smaller budget, than which this shall be no worse
   * @param measurement asked for the groups' effects, given their counts, where the allocation
   *     needs them and the budget is possible
   * @throws InvalidInputException if no merged network is within the budget: what the smallest
   *     costs; or if layers cannot do what is asked of them
   */
  SizePlan plan(
      BudgetOptions size,
      Optional<SizePlan> before,
      Function<int[][], LeaveOneOut.Effects> measurement) {
    int[][] counts = counts(size);
    if (size.budget().isEmpty()) {
      return plan(size, UniformAllocation.nearest(counts, units, size.fraction()));
    }
    Optional<LeaveOneOut.Effects> effects = Optional.empty();
    if (size.allocation() == AllocationMethod.LEAVE_ONE_OUT) {
      requirePossible(size);
      effects = Optional.of(measurement.apply(counts));
    }
    SizePlan found =
        size.cost() == CostKind.LATENCY
            ? latency.plan(size, counts, before, gains(costs(size).apply(model(Set.of())), effects))
            : withinBudget(size, counts, before, effects);
    return before
        .filter(smaller -> smaller.residual() < found.residual())
        .map(smaller -> found.with(smaller))
        .orElse(found);
  }

  /**
   * Refuses a size that no plan can have, whatever the pairs are.
   *
   * @throws InvalidInputException as {@link #plan}
   */
  void requirePossible(BudgetOptions size) {
    int[][] counts = counts(size);
    if (size.budget().isEmpty()) {
      return;
    }
    if (size.cost() == CostKind.LATENCY) {
      latency.requirePossible(size, counts);
      return;
    }
    int[] least = least(counts);
    CostModel model = model(Writing.of(networks, matching, heads, least, layout).inBlocks());
    QuadraticCost cost = costs(size).apply(model);
    try {
      new BudgetProblem(
          counts, predicted(cost).gains(counts, units), cost, limit(size, model, counts));
    } catch (ImpossibleBudgetException tooSmall) {
      throw refusal(size, tooSmall);
    }
  }

  private int[][] counts(BudgetOptions size) {
    return new GroupCounts(networks.tails().trunk(), symmetry, separable, size).all();
  }

  /** The smallest counts: as much as possible is merged. */
  static int[] least(int[][] counts) {
    return Arrays.stream(counts).mapToInt(own -> own[0]).toArray();
  }

  /** The plan of an allocation that is given. */
  SizePlan plan(BudgetOptions size, int[] separate) {
    if (size.cost() == CostKind.LATENCY) {
      return latency.plan(size, separate, predicted(costs(size).apply(model(Set.of()))));
    }
    Set<String> inBlocks = Writing.of(networks, matching, heads, separate, layout).inBlocks();
    QuadraticCost cost = costs(size).apply(model(inBlocks));
    return new SizePlan(
        size,
        separate,
        layout,
        OptionalLong.empty(),
        cost.at(separate),
        counted(size).original(),
        OptionalDouble.empty(),
        predicted(cost).residual(separate, units));
  }

  private SizePlan withinBudget(
      BudgetOptions size,
      int[][] counts,
      Optional<SizePlan> before,
      Optional<LeaveOneOut.Effects> effects) {
    Allocator.Question question =
        new Allocator.Question(
            size,
            counts,
            layout,
            costs(size),
            model -> limit(size, model, counts),
            cost -> gains(cost, effects),
            before.map(SizePlan::separate).stream().toList());
    Allocator.Allocation found;
    try {
      found = allocator.allocate(question);
    } catch (ImpossibleBudgetException tooSmall) {
      throw refusal(size, tooSmall);
    }
    SizePlan plan = plan(size, found.separate());
    return new SizePlan(
        size,
        found.separate(),
        layout,
        OptionalLong.of(found.limit()),
        plan.cost(),
        plan.original(),
        found.gap(),
        effects.isEmpty() ? plan.residual() : found.gains().residual(found.separate(), units));
  }

  private CostModel model(Set<String> inBlocks) {
    return Writing.model(networks, heads, inBlocks);
  }

  private SizeCosts counted(BudgetOptions size) {
    return SizeCosts.of(size.cost(), networks.a(), networks.b());
  }

  private Function<CostModel, QuadraticCost> costs(BudgetOptions size) {
    return size.cost() == CostKind.LATENCY
        ? model -> model.latency(networks.times().layers())
        : counted(size)::of;
  }

  private Gains gains(QuadraticCost cost, Optional<LeaveOneOut.Effects> effects) {
    PredictedGains predicted = predicted(cost);
    return effects.<Gains>map(e -> new MeasuredGains(e, predicted)).orElse(predicted);
  }

  private PredictedGains predicted(QuadraticCost cost) {
    return new PredictedGains(matching.scores(), separable, cost);
  }

  /**
   * The most that the network may cost. At a budget of 1 everything is merged, at 2 in blocks all
   * is separate, though two heads, or heads that see the units of both, may cost a little more.
   */
  private long limit(BudgetOptions size, CostModel model, int[][] counts) {
    SizeCosts costs = counted(size);
    double budget = size.budget().orElseThrow();
    long limit = (long) Math.floor(budget * costs.original() * (1 + 1e-12));
    boolean forked = heads.fork().isPresent();
    if (budget == 1 && !forked) {
      return Math.max(limit, costs.of(model).constant());
    }
    if (budget >= 2 && !forked && layout == Layout.BLOCKS) {
      int[] most = Arrays.stream(counts).mapToInt(own -> own[own.length - 1]).toArray();
      QuadraticCost ofHeads = costs.heads(model);
      long own = heads.separate() ? ofHeads.constant() : 2 * ofHeads.constant();
      return limit + Math.max(0, ofHeads.at(most) - own);
    }
    return limit;
  }

  private InvalidInputException refusal(BudgetOptions size, ImpossibleBudgetException tooSmall) {
    SizeCosts costs = counted(size);
    double original = costs.original();
    double smallest = Math.ceil(1e4 * tooSmall.smallest() / original) / 1e4;
    return new InvalidInputException(
        String.format(
            Locale.ROOT,
            "budget %s cannot be kept: the smallest network that is possible costs %s originals (%,d %s; the originals, on average, %,.0f); give a budget of %s or more",
            size.budget().orElseThrow(),
            smallest,
            tooSmall.smallest(),
            costs.unit(),
            original,
            smallest),
        tooSmall);
  }
}
