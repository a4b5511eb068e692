package io.github.pleas.merge;

import static io.github.pleas.merge.Merging.SEPARATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.budget.AllocationMethod;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.eval.Agreement;
import io.github.pleas.eval.Predictor;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.Layout;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LeaveOneOutMergeTest {
  private static final List<Double> BUDGETS = List.of(1.0, 1.2, 1.55, 1.8, 2.0);
  private static final CalibrationImages IMAGES = Merging.twoDomains(40);

  private static BudgetOptions size(AllocationMethod method) {
    return BudgetOptions.ofBudget(1).withAllocation(method);
  }

  private static MergeOptions options(Heads heads, HeadFit fit) {
    return Merging.options(heads, FitMethod.PROGRESSIVE, fit, 0).withLayout(Layout.BLOCKS);
  }

  private static MergeSession open(Network a, Network b, MergeOptions options) {
    Merger merger = new Merger(Merging.runtime(), options);
    return merger.open(merger.align(a, b), IMAGES, 2, MergeListener.NONE);
  }

  private static double agreement(Network a, Network b, MergeResult result) {
    Network merged = SmallNetworks.read(result.graph());
    return new Agreement(new Predictor(Merging.runtime()), a, b)
        .of(merged.graph(), Predictor.Signature.of(merged), Agreement.Domain.of(IMAGES))
        .explained();
  }

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void theResidualOfBothEndsIsWhatTheirNetworksDoNotExplain(SmallNetworks net) {
    Network a = net.network(1);
    Network b = net.network(2);
    try (MergeSession session = open(a, b, options(SEPARATE, HeadFit.TASKS))) {
      List<SizePlan> plans = session.plans(size(AllocationMethod.LEAVE_ONE_OUT), BUDGETS);
      SizePlan merged = plans.get(0);
      assertThat(merged.separate()).containsOnly(0);
      double measured = agreement(a, b, session.merge(merged, MergeListener.NONE));
      assertThat(merged.residual()).isCloseTo(1 - measured, within(1e-4)).isGreaterThan(0.01);
      SizePlan separate = plans.get(plans.size() - 1);
      assertThat(separate.residual()).isCloseTo(0, within(1e-6));
      assertThat(agreement(a, b, session.merge(separate, MergeListener.NONE)))
          .isCloseTo(1, within(1e-6));
    }
  }

  /** There is nothing to be gained, and still every budget has its plan: the predicted one. */
  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void mergedWithItsPermutedSelfNoGroupMatters(SmallNetworks net) {
    Network a = net.network(1);
    Network b = Merging.permuted(a, 3);
    try (MergeSession session = open(a, b, options(SEPARATE, HeadFit.TASKS))) {
      List<SizePlan> measured = session.plans(size(AllocationMethod.LEAVE_ONE_OUT), BUDGETS);
      List<SizePlan> predicted = session.plans(size(AllocationMethod.PREDICTED), BUDGETS);
      for (int i = 0; i < BUDGETS.size(); i++) {
        assertThat(measured.get(i).residual()).isCloseTo(0, within(1e-5));
        assertThat(measured.get(i).cost())
            .isLessThanOrEqualTo(measured.get(i).limit().orElseThrow());
        assertThat(measured.get(i).separate()).isEqualTo(predicted.get(i).separate());
      }
    }
  }

  /** A shared head cannot give both originals back, not even with everything separate. */
  @Test
  void withASharedHeadMoreBudgetIsNeverPredictedToBeWorseEither() {
    MergeOptions options = options(Heads.shared(), HeadFit.JOINT);
    Network a = SmallNetworks.RESIDUAL.network(1);
    try (MergeSession session = open(a, SmallNetworks.RESIDUAL.network(2), options)) {
      List<SizePlan> plans = session.plans(size(AllocationMethod.LEAVE_ONE_OUT), BUDGETS);
      for (int i = 0; i < plans.size(); i++) {
        SizePlan plan = plans.get(i);
        assertThat(plan.cost()).isLessThanOrEqualTo(plan.limit().orElseThrow());
        double before = i == 0 ? 1 : plans.get(i - 1).residual();
        assertThat(plan.residual()).isBetween(0.0, before);
      }
    }
  }

  @Test
  void groupsAreMeasuredOnceForAllBudgetsAndTold() {
    Network a = SmallNetworks.CONVOLUTIONAL.network(1);
    Network b = SmallNetworks.CONVOLUTIONAL.network(2);
    List<String> told = new ArrayList<>();
    MergeListener listener = (stage, done, total) -> told.add(stage + " " + done + "/" + total);
    BudgetOptions size = size(AllocationMethod.LEAVE_ONE_OUT);
    try (MergeSession session = open(a, b, options(SEPARATE, HeadFit.JOINT))) {
      // Two groups: with one alone merged, the other is alone separate.
      List<SizePlan> plans = session.plans(size, BUDGETS, listener);
      assertThat(told)
          .containsExactly(
              "ALLOCATE 0/1", // the stage begins
              "ALLOCATE 0/4",
              "ALLOCATE 1/4",
              "ALLOCATE 2/4",
              "ALLOCATE 3/4",
              "ALLOCATE 4/4");
      // Heads that are to be joint are not measured by how they differ from the originals'.
      assertThat(plans.get(BUDGETS.size() - 1).residual()).isCloseTo(0, within(1e-6));
      told.clear();
      session.plan(size.withBudget(1.4), listener);
      assertThat(told).containsExactly("ALLOCATE 0/1", "ALLOCATE 1/1");
      told.clear();
      // Groups that may do other things are other groups.
      session.plan(
          size.withBudget(1.4).withBounds(List.of(), List.of(Pattern.compile(first(a)))), listener);
      assertThat(told)
          .containsExactly("ALLOCATE 0/1", "ALLOCATE 0/2", "ALLOCATE 1/2", "ALLOCATE 2/2");
    }
  }

  private static String first(Network network) {
    return Pattern.quote(network.layers().get(0).name());
  }

  /** A merge without a session does the same. */
  @Test
  void aMergeWithinABudgetLeavesGroupsOut() {
    Network a = SmallNetworks.RESIDUAL.network(1);
    Network b = SmallNetworks.RESIDUAL.network(2);
    MergeOptions options =
        options(SEPARATE, HeadFit.JOINT)
            .withSize(size(AllocationMethod.LEAVE_ONE_OUT).withBudget(1.5));
    MergeResult result = Merging.merge(a, b, IMAGES, options);
    assertThat(result.plan().relativeCost()).isBetween(1.2, 1.5);
    assertThat(result.cost().macs()).isEqualTo(result.plan().cost());
    assertThat(result.plan().gap()).isPresent();
    assertThat(result.seconds()).containsKey(Stage.ALLOCATE);
    try (MergeSession session = open(a, b, options)) {
      assertThat(session.plan(options.size()).separate()).isEqualTo(result.plan().separate());
    }
  }
}
