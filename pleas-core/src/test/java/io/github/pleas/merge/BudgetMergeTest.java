package io.github.pleas.merge;

import static io.github.pleas.merge.Merging.SEPARATE;
import static io.github.pleas.merge.Merging.error;
import static io.github.pleas.merge.Merging.merge;
import static io.github.pleas.merge.Merging.only;
import static io.github.pleas.merge.Merging.options;
import static io.github.pleas.merge.Merging.outputs;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.budget.AllocationMethod;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.budget.CostKind;
import io.github.pleas.data.Images;
import io.github.pleas.data.RandomImages;
import io.github.pleas.eval.Logits;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.Layout;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.symmetry.Symmetry;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a user says a merged network may cost, the written network costs at most. */
class BudgetMergeTest {
  private static final Images FRESH = RandomImages.normal(12, 3, 8, 8, 99);
  private static final List<Double> BUDGETS = List.of(1.2, 1.6, 2.0, 2.6);

  private static MergeSession open(Network a, Network b, MergeOptions options) {
    Merger merger = new Merger(Merging.runtime(), options);
    return merger.open(merger.align(a, b), Merging.twoDomains(20), 2, MergeListener.NONE);
  }

  private static MergeOptions unfitted(Heads heads, Layout layout) {
    return options(heads, FitMethod.NONE, HeadFit.ORIGINAL, 0).withLayout(layout);
  }

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void theWrittenNetworkCostsWhatWasPlannedAndNoMoreThanWasAsked(SmallNetworks net) {
    Network a = net.network(1);
    Network b = net.network(2);
    for (Layout layout : Layout.values()) {
      MergeOptions options = unfitted(SEPARATE, layout);
      try (MergeSession session = open(a, b, options)) {
        for (CostKind cost : List.of(CostKind.MACS, CostKind.PARAMS)) {
          for (AllocationMethod method : AllocationMethod.values()) {
            BudgetOptions size = BudgetOptions.ofFraction(0).withCost(cost).withAllocation(method);
            for (SizePlan plan : session.plans(size, BUDGETS)) {
              double budget = plan.asked().budget().orElseThrow();
              String what = "%s, %s, %s, %s".formatted(layout, cost, method, budget);
              assertThat(plan.cost()).as(what).isLessThanOrEqualTo(plan.limit().orElseThrow());
              if (method == AllocationMethod.PREDICTED) {
                Network written =
                    SmallNetworks.read(session.merge(plan, MergeListener.NONE).graph());
                long counted = cost == CostKind.MACS ? written.macs() : written.parameters();
                assertThat(counted).as(what).isEqualTo(plan.cost());
              }
              // At 2 in blocks heads that see the units of both are allowed on top.
              double heads = layout == Layout.BLOCKS && budget >= 2 ? 0.5 : 0;
              assertThat(plan.relativeCost()).as(what).isLessThanOrEqualTo(budget + heads);
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void aBudgetOfOneMergesEverythingAndOneOfTwoInBlocksGivesBothOriginals(SmallNetworks net) {
    Network a = net.network(1);
    Network b = net.network(2);
    MergeOptions exact =
        options(SEPARATE, FitMethod.PROGRESSIVE, HeadFit.TASKS, 0).withLayout(Layout.BLOCKS);
    assertThat(merge(a, b, Merging.twoDomains(40), exact.withBudget(1)).plan().separate())
        .containsOnly(0);
    MergeResult both = merge(a, b, Merging.twoDomains(40), exact.withBudget(2));
    Map<String, Logits> found = outputs(both, FRESH);
    String output = a.graph().outputs().get(0).name();
    assertThat(error(only(outputs(a, FRESH)), of(found, output + "_left"))).isLessThan(1e-4);
    assertThat(error(only(outputs(b, FRESH)), of(found, output + "_right"))).isLessThan(1e-4);
  }

  private static Logits of(Map<String, Logits> outputs, String name) {
    return requireNonNull(outputs.get(name), name);
  }

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void moreBudgetIsNeverPredictedToBeWorse(SmallNetworks net) {
    List<Double> budgets = List.of(1.0, 1.1, 1.3, 1.7, 2.0, 3.0);
    for (Layout layout : Layout.values()) {
      try (MergeSession session =
          open(net.network(1), net.network(2), unfitted(SEPARATE, layout))) {
        for (AllocationMethod method : AllocationMethod.values()) {
          double[] residuals =
              session.plans(BudgetOptions.ofFraction(0).withAllocation(method), budgets).stream()
                  .mapToDouble(SizePlan::residual)
                  .toArray();
          double[] sorted = residuals.clone();
          Arrays.sort(sorted);
          for (int i = 0; i < sorted.length; i++) {
            assertThat(residuals[i]).isEqualTo(sorted[sorted.length - 1 - i]);
          }
        }
      }
    }
  }

  /** Whatever 1 gives, a little more gives too. */
  @Test
  void aSecondHeadComesOnTopWhereEverythingIsMerged() {
    Network a = SmallNetworks.RESIDUAL.network(1);
    Network b = SmallNetworks.RESIDUAL.network(2);
    try (MergeSession session = open(a, b, unfitted(SEPARATE, Layout.BLOCKS))) {
      BudgetOptions size = BudgetOptions.ofFraction(0).withCost(CostKind.PARAMS);
      SizePlan one = session.plan(size.withBudget(1));
      assertThat(one.relativeCost()).isGreaterThan(1);
      double between = (1 + one.relativeCost()) / 2;
      assertThat(session.plan(size.withBudget(between)).separate())
          .isEqualTo(one.separate())
          .containsOnly(0);
      assertThatThrownBy(() -> session.plans(size, List.of(1.5, 1.2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("ascending");
    }
  }

  @Test
  void layersWhoseUnitsDoNotMoveAreNoBounds() {
    Network a = SmallNetworks.RESIDUAL.network(1);
    Layer head = a.layers().get(a.layers().size() - 1);
    Pattern pattern = Pattern.compile("^" + Pattern.quote(head.name()) + "$");
    MergeOptions options =
        unfitted(SEPARATE, Layout.DENSE)
            .withSize(BudgetOptions.ofBudget(2).withBounds(List.of(pattern), List.of()));
    assertThatThrownBy(() -> new Merger(Merging.runtime(), options).align(a, a))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'" + head.name() + "' only, whose units do not move");
  }

  @Test
  void widthsAreMultiplesOrThoseOfTheOriginals() {
    BudgetOptions size = BudgetOptions.ofBudget(1.5).withWidthMultiple(4);
    MergeResult result =
        merge(
            SmallNetworks.RESIDUAL.network(1),
            SmallNetworks.RESIDUAL.network(2),
            Merging.twoDomains(20),
            unfitted(SEPARATE, Layout.DENSE).withSize(size));
    assertThat(result.groups())
        .allSatisfy(
            group ->
                assertThat(
                        group.width() % 4 == 0
                            || group.width() == group.units()
                            || group.width() == 2 * group.units())
                    .isTrue());
    assertThat(result.groups()).anyMatch(group -> group.separate() > 0);
  }

  @ParameterizedTest
  @EnumSource(AllocationMethod.class)
  void boundsOfLayersAreKept(AllocationMethod method) {
    Network a = SmallNetworks.RESIDUAL.network(1);
    Layer stem = a.layers().get(0);
    Symmetry symmetry = Merging.symmetry(a);
    int group = symmetry.axis(stem.weight(), stem.outputAxis()).orElseThrow().group()[0];
    int units = symmetry.groups().get(group).size();
    Pattern pattern = Pattern.compile("^" + Pattern.quote(stem.name()) + "$");
    // In dense layout there is room for some of every group, and for all of none.
    BudgetOptions size = BudgetOptions.ofBudget(2.5).withAllocation(method);
    try (MergeSession session =
        open(a, SmallNetworks.RESIDUAL.network(2), unfitted(SEPARATE, Layout.DENSE))) {
      SizePlan merged = session.plan(size.withBounds(List.of(), List.of(pattern)));
      SizePlan kept = session.plan(size.withBounds(List.of(pattern), List.of()));
      assertThat(merged.separate()[group]).isZero();
      assertThat(kept.separate()[group]).isEqualTo(units);
      assertThat(Arrays.stream(merged.separate()).sum()).isPositive();
      assertThat(kept.relativeCost()).isLessThanOrEqualTo(2.5);
    }
  }

  @Test
  void whatCannotBeIsRefusedBeforeImagesAreSeen() {
    Network a = SmallNetworks.RESIDUAL.network(1);
    Network b = SmallNetworks.RESIDUAL.network(2);
    Pattern any = Pattern.compile("");
    BudgetOptions all = BudgetOptions.ofBudget(1.2).withBounds(List.of(any), List.of());
    MergeOptions plain = unfitted(SEPARATE, Layout.BLOCKS);
    String message = "";
    try {
      new Merger(Merging.runtime(), plain.withSize(all)).align(a, b);
    } catch (InvalidInputException e) {
      message = requireNonNull(e.getMessage());
    }
    Matcher named = Pattern.compile("give a budget of ([0-9.]+) or more").matcher(message);
    assertThat(named.find()).as(message).isTrue();
    // What it names is possible.
    double least = Double.parseDouble(named.group(1));
    new Merger(Merging.runtime(), plain.withSize(all.withBudget(least))).align(a, b);

    BudgetOptions unknown =
        BudgetOptions.ofBudget(1.2).withBounds(List.of(), List.of(Pattern.compile("layer99")));
    assertThatThrownBy(() -> new Merger(Merging.runtime(), plain.withSize(unknown)).align(a, b))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'layer99' is found in no layer's name")
        .hasMessageContaining(a.layers().get(0).name());
    BudgetOptions both = BudgetOptions.ofBudget(3).withBounds(List.of(any), List.of(any));
    assertThatThrownBy(() -> new Merger(Merging.runtime(), plain.withSize(both)).align(a, b))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("contradict");
  }
}
