package io.github.pleas.merge;

import static io.github.pleas.merge.Merging.SEPARATE;
import static io.github.pleas.merge.Merging.error;
import static io.github.pleas.merge.Merging.merge;
import static io.github.pleas.merge.Merging.only;
import static io.github.pleas.merge.Merging.options;
import static io.github.pleas.merge.Merging.outputs;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.data.Images;
import io.github.pleas.data.RandomImages;
import io.github.pleas.eval.Logits;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.Layout;
import io.github.pleas.network.AttentionForms;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.symmetry.Separability;
import io.github.pleas.symmetry.UnitGroup;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Attention heads in merged networks: some merge, some stay separate, and where a merged network
 * can compute exactly what the originals do, it does. On images that the merge has not seen.
 */
class HeadsMergeTest {
  private static final Images FRESH = RandomImages.normal(20, 3, 8, 8, 99);

  private static MergeOptions exact(Heads heads) {
    return options(heads, FitMethod.PROGRESSIVE, HeadFit.TASKS, 0);
  }

  /** The one group of heads. */
  private static UnitGroup heads(Separability separability) {
    return separability.symmetry().groups().stream()
        .filter(g -> !separability.symmetry().inside(g).isEmpty())
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @EnumSource(AttentionForms.class)
  void headsMaySeparate(AttentionForms form) {
    for (boolean normalised : new boolean[] {false, true}) {
      Separability separability = Merging.separability(form.network(1, normalised));
      UnitGroup heads = heads(separability);
      assertThat(separability.whyNot(heads.index())).isEmpty();
      assertThat(heads.size()).isEqualTo(3);
    }
  }

  /** Any number of heads separate: what the others merge with is their own permuted self. */
  @ParameterizedTest
  @EnumSource(AttentionForms.class)
  void aNetworkMergedWithItsPermutedSelfIsItselfWhateverIsSeparate(AttentionForms form) {
    Network a = form.network(1, true);
    Logits expected = only(outputs(a, FRESH));
    Merger merger = new Merger(Merging.runtime(), exact(Heads.shared()));
    Merger.Prepared networks = merger.align(a, Merging.permuted(a, 7));
    int heads = heads(networks.separability()).index();
    try (MergeSession session =
        merger.open(networks, Merging.twoDomains(40), 2, MergeListener.NONE)) {
      for (int count = 0; count <= 3; count++) {
        int[] separate = new int[networks.separability().symmetry().groups().size()];
        separate[heads] = count;
        MergeResult result = session.merge(session.planOf(separate), MergeListener.NONE);
        assertThat(error(expected, only(outputs(result, FRESH))))
            .as("%d heads separate", count)
            .isLessThan(1e-4);
        assertThat(result.groups().get(heads).width()).isEqualTo(3 + count);
      }
    }
  }

  /** Without a normalisation everything may be separate, so that nothing is lost. */
  @ParameterizedTest
  @EnumSource(AttentionForms.class)
  void withEverythingSeparateBothOriginalsComeBack(AttentionForms form) {
    Network a = form.network(1, false);
    Network b = form.network(2, false);
    for (Layout layout : new Layout[] {Layout.BLOCKS, Layout.DENSE}) {
      MergeOptions options = exact(SEPARATE).withLayout(layout).withSeparateFraction(1);
      MergeResult result = merge(a, b, Merging.twoDomains(40), options);
      assertThat(result.groups()).allMatch(g -> g.width() == 2 * g.units());
      Map<String, Logits> found = outputs(result, FRESH);
      String output = a.graph().outputs().get(0).name();
      assertThat(error(only(outputs(a, FRESH)), of(found, output + "_left"))).isLessThan(1e-4);
      assertThat(error(only(outputs(b, FRESH)), of(found, output + "_right"))).isLessThan(1e-4);
    }
  }

  private static Logits of(Map<String, Logits> outputs, String name) {
    return requireNonNull(outputs.get(name), name);
  }

  /** The written file is read as any other and counted again. */
  @ParameterizedTest
  @EnumSource(AttentionForms.class)
  void theWrittenNetworkCostsWhatWasPlanned(AttentionForms form) {
    for (boolean normalised : new boolean[] {false, true}) {
      Network a = form.network(1, normalised);
      Network b = form.network(2, normalised);
      for (Layout layout : Layout.values()) {
        MergeOptions options =
            options(SEPARATE, FitMethod.NONE, HeadFit.ORIGINAL, 0).withLayout(layout);
        for (double budget : new double[] {1, 1.3, 1.7}) {
          MergeResult result = merge(a, b, Merging.twoDomains(20), options.withBudget(budget));
          Network written = SmallNetworks.read(result.graph());
          assertThat(written.macs())
              .as("%s, %s, %s", layout, budget, normalised)
              .isEqualTo(result.plan().cost())
              .isEqualTo(result.cost().macs());
          assertThat(written.parameters()).isEqualTo(result.cost().parameters());
        }
      }
    }
  }

  /** A shape that an Expand is told holds the number of channels, too. */
  @Test
  void whatIsSpreadToAGivenShapeMaySeparate() {
    Network[] pair = new Network[2];
    for (int k = 0; k < 2; k++) {
      GraphBuilder g = new GraphBuilder(k + 1);
      String h = g.relu(g.conv(g.input("x", 3, 8, 8), 3, 5, 3));
      String gate = g.node("Sigmoid", g.node("GlobalAveragePool", h));
      String gated = g.node("Mul", h, g.node("Expand", gate, g.longs(1, 5, 8, 8)));
      pair[k] = SmallNetworks.read(g.build(g.gemm(g.pooled(gated), 5, 4)));
    }
    MergeOptions options = exact(SEPARATE).withLayout(Layout.BLOCKS).withSeparateFraction(1);
    MergeResult result = merge(pair[0], pair[1], Merging.twoDomains(40), options);
    assertThat(result.groups()).allMatch(g -> g.width() == 2 * g.units());
    String output = pair[0].graph().outputs().get(0).name();
    assertThat(error(only(outputs(pair[0], FRESH)), of(outputs(result, FRESH), output + "_left")))
        .isLessThan(1e-4);
  }
}
