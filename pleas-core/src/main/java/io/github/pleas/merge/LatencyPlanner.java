package io.github.pleas.merge;

import io.github.pleas.InvalidInputException;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.budget.CostModel;
import io.github.pleas.budget.Gains;
import io.github.pleas.budget.ImpossibleBudgetException;
import io.github.pleas.budget.UnitCounts;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.Layout;
import io.github.pleas.symmetry.UnitGroup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Plans within a budget of time. What layers take one by one says where time is best spent, but not
 * what a network takes: what stands between layers, and which of them run on what was just written,
 * is not in it. So each planned network is timed whole beside its originals, and what the layers
 * together may take is scaled until the network keeps the budget ({@link LimitSearch}). Where the
 * layout is for us to choose, what the rule, dense and blocks reach is compared.
 */
final class LatencyPlanner {
  /** Nanoseconds in a millisecond: plans are in whole ones. */
  private static final double NANOS = 1e6;

  private final Allocator allocator;
  private final Merger.Prepared networks;
  private final LatencyMeter meter;
  private final Heads heads;
  private final Layout layout;
  private final Runnable trials;
  private final int[] units;

  LatencyPlanner(
      Allocator allocator, Merger.Prepared networks, Heads heads, Layout layout, Runnable trials) {
    this.allocator = allocator;
    this.networks = networks;
    this.meter = networks.times();
    this.heads = heads;
    this.layout = layout;
    this.trials = trials;
    this.units =
        networks.checked().symmetry().groups().stream().mapToInt(UnitGroup::size).toArray();
  }

  /** Networks that are timed for a budget, at most. */
  static int trials(Layout layout) {
    return layouts(layout).size() * LimitSearch.TRIALS;
  }

  /** The layouts that a network may be written in, the one that is asked for first. */
  private static List<Layout> layouts(Layout asked) {
    return asked == Layout.AUTO
        ? List.of(Layout.AUTO, Layout.DENSE, Layout.BLOCKS)
        : List.of(asked);
  }

  /** The plan of an allocation that is given. */
  SizePlan plan(BudgetOptions size, int[] separate, Gains gains) {
    return plan(size, new Trial(separate, layout, meter.ratio(separate, layout)), gains);
  }

  /** A network that was timed: how many times as long as an original it takes. */
  private record Trial(int[] separate, Layout layout, double ratio, OptionalDouble gap) {
    Trial(int[] separate, Layout layout, double ratio) {
      this(separate, layout, ratio, OptionalDouble.empty());
    }
  }

  private SizePlan plan(BudgetOptions size, Trial trial, Gains gains) {
    double original = meter.original() * NANOS;
    OptionalLong limit =
        size.budget().isPresent()
            ? OptionalLong.of((long) Math.floor(size.budget().getAsDouble() * original))
            : OptionalLong.empty();
    return new SizePlan(
        size,
        trial.separate(),
        trial.layout(),
        limit,
        (long) Math.floor(trial.ratio() * original),
        original,
        trial.gap(),
        gains.residual(trial.separate(), units),
        Optional.empty());
  }

  /**
   * Refuses a budget that not even the smallest network keeps, whatever its pairs are.
   *
   * @throws InvalidInputException what is possible
   */
  void requirePossible(BudgetOptions size, int[][] counts) {
    smallest(size, counts);
  }

  /** The network with as much merged as possible, in the fastest layout. */
  private Trial smallest(BudgetOptions size, int[][] counts) {
    int[] least = SizePlanner.least(counts);
    double budget = size.budget().orElseThrow();
    boolean merged = Arrays.stream(least).allMatch(count -> count == 0);
    List<Layout> able = merged ? List.of(layout) : layouts(layout);
    Trial smallest =
        able.stream()
            .map(form -> new Trial(least, form, ratio(least, form, budget)))
            .min(Comparator.comparingDouble(Trial::ratio))
            .orElseThrow();
    // Everything merged is an original, whatever noise and a second head say.
    boolean isOriginal = merged && heads.fork().isEmpty();
    if (!isOriginal && smallest.ratio() > budget * (1 + LatencyMeter.TOLERANCE)) {
      throw refusal(budget, smallest.ratio());
    }
    return smallest;
  }

