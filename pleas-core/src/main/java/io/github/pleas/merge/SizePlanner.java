package io.github.pleas.merge;

import io.github.pleas.InvalidInputException;
import io.github.pleas.budget.AllocationMethod;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.budget.BudgetProblem;
import io.github.pleas.budget.BudgetSolver;
import io.github.pleas.budget.CostKind;
import io.github.pleas.budget.CostModel;
import io.github.pleas.budget.Gains;
import io.github.pleas.budget.GroupCounts;
import io.github.pleas.budget.ImpossibleBudgetException;
import io.github.pleas.budget.LeaveOneOut;
import io.github.pleas.budget.MeasuredGains;
import io.github.pleas.budget.PredictedGains;
import io.github.pleas.budget.QuadraticCost;
import io.github.pleas.budget.StageAllocation;
import io.github.pleas.budget.UniformAllocation;
import io.github.pleas.layout.ArchitectureBuilder;
import io.github.pleas.layout.LayerLayout;
import io.github.pleas.layout.Layout;
import io.github.pleas.layout.LayoutPlan;
import io.github.pleas.layout.MergedArchitecture;
import io.github.pleas.layout.MergedLayout;
import io.github.pleas.matching.Matching;
import io.github.pleas.network.Network;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/**
 * Says how many pairs each group keeps separate, for a separate fraction or within a budget.
 *
 * <p>Which layers are written in blocks depends on the widths, and the widths on what the layers
 * cost. So all that can are taken to be in blocks first; those that the layout then writes dense
 * are taken to be dense, and so on, until what is written costs no more than was planned with. The
 * dense ones only become more, so that this ends, and the budget holds for the written network.
 */
final class SizePlanner {
  private final Network a;
  private final Network b;
  private final Merger.Prepared networks;
  private final Symmetry symmetry;
  private final Matching matching;
  private final MergeOptions options;
  private final boolean[] separable;
  private final int[] units;

  SizePlanner(Merger.Prepared networks, Matching matching, MergeOptions options) {
    this.networks = networks;
    this.a = networks.a();
    this.b = networks.b();
    this.symmetry = networks.checked().symmetry();
    this.matching = matching;
    this.options = options;
    this.separable = MergedLayout.separable(symmetry);
    this.units = symmetry.groups().stream().mapToInt(UnitGroup::size).toArray();
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
    SizePlan found = withinBudget(size, counts, before, effects);
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
    if (size.budget().isPresent()) {
      int[] least = Arrays.stream(counts).mapToInt(own -> own[0]).toArray();
      CostModel model = model(new Writing(least).inBlocks);
      QuadraticCost cost = model.of(size.cost());
      problem(size, counts, cost, predicted(cost), limit(size, model, counts));
    }
  }

  private int[][] counts(BudgetOptions size) {
    return new GroupCounts(networks.tails().trunk(), symmetry, separable, size).all();
  }

  /** The plan of an allocation that is given. */
  SizePlan plan(BudgetOptions size, int[] separate) {
    QuadraticCost cost = model(new Writing(separate).inBlocks).of(size.cost());
    return new SizePlan(
        size,
        separate,
        OptionalLong.empty(),
        cost.at(separate),
        original(size.cost()),
        OptionalDouble.empty(),
        predicted(cost).residual(separate, units),
        Optional.empty());
  }

  private SizePlan withinBudget(
      BudgetOptions size,
      int[][] counts,
      Optional<SizePlan> before,
      Optional<LeaveOneOut.Effects> effects) {
    Set<String> inBlocks = new HashSet<>();
    if (options.layout() != Layout.DENSE) {
      a.layers().forEach(layer -> inBlocks.add(layer.name()));
    }
    while (true) {
      CostModel model = model(inBlocks);
      QuadraticCost cost = model.of(size.cost());
      Gains gains = gains(cost, effects);
      BudgetProblem problem = problem(size, counts, cost, gains, limit(size, model, counts));
      OptionalDouble gap = OptionalDouble.empty();
      int[] separate;
      switch (size.allocation()) {
        case PREDICTED, LEAVE_ONE_OUT -> {
          BudgetSolver.Solution solution =
              new BudgetSolver().solve(problem, before.map(SizePlan::separate).stream().toList());
          separate = solution.separate();
          gap = OptionalDouble.of(solution.gap());
        }
        case STAGES -> separate = new StageAllocation().allocate(problem);
        case UNIFORM -> separate = new UniformAllocation().allocate(problem);
        default -> throw new IllegalStateException("no allocation " + size.allocation());
      }
      Writing writing = new Writing(separate);
      if (!inBlocks.removeAll(writing.dense)) {
        SizePlan plan = plan(size, separate);
        return new SizePlan(
            size,
            separate,
            OptionalLong.of(problem.limit()),
            plan.cost(),
            plan.original(),
            gap,
            effects.isEmpty() ? plan.residual() : gains.residual(separate, units),
            effects);
      }
    }
  }

