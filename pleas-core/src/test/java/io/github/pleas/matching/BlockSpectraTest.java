package io.github.pleas.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.merge.Merging;
import io.github.pleas.network.AttentionForms;
import io.github.pleas.network.Network;
import io.github.pleas.symmetry.Permutations;
import io.github.pleas.symmetry.Permuter;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BlockSpectraTest {
  private static UnitGroup heads(Symmetry symmetry) {
    return symmetry.groups().stream()
        .filter(g -> !symmetry.inside(g).isEmpty())
        .findFirst()
        .orElseThrow();
  }

  /** In whatever order everything is, each head is as alike to itself as can be, and only to it. */
  @ParameterizedTest
  @EnumSource(AttentionForms.class)
  void areTheSameInAnyOrderOfUnits(AttentionForms form) {
    Network a = form.network(1, true);
    Symmetry symmetry = Merging.symmetry(a);
    UnitGroup heads = heads(symmetry);
    Permutations order = Permutations.random(symmetry, 7);
    Network b = new Permuter(symmetry).permute(a, order);
    double[] alike = new BlockSpectra(a, symmetry).similarity(heads, a, b).orElseThrow();
    int n = heads.size();
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        if (order.of(heads.index())[j] == i) {
          assertThat(alike[i * n + j]).isCloseTo(1, within(1e-5));
        } else {
          assertThat(alike[i * n + j]).isLessThan(0.9999);
        }
      }
    }
  }

  /**
   * Without data: what was permuted at random is found again, heads and what stands in them. Not
   * where heads have more features than the stream that they read: descent on the features first
   * ends beside the optimum.
   */
  @ParameterizedTest
  @EnumSource(
      value = AttentionForms.class,
      names = {"GROUP_QUERY", "GROUP_QUERY_PACKED"},
      mode = EnumSource.Mode.EXCLUDE)
  void weightsFindTheUnitsOfAPermutedNetworkAgain(AttentionForms form) {
    Network a = form.network(1, true);
    Symmetry symmetry = Merging.symmetry(a);
    Permutations order = Permutations.random(symmetry, 3);
    Network b = new Permuter(symmetry).permute(a, order);
    Permutations found = new WeightMatcher(a, b, symmetry).match(0).permutations();
    for (UnitGroup group : symmetry.groups()) {
      int[] applied = order.of(group.index());
      int[] expected = new int[applied.length];
      for (int place = 0; place < expected.length; place++) {
        expected[applied[place]] = place;
      }
      assertThat(found.of(group.index())).as(group.name()).isEqualTo(expected);
    }
  }
}
