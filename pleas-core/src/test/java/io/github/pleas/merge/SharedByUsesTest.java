package io.github.pleas.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.data.Images;
import io.github.pleas.data.RandomImages;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.layout.Heads;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Network;
import io.github.pleas.network.Runs;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.symmetry.SelfCheck;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Constants that an exporter wrote once for several uses, as it does where they are equal. */
class SharedByUsesTest {
  private static final Images FRESH = RandomImages.normal(10, 3, 8, 8, 99);
  private static final int WIDTH = 5;

  /**
   * Convolutions of one width, behind each a factor and an offset for each channel, which some of
   * them share; the random weights differ by seed.
   *
   * @param shared which layers read the shared factor and offset
   * @param seed of the weights
   */
  private static Graph chain(boolean[] shared, Tensor factor, Tensor offset, long seed) {
    GraphBuilder g = new GraphBuilder(seed);
    String h = g.input("x", 3, 8, 8);
    String common = g.constant(factor);
    String commonOffset = g.constant(offset);
    int channels = 3;
    for (boolean own : shared) {
      String bias = own ? commonOffset : g.weight(0.1, WIDTH);
      h = g.node("Conv", h, g.weight(0.5, WIDTH, channels, 1, 1), bias);
      h = g.relu(g.node("Mul", h, own ? common : g.weight(1, WIDTH, 1, 1)));
      channels = WIDTH;
    }
    return g.build(g.gemm(g.pooled(h), WIDTH, 3));
  }

  private static Tensor all(float value, int... shape) {
    float[] values = new float[(int) Tensor.count(shape)];
    Arrays.fill(values, value);
    return Tensor.ofFloats(shape, values);
  }