  /** How the network of an allocation is written. */
  private final class Writing {
    /** Layers in blocks. */
    final Set<String> inBlocks = new HashSet<>();

    /** Layers that are dense though blocks would cost less. */
    final Set<String> dense = new HashSet<>();

    Writing(int[] separate) {
      MergedArchitecture merged =
          ArchitectureBuilder.build(
              a, b, new MergedLayout(symmetry, matching, separate), options.heads());
      List<LayerLayout> layouts = LayoutPlan.of(merged, options.layout());
      for (int i = 0; i < layouts.size(); i++) {
        LayerLayout layout = layouts.get(i);
        if (layout.blockMacs() < layout.denseMacs()) {
          String layer = merged.layers().get(i).layer().name();
          (layout.form() == LayerLayout.Form.BLOCKS ? inBlocks : dense).add(layer);
        }
      }
    }
  }

  private CostModel model(Set<String> inBlocks) {
    return new CostModel(
        a,
        b,
        symmetry,
        options.heads().separate(),
        options.heads().fork(),
        layer -> inBlocks.contains(layer.name()));
  }

  private Gains gains(QuadraticCost cost, Optional<LeaveOneOut.Effects> effects) {
    PredictedGains predicted = predicted(cost);
    return effects.<Gains>map(e -> new MeasuredGains(e, predicted)).orElse(predicted);
  }

  private PredictedGains predicted(QuadraticCost cost) {
    return new PredictedGains(matching.scores(), separable, cost);
  }

  /** What one original costs, the mean of both. */
  private double original(CostKind kind) {
    return kind == CostKind.MACS
        ? (a.macs() + b.macs()) / 2.0
        : (a.parameters() + b.parameters()) / 2.0;
  }

  /**
   * The most that the network may cost. At a budget of 1 everything is merged, at 2 in blocks all
   * is separate, though two heads, or heads that see the units of both, may cost a little more.
   */
  private long limit(BudgetOptions size, CostModel model, int[][] counts) {
    double budget = size.budget().orElseThrow();
    long limit = (long) Math.floor(budget * original(size.cost()) * (1 + 1e-12));
    boolean forked = options.heads().fork().isPresent();
    if (budget == 1 && !forked) {
      return Math.max(limit, model.of(size.cost()).constant());
    }
    if (budget >= 2 && !forked && options.layout() == Layout.BLOCKS) {
      int[] most = new int[counts.length];
      for (int g = 0; g < most.length; g++) {
        most[g] = counts[g][counts[g].length - 1];
      }
      QuadraticCost heads = model.heads(size.cost());
      long own = options.heads().separate() ? heads.constant() : 2 * heads.constant();
      return limit + Math.max(0, heads.at(most) - own);
    }
    return limit;
  }

  private BudgetProblem problem(
      BudgetOptions size, int[][] counts, QuadraticCost cost, Gains gains, long limit) {
    try {
      return new BudgetProblem(counts, gains.gains(counts, units), cost, limit);
    } catch (ImpossibleBudgetException tooSmall) {
      double original = original(size.cost());
      double smallest = Math.ceil(1e4 * tooSmall.smallest() / original) / 1e4;
      throw new InvalidInputException(
          String.format(
              Locale.ROOT,
              "budget %s cannot be kept: the smallest network that is possible costs %s originals (%,d %s; the originals, on average, %,.0f); give a budget of %s or more",
              size.budget().orElseThrow(),
              smallest,
              tooSmall.smallest(),
              size.cost() == CostKind.MACS ? "multiply-accumulates" : "parameters",
              original,
              smallest),
          tooSmall);
    }
  }
}
