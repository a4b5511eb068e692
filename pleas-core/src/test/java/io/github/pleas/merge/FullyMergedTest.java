package io.github.pleas.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Runs;
import io.github.pleas.symmetry.OperatorRules;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.SymmetryAnalysis;
import org.junit.jupiter.api.Test;

class FullyMergedTest {
  /** Two layers whose units are normalised over, so that none can stay separate. */
  private static Symmetry symmetry() {
    GraphBuilder g = new GraphBuilder(1).opset(17);
    String x = g.input("x", 6);
    for (int layer = 0; layer < 2; layer++) {
      String h = g.gemm(x, layer == 0 ? 6 : 8, 8);
      x = g.relu(g.node("LayerNormalization", h, g.positive(8), g.weight(0.1, 8)));
    }
    return new SymmetryAnalysis(OperatorRules.standard())
        .analyse(Runs.read(g.build(g.gemm(x, 8, 3))));
  }

  @Test
  void groupsOfOneKindAreToldOnce() {
    Symmetry symmetry = symmetry();
    assertThat(symmetry.groups()).hasSize(2);
    assertThat(FullyMerged.of(symmetry, new boolean[2]))
        .singleElement()
        .asString()
        .startsWith("2 groups, '" + symmetry.groups().get(0).name() + "' and others alike, are");
    assertThat(FullyMerged.of(symmetry, new boolean[] {true, false}))
        .singleElement()
        .asString()
        .startsWith("group '" + symmetry.groups().get(1).name() + "' is merged fully: ");
    assertThat(FullyMerged.of(symmetry, new boolean[] {true, true})).isEmpty();
  }
}