  /** The time of a network that is refused if it takes too long: not for being unlucky once. */
  private double ratio(int[] least, Layout form, double budget) {
    double ratio = meter.ratio(least, form);
    return ratio > budget ? meter.confirmed(least, form) : ratio;
  }

  private InvalidInputException refusal(double budget, double ratio) {
    double original = meter.original();
    double possible = Math.ceil(1e2 * ratio) / 1e2;
    return new InvalidInputException(
        String.format(
            Locale.ROOT,
            "budget %s cannot be kept: the smallest network that is possible takes %.3f times as long as an original (%.3f ms for an image; the originals, on average, %.3f); give a budget of %s or more",
            budget,
            ratio,
            ratio * original,
            original,
            possible),
        new ImpossibleBudgetException(
            (long) Math.ceil(ratio * original * NANOS), (long) (budget * original * NANOS)));
  }

  /**
   * The plan with the largest gain whose network, timed whole, keeps the budget. Where only the
   * smallest network is left, it may be over it by what measurements vary.
   *
   * @param before a plan for a smaller budget
   * @param gains what separate pairs are worth, the same for all layouts
   * @throws InvalidInputException if no network keeps it: what is possible
   */
  SizePlan plan(BudgetOptions size, int[][] counts, Optional<SizePlan> before, Gains gains) {
    double budget = size.budget().orElseThrow();
    Trial smallest = smallest(size, counts);
    if (budget == 1 && heads.fork().isEmpty()) {
      return plan(size, smallest, gains);
    }
    List<Trial> kept = new ArrayList<>();
    for (Layout form : layouts(layout)) {
      kept.addAll(search(size, counts, form, before, gains));
    }
    Trial best =
        kept.stream()
            .min(
                Comparator.comparingDouble((Trial trial) -> -gain(trial, gains))
                    .thenComparingDouble(Trial::ratio))
            .orElse(smallest);
    return plan(size, best, gains);
  }

  private double gain(Trial trial, Gains gains) {
    int[][] counts =
        Arrays.stream(trial.separate()).mapToObj(UnitCounts::fixed).toArray(int[][]::new);
    return Arrays.stream(gains.gains(counts, units)).mapToDouble(own -> own[0]).sum();
  }

  /** All that keep the budget, of those that a search comes by. */
  private List<Trial> search(
      BudgetOptions size, int[][] counts, Layout form, Optional<SizePlan> before, Gains gains) {
    double budget = size.budget().orElseThrow();
    int[] least = SizePlanner.least(counts);
    double start = ratio(least, form, budget);
    if (start > budget) {
      return List.of();
    }
    LimitSearch<Trial> search = new LimitSearch<>(budget, LatencyMeter.TOLERANCE);
    return search.run(
        start,
        scale -> {
          Allocator.Allocation found =
              allocator.allocate(
                  new Allocator.Question(
                      size,
                      counts,
                      form,
                      model -> model.latency(meter.layers()),
                      model -> limit(model, least, scale),
                      gains,
                      before.map(SizePlan::separate).stream().toList()));
          double ratio = meter.ratio(found.separate(), form);
          // One that seems to keep it is looked at for longer: it may have been lucky.
          Trial trial =
              new Trial(
                  found.separate(),
                  form,
                  ratio > budget ? ratio : meter.confirmed(found.separate(), form),
                  found.gap());
          trials.run();
          return trial;
        },
        Trial::ratio);
  }

  /** What layers may take: so many times what they take with as much merged as possible. */
  private long limit(CostModel model, int[] least, double scale) {
    long smallest = model.latency(meter.layers()).at(least);
    return Math.max(smallest, (long) (scale * smallest));
  }
}
