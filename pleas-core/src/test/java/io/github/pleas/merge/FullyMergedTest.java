package io.github.pleas.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Runs;
import io.github.pleas.symmetry.Separability;
import io.github.pleas.symmetry.UnitGroup;
import java.util.List;
import org.junit.jupiter.api.Test;

class FullyMergedTest {
  /** Layers whose units are normalised over, so that none can stay separate, and one of others. */
  private static Separability separability(int layers) {
    GraphBuilder g = new GraphBuilder(1).opset(17);
    String x = g.relu(g.gemm(g.input("x", 6), 6, 8));
    for (int layer = 0; layer < layers; layer++) {
      String h = g.gemm(x, 8, 8);
      x = g.relu(g.node("LayerNormalization", h, g.positive(8), g.weight(0.1, 8)));
    }
    return Merging.separability(Runs.read(g.build(g.gemm(x, 8, 3))));
  }

  @Test
  void groupsOfOneKindAreToldOnce() {
    List<UnitGroup> groups = separability(2).symmetry().groups();
    assertThat(groups).hasSize(3);
    assertThat(FullyMerged.of(separability(2)))
        .singleElement()
        .asString()
        .startsWith("2 groups, '" + groups.get(1).name() + "' and others alike, are");
    assertThat(FullyMerged.of(separability(1)))
        .singleElement()
        .asString()
        .startsWith("group '" + groups.get(1).name() + "' is merged fully: ");
    assertThat(FullyMerged.of(separability(0))).isEmpty();
  }
}
