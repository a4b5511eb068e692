package io.github.pleas.fit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TargetPlanTest {
  private static TargetPlan.Target of(List<TargetPlan.Target> plan, String output) {
    return plan.stream().filter(t -> t.layer().output().equals(output)).findFirst().orElseThrow();
  }

  private static int place(List<TargetPlan.Target> plan, String output) {
    return plan.indexOf(of(plan, output));
  }

  @Test
  void aLayerThatIsAddedToASkipPathIsFittedToTheSum() {
    GraphBuilder g = new GraphBuilder(1);
    String stem = g.relu(g.conv(g.input("x", 3, 8, 8), 3, 6, 3));
    String inner = g.conv(stem, 6, 5, 3);
    String main = g.conv(g.relu(inner), 5, 6, 3);
    String sum = g.add(main, stem);
    Network network = SmallNetworks.read(g.build(g.gemm(g.pooled(g.relu(sum)), 6, 4)));
    List<TargetPlan.Target> plan = TargetPlan.of(network, true);
    assertThat(plan).hasSize(3);
    assertThat(of(plan, inner).value()).isEqualTo(inner);
    assertThat(of(plan, inner).skip()).isEmpty();
    assertThat(of(plan, main).value()).isEqualTo(sum);
    assertThat(of(plan, main).skip()).contains(stem);
    assertThat(TargetPlan.of(network, false)).allMatch(t -> t.skip().isEmpty());
  }

  @Test
  void aShortcutConvolutionComesBeforeTheMainPathsLastWhateverTheGraphsOrder() {
    for (boolean shortcutFirst : new boolean[] {true, false}) {
      GraphBuilder g = new GraphBuilder(1);
      String stem = g.relu(g.conv(g.input("x", 3, 8, 8), 3, 6, 3));
      String early = shortcutFirst ? g.conv(stem, 6, 8, 1, 2, 1) : "";
      String main = g.conv(g.relu(g.conv(stem, 6, 7, 3, 2, 1)), 7, 8, 3);
      String shortcut = shortcutFirst ? early : g.conv(stem, 6, 8, 1, 2, 1);
      String sum = g.add(shortcut, main);
      Network network = SmallNetworks.read(g.build(g.gemm(g.pooled(g.relu(sum)), 8, 4)));
      List<TargetPlan.Target> plan = TargetPlan.of(network, true);
      assertThat(of(plan, shortcut).skip()).isEmpty();
      assertThat(of(plan, main).value()).isEqualTo(sum);
      assertThat(of(plan, main).skip()).isEqualTo(Optional.of(shortcut));
      assertThat(place(plan, shortcut)).isLessThan(place(plan, main));
    }
  }

  @Test
  void aLayerThatIsReadElsewhereToIsFittedToItsOwnOutput() {
    Network network = SmallNetworks.PRE_ACTIVATION.network(1);
    String stem = network.layers().get(0).output();
    List<TargetPlan.Target> plan = TargetPlan.of(network, true);
    assertThat(of(plan, stem).skip()).isEmpty();
    assertThat(plan.stream().filter(t -> t.skip().equals(Optional.of(stem)))).hasSize(1);
  }

  @Test
  void everyLayerComesAfterThoseThatItReads() {
    for (SmallNetworks architecture : SmallNetworks.values()) {
      Network network = architecture.network(1);
      List<TargetPlan.Target> plan = TargetPlan.of(network, true);
      assertThat(plan).hasSize(network.layers().size() - 1);
      for (int place = 0; place < plan.size(); place++) {
        Set<String> needed = new HashSet<>(ancestors(network, plan.get(place).layer().input()));
        plan.get(place).skip().ifPresent(skip -> needed.addAll(ancestors(network, skip)));
        for (TargetPlan.Target later : plan.subList(place, plan.size())) {
          assertThat(needed).doesNotContain(later.layer().output());
        }
      }
    }
  }

  private static Set<String> ancestors(Network network, String value) {
    Set<String> found = new HashSet<>();
    List<String> open = new ArrayList<>(List.of(value));
    while (!open.isEmpty()) {
      String next = open.remove(0);
      if (found.add(next)) {
        network.graph().nodes().stream()
            .filter(node -> node.outputs().contains(next))
            .forEach(node -> open.addAll(node.inputs()));
      }
    }
    return found;
  }
}
