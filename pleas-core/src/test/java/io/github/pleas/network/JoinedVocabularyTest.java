package io.github.pleas.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.RandomTexts;
import io.github.pleas.merge.Merging;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One numbering of tokens for two networks. */
class JoinedVocabularyTest {
  private static final int TOKENS = 9;
  private static final int OF_B = 2 * TinyBert.VOCABULARY;

  private static Network bert(long seed) {
    return TinyBert.network(seed, TinyBert.Output.HIDDEN, TOKENS);
  }

  /** With twice as many tokens. */
  private static Network larger(long seed) {
    Network b = bert(seed);
    String table = TinyBert.table(b);
    return b.withConstants(Map.of(table, b.constant(table).joined(0, b.constant(table))));
  }

  @Test
  void eachNetworkComputesWhatItDidByItsNewNumbers() {
    Network a = bert(1);
    Network b = larger(2);
    JoinedVocabulary.Joined joined = JoinedVocabulary.of(a, "input_ids", b, "input_ids");
    RandomTexts ofA = RandomTexts.of(6, TinyBert.VOCABULARY, TOKENS, TOKENS, 1);
    assertThat(error(a, ofA, joined.a(), ofA)).isZero();
    RandomTexts ofB = RandomTexts.of(6, OF_B, TOKENS, TOKENS, 1);
    RandomTexts moved = ofB.numberedFrom(TinyBert.VOCABULARY);
    assertThat(error(b, ofB, joined.b(), moved)).isZero();
    assertThat(joined.a().constant(TinyBert.table(a)).shape())
        .isEqualTo(joined.b().constant(TinyBert.table(b)).shape())
        .containsExactly(TinyBert.VOCABULARY + OF_B, TinyBert.WIDTH);
    // What a network has of its own.
    assertThat(joined.a().parameters()).isEqualTo(a.parameters());
    assertThat(joined.b().parameters()).isEqualTo(b.parameters());
    assertThat(joined.b().ownRows().values())
        .containsExactly(new OwnRows(TinyBert.VOCABULARY, OF_B));
    ArchitectureMatcher.Aligned aligned = ArchitectureMatcher.align(joined.a(), joined.b(), false);
    assertThat(aligned.a().ownRows()).isEqualTo(joined.a().ownRows());
    assertThat(aligned.b().ownRows().values())
        .containsExactly(new OwnRows(TinyBert.VOCABULARY, OF_B));
  }

  private static double error(Network expected, RandomTexts own, Network found, RandomTexts moved) {
    return Merging.error(
        Merging.only(Merging.outputs(expected, own)), Merging.only(Merging.outputs(found, moved)));
  }

  @Test
  void aTableThatIsAnotherLayersWeightsIsRefused() {
    Network a = bert(1);
    String table = TinyBert.table(a);
    Network tied =
        a.withGraph(
            a.graph()
                .withNodes(
                    with(
                        a.graph().nodes(),
                        new Node(
                            "scores", "MatMul", "", List.of("x", table), List.of("y"), Map.of()))),
            Map.of());
    refused(tied, "is read by MatMul 'scores', too (tied weights)");
  }

  private static List<Node> with(List<Node> nodes, Node more) {
    List<Node> all = new ArrayList<>(nodes);
    all.add(more);
    return all;
  }

  @Test
  void computingWithTokenIdsIsRefused() {
    Network a = bert(1);
    Network comparing =
        a.withGraph(
            a.graph()
                .withNodes(
                    with(
                        a.graph().nodes(),
                        new Node(
                            "padded",
                            "Equal",
                            "",
                            List.of("input_ids", "one"),
                            List.of("is"),
                            Map.of()))),
            Map.of());
    refused(comparing, "Equal 'padded' computes with the token ids of 'input_ids'");
  }

  @Test
  void aNetworkForTextsOfOneLengthIsRefused() {
    Graph graph = TinyBert.graph(1, TinyBert.Output.HIDDEN);
    Graph fixed =
        graph.withInputs(
            graph.inputs().stream()
                .map(
                    input ->
                        new io.github.pleas.onnx.ValueInfo(
                            input.name(),
                            ElementType.INT64,
                            List.of(
                                input.shape().get(0),
                                io.github.pleas.onnx.ValueInfo.Dimension.of(TOKENS))))
                .toList());
    refused(TinyBert.read(fixed, TOKENS), "exported for texts of one length");
  }

  private static void refused(Network network, String why) {
    assertThatThrownBy(() -> JoinedVocabulary.of(network, "input_ids", bert(2), "input_ids"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("tiny bert cannot be merged with a network of another vocabulary")
        .hasMessageContaining(why);
  }
}
