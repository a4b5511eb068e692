package io.github.pleas.merge;

import static io.github.pleas.merge.Merging.SEPARATE;
import static io.github.pleas.merge.Merging.options;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.InvalidInputException;
import io.github.pleas.budget.AllocationMethod;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.budget.CostKind;
import io.github.pleas.budget.ImpossibleBudgetException;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.Layout;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.onnx.Node;
import io.github.pleas.runtime.GraphTimer;
import io.github.pleas.runtime.MadeUpTimes;
import io.github.pleas.runtime.RunTimes;
import io.github.pleas.symmetry.OperatorRules;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Budgets in time, on machines whose times are made up. */
class LatencyBudgetTest {
  private static final BudgetOptions SIZE = BudgetOptions.ofFraction(0).withCost(CostKind.LATENCY);
  private static final List<Double> BUDGETS = List.of(1.3, 1.6, 2.0, 2.6);
  private static final double EXACT = 1e-6;

  private static MergeOptions unfitted(Heads heads, Layout layout) {
    return options(heads, FitMethod.NONE, HeadFit.ORIGINAL, 0).withLayout(layout);
  }

  private static Merger merger(MergeOptions options, GraphTimer timer) {
    return new Merger(Merging.runtime(), options, OperatorRules.standard(), timer);
  }

  private static MergeSession open(SmallNetworks net, MergeOptions options, GraphTimer timer) {
    Merger merger = merger(options, timer);
    return merger.open(
        merger.align(net.network(1), net.network(2)),
        Merging.twoDomains(20),
        2,
        MergeListener.NONE);
  }

  /** Operators that take as long as some thousand multiply-accumulates. */
  private static MadeUpTimes machine() {
    return new MadeUpTimes(1e-6, 2e-3);
  }

