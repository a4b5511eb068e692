package io.github.pleas.symmetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PermutationsTest {
  private final Checked checked = Checked.of(graph());
  private final Network network = checked.network();
  private final Permuter permuter = new Permuter(checked.symmetry());

  private static io.github.pleas.onnx.Graph graph() {
    GraphBuilder g = new GraphBuilder(1);
    String h = g.relu(g.conv(g.input("x", 3, 4, 4), 3, 6, 3));
    h = g.relu(g.add(h, g.conv(g.relu(g.conv(h, 6, 5, 3)), 5, 6, 3)));
    return g.build(g.gemm(g.node("Flatten", h), 6 * 16, 3));
  }

  @Test
  void theIdentityChangesNothing() {
    assertThat(permuter.permute(network, Permutations.identity(checked.symmetry())).graph())
        .isEqualTo(network.graph());
  }

  @Test
  void theInverseBringsEverythingBack() {
    Permutations there = Permutations.random(checked.symmetry(), 5);
    Permutations back = Permutations.identity(checked.symmetry());
    for (int group = 0; group < there.groups(); group++) {
      int[] inverse = new int[there.of(group).length];
      for (int place = 0; place < inverse.length; place++) {
        inverse[there.of(group)[place]] = place;
      }
      back = back.with(group, inverse);
    }
    Network moved = permuter.permute(network, there);
    assertThat(moved.graph()).isNotEqualTo(network.graph());
    assertThat(permuter.permute(moved, back).graph()).isEqualTo(network.graph());
  }

  // Place i takes unit p[i], whose place had taken unit q[p[i]].
  @Test
  void oneAfterAnotherIsTheirComposition() {
    Permutations first = Permutations.random(checked.symmetry(), 6);
    Permutations second = Permutations.random(checked.symmetry(), 7);
    Permutations both = Permutations.identity(checked.symmetry());
    for (int group = 0; group < first.groups(); group++) {
      int[] composed = new int[first.of(group).length];
      for (int place = 0; place < composed.length; place++) {
        composed[place] = first.of(group)[second.of(group)[place]];
      }
      both = both.with(group, composed);
    }
    assertThat(permuter.permute(permuter.permute(network, first), second).graph())
        .isEqualTo(permuter.permute(network, both).graph());
  }

  @Test
  void theSameSeedGivesTheSameOrders() {
    for (int group = 0; group < checked.symmetry().groups().size(); group++) {
      assertThat(Permutations.random(checked.symmetry(), 3).of(group))
          .isEqualTo(Permutations.random(checked.symmetry(), 3).of(group));
    }
  }

  @Test
  void onlyPermutationsAreTaken() {
    assertThatThrownBy(() -> new Permutations(new int[][] {{0, 0}}))
        .hasMessageContaining("group 0: not a permutation");
    assertThatThrownBy(() -> new Permutations(new int[][] {{0, 1}, {1, 2}}))
        .hasMessageContaining("group 1: not a permutation");
  }

  @Test
  void whatIsHandedOutIsACopy() {
    Permutations orders = new Permutations(new int[][] {{1, 0, 2}});
    orders.of(0)[0] = 2;
    assertThat(orders.of(0)).containsExactly(1, 0, 2);
  }

  // Two units of two elements each, a fixed element between, and a unit group of three elsewhere.
  @Test
  void aUnitOfSeveralElementsTakesThemInOrder() {
    AxisUnits axis =
        new AxisUnits(
            new int[] {0, 0, -1, 0, 0, 1, 1, 1}, new int[] {0, 1, 0, 1, 0, 0, 1, 2}, new int[8]);
    int[] source = axis.source(new Permutations(new int[][] {{1, 0}, {2, 0, 1}}));
    assertThat(source).containsExactly(1, 0, 2, 4, 3, 7, 5, 6);
  }

  @Test
  void classesKeepTheFirstReasonWhateverTheOrderOfUnions() {
    Random random = new Random(1);
    for (int trial = 0; trial < 50; trial++) {
      ElementClasses classes = new ElementClasses();
      int[] ids = classes.fresh(3000);
      classes.fix(ids[random.nextInt(3000)], "why");
      for (int i = 0; i < 20_000; i++) {
        classes.union(ids[random.nextInt(3000)], ids[random.nextInt(3000)]);
      }
      for (int i = 1; i < 3000; i++) {
        classes.union(ids[i - 1], ids[i]);
      }
      assertThat(classes.whyFixed(ids[random.nextInt(3000)])).contains("why");
      assertThat(classes.whyRigid(ids[0])).isEmpty();
    }
  }

  @Test
  void aTensorThatTheSymmetryDoesNotKnowStays() {
    Tensor other = Tensor.ofLongs(new int[] {2}, new long[] {3, 4});
    assertThat(permuter.permute("unknown", other, Permutations.random(checked.symmetry(), 1)))
        .isEqualTo(other);
  }
}
