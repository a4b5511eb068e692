package io.github.pleas.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.data.Images;
import io.github.pleas.data.RandomImages;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.layout.Heads;
import io.github.pleas.network.ForeignOperators;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.symmetry.HiddenUnits;
import io.github.pleas.symmetry.OperatorRules;
import io.github.pleas.symmetry.Proof;
import io.github.pleas.symmetry.SelfCheck;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.SymmetryAnalysis;
import io.github.pleas.symmetry.UnitGroup;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What no rule knows stays where it is and is named; the rest of a network moves and merges. */
class ForeignOperatorsTest {
  private static final Images FRESH = RandomImages.normal(10, 3, 8, 8, 99);

  /** Where a value of the merged network rounds to the next integer, an output is off by a bit. */
  private static final double QUANTISED = 2e-2;

  private static final double ROUNDING = 1e-3;

  private static MergeResult merge(Network a, Network b, double separate) {
    return Merging.merge(
        a,
        b,
        Merging.twoDomains(20),
        Merging.options(Heads.shared(), FitMethod.PROGRESSIVE, HeadFit.TASKS, separate));
  }

  private static List<String> operators(Symmetry symmetry) {
    return symmetry.unknownOperators().stream().map(o -> o.substring(0, o.indexOf(' '))).toList();
  }

  @ParameterizedTest
  @EnumSource
  void itsAxesAreFixedAndItIsNamedAndTheRestMoves(ForeignOperators kind) {
    Network network = SmallNetworks.read(kind.graph(1));
    SymmetryAnalysis analysis = new SymmetryAnalysis(OperatorRules.standard());
    Symmetry symmetry = analysis.analyse(network);
    assertThat(new HashSet<>(operators(symmetry))).isEqualTo(new HashSet<>(kind.unknown()));
    assertThat(operators(symmetry)).hasSizeLessThanOrEqualTo(kind.times() * kind.unknown().size());
    List<Integer> moving = symmetry.groups().stream().map(UnitGroup::size).toList();
    List<Symmetry.Fixed> fixed = HiddenUnits.of(network, symmetry).fixed();
    if (kind.unknown().isEmpty()) {
      assertThat(moving)
          .containsExactlyInAnyOrder(
              ForeignOperators.BEFORE, ForeignOperators.ENTERING, ForeignOperators.BEHIND);
      assertThat(fixed).isEmpty();
    } else {
      assertThat(moving)
          .containsExactlyInAnyOrder(ForeignOperators.BEFORE, ForeignOperators.BEHIND);
      assertThat(fixed)
          .isNotEmpty()
          .allSatisfy(f -> assertThat(f.reason()).startsWith("no rule "))
          .allSatisfy(f -> assertThat(kind.unknown()).contains(f.operator().orElseThrow().op()));
    }
    SelfCheck.Checked checked =
        new SelfCheck(Merging.runtime()).check(network, symmetry, analysis, 3);
    assertThat(checked.proof().verdict()).as("%s", checked.proof()).isEqualTo(Proof.Verdict.PASSED);
  }

  @ParameterizedTest
  @EnumSource
  void mergedWithAPermutedCopyItGivesItsOutputsBack(ForeignOperators kind) {
    Network a = SmallNetworks.read(kind.graph(1));
    Network copy = Merging.permuted(a, 7);
    assertThat(copy.graph().initializers()).isNotEqualTo(a.graph().initializers());
    MergeResult itself = merge(a, copy, 0);
    boolean quantised = kind.name().startsWith("Q") || kind.name().endsWith("INTEGER");
    assertThat(
            Merging.error(
                Merging.only(Merging.outputs(a, FRESH)),
                Merging.only(Merging.outputs(itself, FRESH))))
        .isLessThan(quantised ? QUANTISED : ROUNDING);
    kind.unknown()
        .forEach(
            operator ->
                assertThat(itself.warnings())
                    .anySatisfy(w -> assertThat(w).contains("do not move through", operator)));
  }

  @ParameterizedTest
  @EnumSource
  void twoNetworksMergeWithSeparateUnitsAroundIt(ForeignOperators kind) {
    MergeResult result =
        merge(SmallNetworks.read(kind.graph(1)), SmallNetworks.read(kind.graph(2)), 0.3);
    assertThat(result.groups()).anyMatch(group -> group.separate() > 0);
    result.graph().initializers().values().stream()
        .filter(Tensor::isFloat)
        .forEach(
            tensor -> {
              for (float value : tensor.floats()) {
                assertThat(value).isFinite();
              }
            });
    for (float logit : Merging.only(Merging.outputs(result, FRESH)).values()) {
      assertThat(logit).isFinite();
    }
  }
}
