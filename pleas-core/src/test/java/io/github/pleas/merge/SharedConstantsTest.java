package io.github.pleas.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.RandomImages;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.layout.Heads;
import io.github.pleas.network.ArchitectureMatcher;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.symmetry.HiddenUnits;
import io.github.pleas.symmetry.OperatorRules;
import io.github.pleas.symmetry.Permutations;
import io.github.pleas.symmetry.Permuter;
import io.github.pleas.symmetry.QueryHeads;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.SymmetryAnalysis;
import io.github.pleas.symmetry.UnitGroup;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables, masks and other constants that both networks share, which are nobody's weights. */
class SharedConstantsTest {
  private static final float NEVER = Float.NEGATIVE_INFINITY;

  /** What a place has on it: no binary fractions, so that their sums round. */
  private static float[] irregular(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) Math.sin(1 + i * i);
    }
    return values;
  }

  /**
   * Two convolutions; a table is added to the first's result, and a mask says which positions count
   * at the end.
   */
  private static Network network(long seed, Tensor table, Tensor mask) {
    GraphBuilder g = new GraphBuilder(seed);
    String h = g.conv(g.input("x", 3, 8, 8), 3, 6, 3);
    h = g.conv(g.relu(g.node("Mul", h, g.constant(table))), 6, 5, 3);
    String shown = g.node("Max", h, g.constant(mask));
    return SmallNetworks.read(g.build(g.gemm(g.pooled(g.relu(shown)), 5, 3)));
  }

  private static Tensor places(float... values) {
    return Tensor.ofFloats(new int[] {1, 1, 8, 8}, values);
  }

  private static Tensor channels(float... values) {
    return Tensor.ofFloats(new int[] {1, 6, 1, 1}, values);
  }

  /** Nothing is left out, except at one place everything below a number. */
  private static Tensor mask(float number) {
    float[] values = new float[64];
    java.util.Arrays.fill(values, NEVER);
    values[3] = number;
    return places(values);
  }

  private static MergeResult merge(Network a, Network b, double separate) {
    return Merging.merge(
        a,
        b,
        Merging.twoDomains(20),
        Merging.options(Heads.shared(), FitMethod.PROGRESSIVE, HeadFit.TASKS, separate));
  }

  private static void assertHolds(MergeResult result, Tensor table) {
    assertThat(result.graph().initializers().values()).contains(table);
  }

  private static Symmetry keeping(Network a, Network b) {
    ArchitectureMatcher.Aligned both = ArchitectureMatcher.align(a, b, true);
    return new SymmetryAnalysis(OperatorRules.standard()).keeping(both.shared()).analyse(both.a());
  }

  private static List<Integer> sizes(Symmetry symmetry) {
    return symmetry.groups().stream().map(UnitGroup::size).toList();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, 1})
  void aTableOfPlacesThatBothShareStaysBitForBitAndHoldsNoUnits(double separate) {
    Tensor table = places(irregular(64));
    Network a = network(1, table, mask(0));
    Network b = network(2, table, mask(0));
    assertThat(sizes(keeping(a, b))).containsExactly(6, 5);
    MergeResult result = merge(a, b, separate);
    assertHolds(result, table);
    assertHolds(result, mask(0));
  }

  @Test
  void ofTablesThatDifferTheMeanIsTaken() {
    float[] other = irregular(64);
    other[7] += 1;
    float[] mean = irregular(64);
    mean[7] = (float) (((double) mean[7] + other[7]) / 2);
    MergeResult result =
        merge(network(1, places(irregular(64)), mask(0)), network(2, places(other), mask(0)), 0);
    assertHolds(result, places(mean));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5})
  void unitsThatASharedTableTellsApartStayWithTheirPlaceInIt(double separate) {
    Tensor table = channels(irregular(6));
    Network a = network(1, table, mask(0));
    Network b = network(2, table, mask(0));
    Symmetry symmetry = keeping(a, b);
    assertThat(sizes(symmetry)).containsExactly(5);
    assertThat(HiddenUnits.of(a, symmetry).fixed())
        .singleElement()
        .satisfies(
            fixed -> {
              assertThat(fixed.units()).isEqualTo(6);
              assertThat(fixed.reason()).contains("told from others by 'c", "stays as it is");
            });
    assertHolds(merge(a, b, separate), table);
  }

  @Test
  void unitsThatASharedTableTreatsAlikeChangePlaces() {
    Tensor table = channels(1, 1, 3, 3, 3, 7);
    assertThat(sizes(keeping(network(1, table, mask(0)), network(2, table, mask(0)))))
        .containsExactly(2, 3, 5);
    assertThat(
            sizes(
                keeping(
                    network(1, table, mask(0)), network(2, channels(3, 1, 1, 3, 7, 3), mask(0)))))
        .as("a table of each network's own holds no units")
        .containsExactly(6, 5);
  }

  // The copy has its table in another order or, where the units that moved are alike, in the same.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void mergedWithAPermutedCopyANetworkStaysTheSame(long seed) {
    for (float[] table : List.of(irregular(6), new float[] {1, 1, 1, 1, 1, 2})) {
      Network a = network(1, channels(table), mask(0));
      MergeResult itself = merge(a, Merging.permuted(a, seed), 0);
      var fresh = RandomImages.normal(10, 3, 8, 8, 99);
      assertThat(
              Merging.error(
                  Merging.only(Merging.outputs(a, fresh)),
                  Merging.only(Merging.outputs(itself, fresh))))
          .isLessThan(1e-3);
    }
  }

  /** Attention with linear biases: distances times a slope of each head are added to its scores. */
  private static Network alibi(long seed, float... slopes) {
    return alibi(seed, 4, slopes);
  }

  /**
   * The same where four heads of queries share some of keys and values: two, or each has its own.
   */
  private static Network alibi(long seed, int shared, float... slopes) {
    GraphBuilder g = new GraphBuilder(seed);
    String image = g.conv(g.input("x", 3, 8, 8), 3, 6, 4, 4, 1);
    String patches = g.node("Slice", image, g.longs(0, 0), g.longs(2, 2), g.longs(2, 3));
    String rows = g.node("Reshape", patches, g.longs(0, 6, 4));
    String t = g.node("Transpose", Map.of("perm", GraphBuilder.ints(0, 2, 1)), rows);
    String[] three = new String[3];
    for (int k = 0; k < 3; k++) {
      int heads = k == 0 ? 4 : shared;
      String cut = g.node("Reshape", g.matMul(t, 6, 3 * heads), g.longs(0, 4, heads, 3));
      three[k] =
          g.node(
              "Transpose",
              Map.of("perm", GraphBuilder.ints(0, 2, k == 1 ? 3 : 1, k == 1 ? 1 : 3)),
              cut);
      if (heads < 4) {
        String alone = g.node("Unsqueeze", three[k], g.longs(2));
        String both = g.node("Concat", Map.of("axis", new Attribute.Int(2)), alone, alone);
        three[k] = g.node("Reshape", both, g.longs(0, 4, k == 1 ? 3 : 4, k == 1 ? 4 : 3));
      }
    }
    float[] distances = new float[16];
    for (int e = 0; e < 16; e++) {
      distances[e] = -Math.abs(e / 4 - e % 4);
    }
    // Read through a part that depends on the input, or it would be folded into one table.
    String slope = g.constant(Tensor.ofFloats(new int[] {4, 1, 1}, slopes));
    String distance = g.constant(Tensor.ofFloats(new int[] {4, 4}, distances));
    String scores = g.node("MatMul", three[0], three[1]);
    String one =
        g.node("Exp", g.node("Mul", scores, g.constant(Tensor.ofFloats(new int[0], new float[1]))));
    String bias = g.node("Mul", g.node("Mul", one, distance), slope);
    String weights = g.node("Softmax", Map.of("axis", new Attribute.Int(-1)), g.add(scores, bias));
    String all =
        g.node(
            "Transpose",
            Map.of("perm", GraphBuilder.ints(0, 2, 1, 3)),
            g.node("MatMul", weights, three[2]));
    String out = g.matMul(g.node("Reshape", all, g.longs(0, 4, 12)), 12, 5);
    String mean =
        g.pooled(g.node("Transpose", Map.of("perm", GraphBuilder.ints(0, 2, 1)), g.relu(out)));
    return SmallNetworks.read(g.build(g.gemm(mean, 5, 3)));
  }

  private static List<Integer> movingHeads(Symmetry symmetry) {
    return symmetry.groups().stream()
        .filter(group -> !symmetry.inside(group).isEmpty())
        .map(UnitGroup::size)
        .toList();
  }

  // A head of another slope is another head; what is in it moves, and is all that hidden units do.
  @Test
  void headsOfSharedSlopesStayWithTheirSlope() {
    float[] slopes = {0.5f, 0.25f, 0.125f, 0.0625f};
    Symmetry apart = keeping(alibi(1, slopes), alibi(2, slopes));
    assertThat(movingHeads(apart)).isEmpty();
    assertThat(sizes(apart)).containsOnly(6, 3, 5).filteredOn(size -> size == 3).hasSize(8);
    assertThat(HiddenUnits.of(alibi(1, slopes), apart).fixed()).isEmpty();
    float[] two = {0.5f, 0.25f, 0.5f, 0.5f};
    assertThat(movingHeads(keeping(alibi(1, two), alibi(2, two))))
        .as("three of one slope")
        .containsExactly(3);
  }

  @Test
  void slopesOfEachNetworksOwnGoWithTheirHeads() {
    Network a = alibi(1, 0.5f, 0.25f, 0.125f, 0.0625f);
    assertThat(movingHeads(keeping(a, alibi(2, 0.4f, 0.3f, 0.2f, 0.1f)))).containsExactly(4);
    assertThat(movingHeads(Merging.symmetry(a))).containsExactly(4);
  }

  // In the copy slopes are in another order, with their heads, or in the same, and heads are not.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void headsWithSlopesMergedWithAPermutedCopyStayTheSame(long seed) {
    Network a = alibi(1, 0.5f, 0.25f, 0.125f, 0.0625f);
    Symmetry within = keeping(a, a);
    Network inside = new Permuter(within).permute(a, Permutations.random(within, seed));
    var fresh = RandomImages.normal(10, 3, 8, 8, 99);
    for (Network copy : List.of(Merging.permuted(a, seed), inside)) {
      MergeResult itself = merge(a, copy, 0);
      assertThat(
              Merging.error(
                  Merging.only(Merging.outputs(a, fresh)),
                  Merging.only(Merging.outputs(itself, fresh))))
          .isLessThan(1e-4);
    }
  }

  // Merged heads have the slope of both.
  @Test
  void sharedSlopesStayBitForBit() {
    float[] slopes = {0.5f, 0.25f, 0.125f, 0.0625f};
    MergeResult result = merge(alibi(1, slopes), alibi(2, slopes), 0);
    assertHolds(result, Tensor.ofFloats(new int[] {4, 1, 1}, slopes));
  }

  private static List<QueryHeads> queries(Network a, Network b) {
    MergeOptions options = Merging.options(Heads.shared(), FitMethod.PROGRESSIVE, HeadFit.TASKS, 0);
    return new Merger(Merging.runtime(), options).align(a, b).queries();
  }

  // Shared heads may take each other's places, as they have the same slopes; query heads may not.
  @Test
  void queryHeadsOfSharedSlopesStayWithTheirSlope() {
    float[] repeated = {0.5f, 0.25f, 0.5f, 0.25f};
    Network a = alibi(1, 2, repeated);
    Network b = alibi(2, 2, repeated);
    assertThat(movingHeads(keeping(a, b))).containsExactly(2);
    assertThat(queries(a, b)).isEmpty();
    for (int seed = 2; seed <= 9; seed++) {
      assertHolds(
          merge(a, alibi(seed, 2, repeated), 0), Tensor.ofFloats(new int[] {4, 1, 1}, repeated));
    }
    // The same slopes in another order within one of them: another head.
    float[] turned = {0.5f, 0.25f, 0.25f, 0.5f};
    assertThat(movingHeads(keeping(alibi(1, 2, turned), alibi(2, 2, turned)))).isEmpty();
    assertHolds(
        merge(alibi(1, 2, turned), alibi(2, 2, turned), 0),
        Tensor.ofFloats(new int[] {4, 1, 1}, turned));
  }

  @Test
  void queryHeadsThatSharedSlopesTreatAlikeChangePlaces() {
    float[] one = {0.5f, 0.5f, 0.5f, 0.5f};
    Network a = alibi(1, 2, one);
    assertThat(queries(a, alibi(2, 2, one)))
        .singleElement()
        .satisfies(heads -> assertThat(heads.each()).isEqualTo(2));
    Network copy = queries(a, a).get(0).reordered(a, new int[] {1, 0, 2, 3});
    assertStays(a, merge(a, Merging.permuted(copy, 3), 0));
  }

  // In the copy heads and query heads have taken their slopes along, or what is in the heads moved.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void queryHeadsWithSlopesMergedWithAReorderedCopyStayTheSame(long seed) {
    Network a = alibi(1, 2, 0.5f, 0.25f, 0.5f, 0.25f);
    QueryHeads heads =
        QueryHeads.find(Merging.runtime(), a, a, Merging.symmetry(a), Set.of(), seed).get(0);
    assertStays(a, merge(a, Merging.permuted(heads.reordered(a, heads.random(seed)), seed), 0));
    Symmetry within = keeping(a, a);
    assertStays(a, merge(a, new Permuter(within).permute(a, Permutations.random(within, seed)), 0));
  }

  private static void assertStays(Network a, MergeResult result) {
    var fresh = RandomImages.normal(10, 3, 8, 8, 99);
    assertThat(
            Merging.error(
                Merging.only(Merging.outputs(a, fresh)),
                Merging.only(Merging.outputs(result, fresh))))
        .isLessThan(1e-4);
  }

  @Test
  void betweenANumberAndInfinityThereIsNothing() {
    Tensor table = places(irregular(64));
    assertThatThrownBy(() -> merge(network(1, table, mask(0)), network(2, table, mask(NEVER)), 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is 0.0 in")
        .hasMessageContaining("where it is -Infinity in");
  }
}