  /** How many times as long as an original the merged network takes. */
  private static double ratio(SmallNetworks net, MergeSession session, SizePlan plan) {
    Network merged = SmallNetworks.read(session.merge(plan, MergeListener.NONE).graph());
    Network a = net.network(1);
    Network b = net.network(2);
    RunTimes.Measured times =
        machine()
            .time(
                Map.of(
                    "a", new GraphTimer.Candidate(a.graph(), a::shape),
                    "b", new GraphTimer.Candidate(b.graph(), b::shape),
                    "merged", new GraphTimer.Candidate(merged.graph(), merged::shape)),
                1,
                new RunTimes.Effort(0, 1, 1, 0));
    return 2 * times.ratio("merged", List.of("a", "b"));
  }

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void theWrittenNetworkTakesWhatWasPlannedAndNoLongerThanAsked(SmallNetworks net) {
    for (Layout layout : Layout.values()) {
      try (MergeSession session = open(net, unfitted(Heads.shared(), layout), machine())) {
        double before = Double.POSITIVE_INFINITY;
        for (SizePlan plan : session.plans(SIZE, BUDGETS)) {
          double budget = plan.asked().budget().orElseThrow();
          String what = "%s, %s".formatted(layout, budget);
          double taken = ratio(net, session, plan);
          assertThat(taken).as(what).isLessThanOrEqualTo(budget);
          assertThat(plan.relativeCost()).as(what).isCloseTo(taken, within(1e-4));
          assertThat(plan.cost()).as(what).isLessThanOrEqualTo(plan.limit().orElseThrow());
          assertThat(plan.residual()).as(what).isLessThanOrEqualTo(before);
          before = plan.residual();
          if (layout != Layout.AUTO) {
            assertThat(plan.layout()).isEqualTo(layout);
          }
        }
        // Twice the time of both is enough for all layouts.
        SizePlan most = session.plan(SIZE.withBudget(6));
        assertThat(most.residual()).isCloseTo(0, within(1e-9));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(AllocationMethod.class)
  void everyAllocationKeepsIt(AllocationMethod method) {
    SmallNetworks net = SmallNetworks.RESIDUAL;
    try (MergeSession session = open(net, unfitted(Heads.shared(), Layout.AUTO), machine())) {
      SizePlan plan = session.plan(SIZE.withBudget(1.6).withAllocation(method));
      assertThat(ratio(net, session, plan)).isLessThanOrEqualTo(1.6);
      assertThat(Arrays.stream(plan.separate()).sum()).isPositive();
    }
  }

  /** Without operators to pay for, most of the budget is used. */
  @Test
  void whereTimeIsArithmeticTheBudgetIsUsed() {
    MadeUpTimes arithmetic = new MadeUpTimes(1e-6, 0);
    MergeOptions options = unfitted(Heads.shared(), Layout.BLOCKS);
    try (MergeSession session = open(SmallNetworks.RESIDUAL, options, arithmetic)) {
      for (double budget : List.of(1.4, 1.7)) {
        assertThat(session.plan(SIZE.withBudget(budget)).relativeCost())
            .isBetween(0.95 * budget, budget);
      }
    }
  }

  /** What the rule for layouts would do does not matter where it is slower here. */
  @Test
  void autoIsWrittenInTheLayoutThatIsFasterHere() {
    SmallNetworks net = SmallNetworks.RESIDUAL;
    MergeOptions auto = unfitted(Heads.shared(), Layout.AUTO);
    try (MergeSession cheap = open(net, auto, new MadeUpTimes(1e-6, 0));
        MergeSession dear = open(net, auto, new MadeUpTimes(1e-6, 0.02))) {
      assertThat(cheap.plan(SIZE.withBudget(1.6)).layout()).isEqualTo(Layout.BLOCKS);
      assertThat(dear.plan(SIZE.withBudget(1.6)).layout()).isNotEqualTo(Layout.BLOCKS);
    }
  }

  @Test
  void theSameTimesGiveTheSamePlanAndNothingIsTimedTwice() {
    SmallNetworks net = SmallNetworks.CONVOLUTIONAL;
    MergeOptions options = unfitted(Heads.shared(), Layout.AUTO);
    MadeUpTimes machine = machine();
    try (MergeSession one = open(net, options, machine);
        MergeSession other = open(net, options, machine())) {
      List<SizePlan> plans = one.plans(SIZE, BUDGETS);
      int layers = machine.layers();
      int networks = machine.networks();
      assertThat(layers).isPositive();
      assertThat(machine.timedTwice()).isEmpty();
      List<SizePlan> again = one.plans(SIZE, BUDGETS);
      assertThat(machine.layers()).isEqualTo(layers);
      assertThat(machine.networks()).isEqualTo(networks);
      List<SizePlan> others = other.plans(SIZE, BUDGETS);
      for (int i = 0; i < BUDGETS.size(); i++) {
        assertThat(again.get(i).separate()).isEqualTo(plans.get(i).separate());
        assertThat(others.get(i).separate()).isEqualTo(plans.get(i).separate());
        assertThat(others.get(i).cost()).isEqualTo(plans.get(i).cost());
      }
    }
  }

  /** Everything merged is an original: that it seems to take longer is noise, or a second head. */
  @Test
  void aBudgetOfOneMergesEverythingWhateverTheClockSays() {
    double[] slower = {1};
    MadeUpTimes noisy = new MadeUpTimes(1e-6, 2e-3, time -> time * (slower[0] *= 1.1));
    try (MergeSession session =
        open(SmallNetworks.RESIDUAL, unfitted(SEPARATE, Layout.AUTO), noisy)) {
      SizePlan plan = session.plan(SIZE.withBudget(1));
      assertThat(plan.separate()).containsOnly(0);
      assertThat(plan.relativeCost()).isGreaterThan(1.03);
    }
  }

  @Test
  void whatCannotBeIsRefusedBeforeImagesAreSeenWithWhatCan() {
    Network a = SmallNetworks.RESIDUAL.network(1);
    Network b = SmallNetworks.RESIDUAL.network(2);
    BudgetOptions all = SIZE.withBudget(1.2).withBounds(List.of(Pattern.compile("")), List.of());
    MergeOptions plain = unfitted(SEPARATE, Layout.AUTO);
    assertThatThrownBy(() -> merger(plain.withSize(all), machine()).align(a, b))
        .isInstanceOf(InvalidInputException.class)
        .hasCauseInstanceOf(ImpossibleBudgetException.class)
        .hasMessageContaining("budget 1.2 cannot be kept")
        .hasMessageContaining("ms for an image")
        .satisfies(
            refused -> {
              Matcher named =
                  Pattern.compile("give a budget of ([0-9.]+) or more")
                      .matcher(requireNonNull(refused.getMessage()));
              assertThat(named.find()).as(refused.getMessage()).isTrue();
              double least = Double.parseDouble(named.group(1));
              assertThat(least).isGreaterThan(1.2);
              merger(plain.withSize(all.withBudget(least)), machine()).align(a, b);
            });
  }

  /** No budget, and still the report can say how long the network takes. */
  @Test
  void aFractionIsTimedToo() {
    SmallNetworks net = SmallNetworks.VGG;
    MergeOptions options = unfitted(Heads.shared(), Layout.DENSE);
    try (MergeSession session = open(net, options, machine())) {
      SizePlan plan = session.plan(SIZE.withFraction(0.5));
      assertThat(plan.limit()).isEmpty();
      assertThat(plan.relativeCost())
          .isGreaterThan(1)
          .isCloseTo(ratio(net, session, plan), within(EXACT * 100));
    }
  }

  /** Of many networks the one that kept the budget may have been lucky: it is timed again. */
  @Test
  void aNetworkThatWasLuckyIsNotTaken() {
    MadeUpTimes machine = machine();
    GraphTimer lucky =
        (graphs, batch, effort) -> {
          RunTimes.Measured times = machine.time(graphs, batch, effort);
          // Short measurements see the merged network at nine tenths of its time.
          Map<String, double[]> seen = new LinkedHashMap<>(times.milliseconds());
          seen.computeIfPresent(
              "merged", (name, own) -> new double[] {effort.seconds() < 2 ? 0.9 * own[0] : own[0]});
          return new RunTimes.Measured(seen);
        };
    SmallNetworks net = SmallNetworks.RESIDUAL;
    try (MergeSession session = open(net, unfitted(Heads.shared(), Layout.DENSE), lucky)) {
      for (double budget : List.of(1.3, 1.6, 2.0)) {
        SizePlan plan = session.plan(SIZE.withBudget(budget));
        assertThat(ratio(net, session, plan)).isLessThanOrEqualTo(budget);
      }
    }
  }

  @Test
  void tailsBehindAForkTakeTheirTime() {
    SmallNetworks net = SmallNetworks.RESIDUAL;
    List<Node> nodes = net.network(1).graph().nodes();
    String fork =
        nodes.stream().filter(node -> node.is("Relu")).skip(2).findFirst().orElseThrow().name();
    MergeOptions options = unfitted(SEPARATE.forkedAt(fork), Layout.AUTO);
    assertThatThrownBy(
            () ->
                merger(options.withSize(SIZE.withBudget(1)), machine())
                    .align(net.network(1), net.network(2)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("budget 1.0 cannot be kept");
    try (MergeSession session = open(net, options, machine())) {
      SizePlan plan = session.plan(SIZE.withBudget(1.9));
      assertThat(ratio(net, session, plan)).isLessThanOrEqualTo(1.9);
    }
  }
}
