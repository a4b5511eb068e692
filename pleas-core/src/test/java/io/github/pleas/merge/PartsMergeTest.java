package io.github.pleas.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.budget.AllocationMethod;
import io.github.pleas.budget.CostKind;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.fit.LayerFit;
import io.github.pleas.fit.PublishedOptions;
import io.github.pleas.layout.Heads;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.runtime.Device;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A merge does not depend on how its images are parted. */
class PartsMergeTest {
  private static MergeOptions progressive(Heads heads, double budget) {
    return Merging.options(heads, FitMethod.PROGRESSIVE, HeadFit.JOINT, 0).withBudget(budget);
  }

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void anyPartsOfTwoDomainsGiveTheSameNetwork(SmallNetworks kind) {
    CalibrationImages images = Merging.twoDomains(230);
    Network a = kind.network(1);
    Network b = kind.network(2);
    MergeOptions one = progressive(Merging.SEPARATE, 1);
    SameMerge.assertSame(
        Merging.merge(a, b, images, one), InProcessParts.merge(a, b, images, one, 3, -1));
    MergeOptions more = progressive(Merging.SEPARATE, 1.55);
    MergeResult whole = Merging.merge(a, b, images, more);
    for (int count : new int[] {1, 2, 7}) {
      SameMerge.assertSame(whole, InProcessParts.merge(a, b, images, more, count, -1));
    }
  }

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void sharedHeadsToo(SmallNetworks kind) {
    CalibrationImages images = Merging.twoDomains(230);
    MergeOptions options = progressive(Heads.shared(), 1.55);
    MergeResult whole = Merging.merge(kind.network(1), kind.network(2), images, options);
    SameMerge.assertSame(
        whole, InProcessParts.merge(kind.network(1), kind.network(2), images, options, 3, -1));
  }

  @ParameterizedTest
  @EnumSource(HeadFit.class)
  void everyWayOfFittingHeads(HeadFit heads) {
    MergeOptions options = Merging.options(Merging.SEPARATE, FitMethod.PROGRESSIVE, heads, 0.5);
    CalibrationImages images = Merging.twoDomains(100);
    Network a = SmallNetworks.RESIDUAL.network(1);
    Network b = SmallNetworks.RESIDUAL.network(2);
    SameMerge.assertSame(
        Merging.merge(a, b, images, options), InProcessParts.merge(a, b, images, options, 4, -1));
  }

  @ParameterizedTest
  @EnumSource(
      value = SmallNetworks.class,
      names = {"PERCEPTRON", "TOKENS"})
  void layersWithFewerRowsThanUnknownsToo(SmallNetworks kind) {
    CalibrationImages images = Merging.oneDomain(90);
    MergeOptions options = progressive(Heads.shared(), 1.55);
    MergeResult whole = Merging.merge(kind.network(1), kind.network(2), images, options);
    assertThat(whole.layers().get(0).rows() * 2)
        .isLessThanOrEqualTo(whole.layers().get(0).unknowns());
    SameMerge.assertSame(
        whole, InProcessParts.merge(kind.network(1), kind.network(2), images, options, 2, -1));
  }

  @ParameterizedTest
  @EnumSource(
      value = MergeMethod.class,
      names = {"PLEAS_PUBLISHED", "PERMUTE", "GIT_REBASIN", "AVERAGE"})
  void otherMethodsToo(MergeMethod named) {
    MergeOptions options = MergeOptions.of(named, Merging.SEPARATE).withThreads(1);
    CalibrationImages images = Merging.twoDomains(100);
    for (SmallNetworks kind :
        List.of(SmallNetworks.RESIDUAL, SmallNetworks.INVERTED_RESIDUAL, SmallNetworks.DENSE)) {
      Network a = kind.network(1);
      Network b = kind.network(2);
      SameMerge.assertSame(
          Merging.merge(a, b, images, options), InProcessParts.merge(a, b, images, options, 3, -1));
    }
  }

  @ParameterizedTest
  @EnumSource(PublishedOptions.Targets.class)
  void rowsOfEachOriginalToo(PublishedOptions.Targets targets) {
    MergeOptions options = published(targets);
    CalibrationImages images = Merging.twoDomains(100);
    Network a = SmallNetworks.RESIDUAL.network(1);
    Network b = SmallNetworks.RESIDUAL.network(2);
    SameMerge.assertSame(
        Merging.merge(a, b, images, options), InProcessParts.merge(a, b, images, options, 3, -1));
  }

  // 16 images give 32 rows to a head of 41 unknowns: more than half, where 16 would be less.
  @Test
  void aHeadWithRowsOfEachOriginalIsHeldAsOnOneMachine() {
    MergeOptions options = published(PublishedOptions.Targets.SEPARATE);
    CalibrationImages images = Merging.twoDomains(8);
    MergeResult found = InProcessParts.merge(wideHead(1), wideHead(2), images, options, 1, -1);
    SameMerge.assertSame(Merging.merge(wideHead(1), wideHead(2), images, options), found);
    LayerFit head = found.layers().get(1);
    assertThat(head.rows()).isEqualTo(32);
    assertThat(head.unknowns()).isEqualTo(40);
  }

  private static MergeOptions published(PublishedOptions.Targets targets) {
    MergeOptions published = MergeOptions.of(MergeMethod.PLEAS_PUBLISHED, Heads.shared());
    PublishedOptions options = new PublishedOptions(targets, 1e-4, Optional.empty());
    return published.withFit(published.fit().withPublished(options)).withThreads(1);
  }

  private static Network wideHead(long seed) {
    GraphBuilder g = new GraphBuilder(seed);
    String stem = g.relu(g.conv(g.input("x", 3, 8, 8), 3, 40, 3));
    return SmallNetworks.read(g.build(g.gemm(g.pooled(stem), 40, SmallNetworks.CLASSES)));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 5})
  void aPartThatIsLostAndMadeAnewGivesTheSame(int lostAt) {
    MergeOptions options = progressive(Merging.SEPARATE, 1.55);
    CalibrationImages images = Merging.twoDomains(100);
    Network a = SmallNetworks.RESIDUAL.network(1);
    Network b = SmallNetworks.RESIDUAL.network(2);
    SameMerge.assertSame(
        Merging.merge(a, b, images, options),
        InProcessParts.merge(a, b, images, options, 3, lostAt));
  }

  @Test
  void whatNeedsMoreThanSumsIsRefusedByName() {
    Map.of(
            MergeOptions.of(MergeMethod.ZIPIT, Heads.shared()), "--method zipit",
            MergeOptions.of(MergeMethod.REGMEAN, Heads.shared()), "--method regmean",
            progressive(Heads.shared(), 1.5)
                    .withSize(progressive(Heads.shared(), 1.5).size().withCost(CostKind.LATENCY)),
                "--cost latency",
            progressive(Heads.shared(), 1.5)
                    .withSize(
                        progressive(Heads.shared(), 1.5)
                            .size()
                            .withAllocation(AllocationMethod.LEAVE_ONE_OUT)),
                "--allocation leave-one-out")
        .forEach(
            (options, name) ->
                assertThatThrownBy(() -> InParts.require(options, Device.CPU))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining(name)
                    .hasMessageContaining("merge"));
  }
}