  private static Tensor different(int... shape) {
    float[] values = new float[(int) Tensor.count(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = 1 + (float) Math.sin(i + 1) / 2;
    }
    return Tensor.ofFloats(shape, values);
  }

  private static boolean[] some(int layers, Random random) {
    boolean[] shared = new boolean[layers];
    for (int i = 0; i < layers; i++) {
      shared[i] = random.nextInt(3) > 0;
    }
    return shared;
  }

  private static List<Integer> sizes(Symmetry symmetry) {
    return symmetry.groups().stream().map(UnitGroup::size).toList();
  }

  private static double error(Network network, Symmetry symmetry) {
    return new SelfCheck(Merging.runtime()).error(network, symmetry, 3);
  }

  @Property(tries = 25)
  void whatIsTheSameForAllUnitsTiesNoLayers(
      @ForAll @IntRange(min = 1, max = 5) int layers, @ForAll long seed) {
    boolean[] shared = some(layers, new Random(seed));
    Network network = Runs.read(chain(shared, all(1.5f, WIDTH, 1, 1), all(0, WIDTH), seed));
    Symmetry symmetry = Merging.symmetry(network);
    assertThat(sizes(symmetry)).isEqualTo(Collections.nCopies(layers, WIDTH));
    assertThat(error(network, symmetry)).isLessThan(1e-5);
  }

  @Property(tries = 25)
  void whatTellsUnitsApartTiesAllThatShareIt(
      @ForAll @IntRange(min = 1, max = 5) int layers, @ForAll long seed) {
    boolean[] shared = some(layers, new Random(seed));
    Network network = Runs.read(chain(shared, different(WIDTH, 1, 1), different(WIDTH), seed));
    Symmetry symmetry = Merging.symmetry(network);
    int tied = 0;
    for (boolean own : shared) {
      tied += own ? 1 : 0;
    }
    int groups = layers - Math.max(0, tied - 1);
    assertThat(sizes(symmetry)).isEqualTo(Collections.nCopies(groups, WIDTH));
    assertThat(error(network, symmetry)).isLessThan(1e-5);
  }

  @Property(tries = 6)
  void mergedWithAPermutedCopyANetworkStaysTheSame(@ForAll boolean alike, @ForAll long seed) {
    boolean[] shared = {true, false, true, true};
    Tensor factor = alike ? all(0.8f, WIDTH, 1, 1) : different(WIDTH, 1, 1);
    Network a =
        SmallNetworks.read(
            chain(shared, factor, alike ? all(0.1f, WIDTH) : different(WIDTH), seed));
    MergeResult itself = merge(a, Merging.permuted(a, seed), 0);
    assertThat(
            Merging.error(
                Merging.only(Merging.outputs(a, FRESH)),
                Merging.only(Merging.outputs(itself, FRESH))))
        .isLessThan(1e-3);
  }

  private static MergeResult merge(Network a, Network b, double separate) {
    return Merging.merge(
        a,
        b,
        Merging.twoDomains(20),
        Merging.options(Heads.shared(), FitMethod.PROGRESSIVE, HeadFit.TASKS, separate));
  }

  // The first has never learned its factors and offsets; the second has, each its own or all one.
  @Test
  void aNetworkThatSharesMergesWithOneThatDoesNotAndEachGroupKeepsItsOwnSeparate() {
    boolean[] shared = {true, true, true};
    Network a = SmallNetworks.read(chain(shared, all(1, WIDTH, 1, 1), all(0, WIDTH), 1));
    Network own = SmallNetworks.read(chain(new boolean[3], all(1, WIDTH, 1, 1), all(0, WIDTH), 2));
    Network other = SmallNetworks.read(chain(shared, different(WIDTH, 1, 1), different(WIDTH), 3));
    for (Network b : List.of(own, other, a)) {
      MergeResult result = merge(a, b, 0.4);
      assertThat(result.groups()).hasSize(3).allMatch(group -> group.separate() == 2);
      assertThat(Merging.outputs(result, FRESH)).hasSize(1);
    }
  }

  // The places of a table differ, its channels do not: the same for both convolutions' channels.
  @Test
  void aTableThatIsTheSameForAllChannelsTiesNone() {
    float[] values = new float[WIDTH * 64];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(1 + i % 64);
    }
    GraphBuilder g = new GraphBuilder(3);
    String table = g.constant(Tensor.ofFloats(new int[] {1, WIDTH, 8, 8}, values));
    String h = g.relu(g.node("Mul", g.conv(g.input("x", 3, 8, 8), 3, WIDTH, 3), table));
    h = g.relu(g.node("Add", g.conv(h, WIDTH, WIDTH, 3), table));
    Network network = Runs.read(g.build(g.gemm(g.pooled(h), WIDTH, 3)));
    Symmetry symmetry = Merging.symmetry(network);
    assertThat(sizes(symmetry)).containsExactly(WIDTH, WIDTH);
    assertThat(error(network, symmetry)).isLessThan(1e-5);
  }

  @Test
  void onlyWhatIsAlikeAlongAnAxisIsCopied() {
    GraphBuilder g = new GraphBuilder(4);
    String h = g.input("x", 3, 8, 8);
    String alike = g.constant(all(2, 3, 1, 1));
    String differing = g.constant(different(3, 1, 1));
    String number = g.constant(all(2, 1));
    for (String constant : List.of(alike, differing, number)) {
      h = g.relu(g.node("Add", g.relu(g.node("Mul", h, constant)), constant));
    }
    Graph canonical = Runs.read(g.build(h)).graph();
    List<String> read = new ArrayList<>();
    for (Node node : canonical.nodes()) {
      node.inputs().stream().filter(canonical.initializers()::containsKey).forEach(read::add);
    }
    assertThat(read).hasSize(6);
    assertThat(read.get(0)).isEqualTo(alike).isNotEqualTo(read.get(1));
    assertThat(canonical.initializers().get(read.get(1))).isEqualTo(all(2, 3, 1, 1));
    assertThat(read.subList(2, 6)).containsExactly(differing, differing, number, number);
  }
}
