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
  private final boolean zips;
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
    this.separable = networks.separability().separable();
    this.zips = options.match() == MergeOptions.MatchOn.ZIP;
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
    Gains gains = gains(size, effects);
    SizePlan found =
        (size.cost() == CostKind.LATENCY
                ? latency.plan(size, counts, before, gains)
                : withinBudget(size, counts, before, gains))
            .withEffects(effects);
    return before
        .filter(smaller -> smaller.residual() < found.residual())
        .filter(smaller -> smaller.cost() <= found.limit().orElseThrow())
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
    try {
      new BudgetProblem(
          counts,
          predicted(size).gains(counts, units),
          costs(size).apply(model),
          limit(size, model, counts));
    } catch (ImpossibleBudgetException tooSmall) {
      throw refusal(size, tooSmall);
    }
  }

  private int[][] counts(BudgetOptions size) {
    int[][] counts = new GroupCounts(networks.tails().trunk(), networks.separability(), size).all();
    return zips ? Arrays.stream(counts).map(SizePlanner::ends).toArray(int[][]::new) : counts;
  }

  /** A group is zipped as a whole, or not at all. */
  private static int[] ends(int[] counts) {
    return counts.length < 2 ? counts : new int[] {counts[0], counts[counts.length - 1]};
  }

  /** The smallest counts: as much as possible is merged. */
  static int[] least(int[][] counts) {
    return Arrays.stream(counts).mapToInt(own -> own[0]).toArray();
  }

  /** The plan of an allocation that is given. */
  SizePlan plan(BudgetOptions size, int[] separate) {
    if (size.cost() == CostKind.LATENCY) {
      return latency.plan(size, separate, predicted(size));
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
        predicted(size).residual(separate, units),
        Optional.empty());
  }

  private SizePlan withinBudget(
      BudgetOptions size, int[][] counts, Optional<SizePlan> before, Gains gains) {
    Allocator.Question question =
        new Allocator.Question(
            size,
            counts,
            layout,
            costs(size),
            model -> limit(size, model, counts),
            gains,
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
        gains.residual(found.separate(), units),
        Optional.empty());
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

  private Gains gains(BudgetOptions size, Optional<LeaveOneOut.Effects> effects) {
    PredictedGains predicted = predicted(size);
    return effects.<Gains>map(e -> new MeasuredGains(e, predicted)).orElse(predicted);
  }

  /** Weighted by what dense layers cost, so that plans of all layouts can be compared. */
  private PredictedGains predicted(BudgetOptions size) {
    boolean[] blocks = new boolean[separable.length];
    symmetry.groups().forEach(g -> blocks[g.index()] = !symmetry.inside(g).isEmpty());
    return new PredictedGains(
        matching.scores(), separable, blocks, costs(size).apply(model(Set.of())));
  }

  /**
   * The most that the network may cost. Everything merged is always allowed, though a second head
   * comes on top, but not tails behind a fork. At 2 in blocks everything may be separate, though
   * heads that see the units of both, or what reads a fork, come on top.
   */
  private long limit(BudgetOptions size, CostModel model, int[][] counts) {
    SizeCosts costs = counted(size);
    double budget = size.budget().orElseThrow();
    long limit = (long) Math.floor(budget * costs.original() * (1 + 1e-12));
    if (budget >= 2 && layout == Layout.BLOCKS) {
      int[] most = Arrays.stream(counts).mapToInt(own -> own[own.length - 1]).toArray();
      QuadraticCost ofHeads = costs.heads(model);
      long own = heads.separate() ? ofHeads.constant() : 2 * ofHeads.constant();
      return limit + Math.max(0, ofHeads.at(most) - own);
    }
    return heads.fork().isPresent() ? limit : Math.max(limit, costs.of(model).constant());
  }

  /** What the smallest network that is possible costs, in originals. */
  double smallest(BudgetOptions size) {
    int[] least = least(counts(size));
    return plan(size, least).relativeCost();
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
