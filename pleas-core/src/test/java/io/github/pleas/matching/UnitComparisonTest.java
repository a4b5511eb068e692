package io.github.pleas.matching;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.merge.Merging;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.onnx.Node;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UnitComparisonTest {
  private static UnitComparison comparison(Network network) {
    return UnitComparison.between(network, Merging.symmetry(network), Set.of());
  }

  @Test
  void aStreamIsLookedAtInTheSumsAndNotInTheSummands() {
    Network network = SmallNetworks.RESIDUAL.network(1);
    Set<String> values = comparison(network).values();
    int summands = 0;
    for (Layer layer : network.layers()) {
      List<Node> readers = network.consumers(layer.output());
      if (readers.size() == 1 && readers.get(0).is("Add")) {
        summands++;
        assertThat(values).doesNotContain(layer.output()).contains(readers.get(0).output());
      }
    }
    assertThat(summands).isPositive();
  }

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void valuesThatCountAlikeShareTheRows(SmallNetworks architecture) {
    Network network = architecture.network(1);
    Symmetry symmetry = Merging.symmetry(network);
    UnitComparison comparison = comparison(network);
    int images = 100_000;
    for (UnitGroup group : symmetry.groups()) {
      List<UnitComparison.Place> alike =
          comparison.places(group).stream().filter(place -> !place.faint()).toList();
      for (UnitComparison.Place place : alike) {
        assertThat(place.sharing()).isEqualTo(alike.size());
      }
      // One row of an image of each at the least, however many images there are.
      assertThat(alike).allMatch(place -> place.sample(group, images).perImage() == 1);
      int rows = alike.stream().mapToInt(place -> place.sample(group, 10).perImage() * 10).sum();
      assertThat(rows).isLessThanOrEqualTo((int) UnitComparison.rowsOf(group) + 10 * alike.size());
    }
  }

  @Test
  void batchesAreOfOneSizeWhereThatIsAskedFor() {
    Network network = SmallNetworks.RESIDUAL.network(1);
    assertThat(batches(network, 2000, true)).isEqualTo(new Chunks(2000, 125, false));
    assertThat(batches(network, 2000, false)).isEqualTo(new Chunks(2000, 128, false));
    assertThat(batches(network, 5, true)).isEqualTo(new Chunks(5, 5, false));
    assertThat(batches(network, 129, true)).isEqualTo(new Chunks(129, 65, false));
  }

  private static Chunks batches(Network network, int images, boolean even) {
    return Batching.of(network, network, images, Set.of(), Long.MAX_VALUE, 128, even);
  }
}
