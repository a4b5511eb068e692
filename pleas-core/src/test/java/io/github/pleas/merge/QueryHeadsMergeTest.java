package io.github.pleas.merge;

import static io.github.pleas.merge.Merging.error;
import static io.github.pleas.merge.Merging.only;
import static io.github.pleas.merge.Merging.outputs;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.data.Images;
import io.github.pleas.data.RandomImages;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.layout.Heads;
import io.github.pleas.matching.QueryHeadSpectra;
import io.github.pleas.network.AttentionForms;
import io.github.pleas.network.Network;
import io.github.pleas.symmetry.HiddenUnits;
import io.github.pleas.symmetry.Permutations;
import io.github.pleas.symmetry.Permuter;
import io.github.pleas.symmetry.QueryHeads;
import io.github.pleas.symmetry.Separability;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Grouped-query attention: six heads of queries share three of keys and values. */
class QueryHeadsMergeTest {
  private static final String BY_EXPAND = "GROUPED_QUERIES";
  private static final String BY_CONCAT = "GROUPED_QUERIES_STACKED";
  private static final String IN_ONE_MATRIX = "GROUPED_QUERIES_FUSED";
  private static final String BY_OPERATOR = "ATTENTION_GROUPED";
  private static final String BY_RUNTIME = "GROUP_QUERY";
  private static final String PACKED = "GROUP_QUERY_PACKED";
  private static final String ROTARY = "GROUP_QUERY_ROTARY";
  private static final Images FRESH = RandomImages.normal(20, 3, 8, 8, 99);

  private static List<QueryHeads> queries(Network network) {
    return QueryHeads.find(
        Merging.runtime(), network, network, Merging.symmetry(network), Set.of(), 1);
  }

  @ParameterizedTest
  @EnumSource(
      value = AttentionForms.class,
      names = {BY_EXPAND, BY_CONCAT, IN_ONE_MATRIX, BY_OPERATOR, BY_RUNTIME, PACKED, ROTARY})
  void queryHeadsOfASharedHeadTakeEachOthersPlaces(AttentionForms form) {
    Network network = form.network(1, true);
    assertThat(HiddenUnits.of(network, Merging.symmetry(network)).fixed()).isEmpty();
    assertThat(queries(network)).hasSize(1);
    QueryHeads heads = queries(network).get(0);
    assertThat(heads.each()).isEqualTo(2);
    assertThat(heads.group().size()).isEqualTo(3);
    Network other = heads.reordered(network, new int[] {1, 0, 2, 3, 5, 4});
    assertThat(other.graph().initializers()).isNotEqualTo(network.graph().initializers());
    assertThat(error(only(outputs(network, FRESH)), only(outputs(other, FRESH)))).isLessThan(1e-5);
    // But not those of two shared heads.
    Network wrong = heads.reordered(network, new int[] {2, 1, 0, 3, 4, 5});
    assertThat(error(only(outputs(network, FRESH)), only(outputs(wrong, FRESH))))
        .isGreaterThan(1e-3);
  }

  @ParameterizedTest
  @EnumSource(
      value = AttentionForms.class,
      names = {BY_EXPAND, BY_CONCAT, IN_ONE_MATRIX, BY_OPERATOR, BY_RUNTIME, PACKED, ROTARY},
      mode = Mode.EXCLUDE)
  void whereEachHeadHasItsOwnKeysThereIsNoSuchOrder(AttentionForms form) {
    assertThat(queries(form.network(1, true))).isEmpty();
  }

  /** Without data: by what their weights do, in whatever order everything else is. */
  @ParameterizedTest
  @EnumSource(
      value = AttentionForms.class,
      names = {BY_EXPAND, BY_CONCAT, IN_ONE_MATRIX, BY_OPERATOR, BY_RUNTIME, PACKED, ROTARY})
  void weightsTellQueryHeadsFromEachOther(AttentionForms form) {
    Network a = form.network(1, true);
    QueryHeads queries = queries(a).get(0);
    Separability separability = Merging.separability(a);
    for (long seed = 1; seed <= 3; seed++) {
      Network turned = queries.reordered(a, queries.random(seed));
      Permutations order = Permutations.random(separability.symmetry(), seed);
      Network b = new Permuter(separability.symmetry()).permute(turned, order);
      int[] found = new QueryHeadSpectra(a, separability).order(queries, a, b).orElseThrow();
      // Everything else brought back to its place, B is A.
      Network restored =
          new Permuter(separability.symmetry())
              .permute(queries.reordered(b, found), inverse(order));
      assertThat(restored.graph().initializers()).isEqualTo(a.graph().initializers());
    }
  }

  /** The whole merge without data: nothing is lost where the rest is in one order. */
  @ParameterizedTest
  @EnumSource(
      value = AttentionForms.class,
      names = {BY_EXPAND, BY_CONCAT, IN_ONE_MATRIX, BY_OPERATOR, ROTARY})
  void mergedByWeightsItIsItself(AttentionForms form) {
    Network a = form.network(1, true);
    QueryHeads queries = queries(a).get(0);
    MergeOptions options =
        Merging.options(Heads.shared(), FitMethod.PROGRESSIVE, HeadFit.TASKS, 0)
            .withMatch(MergeOptions.MatchOn.WEIGHTS);
    for (long seed = 1; seed <= 2; seed++) {
      Network b = Merging.permuted(queries.reordered(a, queries.random(seed)), seed);
      MergeResult result = Merging.merge(a, b, Merging.twoDomains(40), options);
      assertThat(error(only(outputs(a, FRESH)), only(outputs(result, FRESH)))).isLessThan(1e-4);
    }
  }

  private static Permutations inverse(Permutations order) {
    int[][] orders = new int[order.groups()][];
    for (int group = 0; group < orders.length; group++) {
      int[] of = order.of(group);
      orders[group] = new int[of.length];
      for (int place = 0; place < of.length; place++) {
        orders[group][of[place]] = place;
      }
    }
    return new Permutations(orders);
  }

  /** Shared heads, query heads within them, and units within these: all in another order. */
  @ParameterizedTest
  @EnumSource(
      value = AttentionForms.class,
      names = {BY_EXPAND, BY_CONCAT, IN_ONE_MATRIX, BY_OPERATOR, BY_RUNTIME, PACKED, ROTARY})
  void aNetworkMergedWithItsReorderedSelfIsItselfWhateverIsSeparate(AttentionForms form) {
    Network a = form.network(1, true);
    QueryHeads queries = queries(a).get(0);
    for (long seed = 1; seed <= 2; seed++) {
      Network b = Merging.permuted(queries.reordered(a, queries.random(seed)), seed);
      MergeOptions options =
          Merging.options(Heads.shared(), FitMethod.PROGRESSIVE, HeadFit.TASKS, 0);
      Merger merger = new Merger(Merging.runtime(), options);
      Merger.Prepared networks = merger.align(a, b);
      try (MergeSession session =
          merger.open(networks, Merging.twoDomains(40), 2, MergeListener.NONE)) {
        for (int count = 0; count <= 3; count++) {
          int[] separate = new int[networks.separability().symmetry().groups().size()];
          separate[queries.group().index()] = count;
          MergeResult result = session.merge(session.planOf(separate), MergeListener.NONE);
          assertThat(error(only(outputs(a, FRESH)), only(outputs(result, FRESH))))
              .as("%d shared heads separate", count)
              .isLessThan(1e-4);
        }
      }
    }
  }
}
