package io.github.pleas.merge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.RandomTexts;
import io.github.pleas.data.Samples;
import io.github.pleas.eval.Agreement;
import io.github.pleas.eval.Logits;
import io.github.pleas.eval.Predictor;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.layout.Heads;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.OutputHeads;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.network.TinyBert;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Merging of networks that read texts: several inputs, masks, outputs without a head. */
class TextMergeTest {
  private static final Heads SEPARATE = Heads.separate("a", "b");
  private static final int TOKENS = 9;

  private static RandomTexts texts(int count, long seed) {
    return RandomTexts.of(count, TinyBert.VOCABULARY, TOKENS, TOKENS, seed);
  }

  private static MergeResult merge(Network a, Network b, Samples texts, FitMethod method) {
    return Merging.merge(
        a, b, CalibrationImages.of(texts), Merging.options(SEPARATE, method, HeadFit.JOINT, 0));
  }

  @Test
  void axesThatRunOverTokensAreFoundAndNoOthers() {
    Network network = TinyBert.network(1, TinyBert.Output.HIDDEN, TinyBert.WIDTH);
    // As many tokens as units: lengths alone would not tell them apart.
    assertThat(network.shape("input_ids").tokenAxes()).containsExactly(1);
    for (Layer layer : network.layers()) {
      assertThat(network.shape(layer.output()).tokenAxes()).as(layer.name()).containsExactly(1);
    }
    long scores =
        network.graph().nodes().stream()
            .filter(node -> node.is("Softmax"))
            .filter(n -> List.of(2, 3).equals(axes(network.shape(n.output()).tokenAxes())))
            .count();
    assertThat(scores).isEqualTo(2);
  }

  private static List<Integer> axes(int[] axes) {
    return Arrays.stream(axes).boxed().toList();
  }

  @ParameterizedTest
  @EnumSource(TinyBert.Output.class)
  void aNetworkMergedWithAPermutedCopyComesBack(TinyBert.Output output) {
    Network a = OutputHeads.append(TinyBert.network(1, output, TOKENS)).network();
    Network b = Merging.permuted(a, 5);
    RandomTexts texts = texts(40, 1);
    MergeResult result = merge(a, b, texts, FitMethod.PROGRESSIVE);
    RandomTexts fresh = texts(10, 2);
    Map<String, Logits> found = outputs(result, fresh);
    assertThat(found).hasSize(2);
    Logits expected = Merging.only(Merging.outputs(a, fresh));
    for (Logits own : found.values()) {
      assertThat(realError(expected, own, fresh, a)).isLessThan(1e-3);
    }
  }

  @Test
  void theMergedNetworkTakesTextsOfAnyLengthThatTheOriginalsTake() {
    Network a = OutputHeads.append(TinyBert.network(1, TinyBert.Output.HIDDEN, TOKENS)).network();
    MergeResult result = merge(a, Merging.permuted(a, 5), texts(40, 1), FitMethod.PROGRESSIVE);
    assertThat(result.graph().inputs()).allMatch(input -> input.shape().get(1).isFree());
    assertThat(result.graph().outputs()).allMatch(output -> output.shape().get(1).isFree());
    for (int tokens : new int[] {3, TOKENS + 1, TinyBert.POSITIONS}) {
      Network original = TinyBert.network(1, TinyBert.Output.HIDDEN, tokens);
      Network merged = TinyBert.read(result.graph(), tokens);
      RandomTexts longer = RandomTexts.of(40, TinyBert.VOCABULARY, tokens, tokens, 6);
      assertThat(Arrays.stream(longer.ids()).anyMatch(ids -> ids.length == tokens)).isTrue();
      Logits expected = Merging.only(Merging.outputs(original, longer));
      for (Logits own : Merging.outputs(merged, longer).values()) {
        assertThat(realError(expected, own, longer, original)).as(tokens + "").isLessThan(1e-3);
      }
    }
    // Counted from the file as planned, the whole table included.
    Network counted = TinyBert.read(result.graph(), TOKENS);
    assertThat(counted.parameters()).isEqualTo(result.cost().parameters());
    assertThat(a.parameters() - OutputHeads.parameters(a))
        .isEqualTo(TinyBert.network(1, TinyBert.Output.HIDDEN, 5).parameters());
  }

  @Test
  void textsOfHalfTheLongestLengthLeaveTheLengthFreeToo() {
    int half = TinyBert.POSITIONS / 2;
    Network a = OutputHeads.append(TinyBert.network(1, TinyBert.Output.HIDDEN, half)).network();
    RandomTexts texts = RandomTexts.of(40, TinyBert.VOCABULARY, half, half, 1);
    MergeResult result = merge(a, Merging.permuted(a, 5), texts, FitMethod.PROGRESSIVE);
    assertThat(result.graph().inputs()).allMatch(input -> input.shape().get(1).isFree());
    int tokens = TinyBert.POSITIONS;
    Network original = TinyBert.network(1, TinyBert.Output.HIDDEN, tokens);
    RandomTexts longer = RandomTexts.of(40, TinyBert.VOCABULARY, tokens, tokens, 6);
    Logits expected = Merging.only(Merging.outputs(original, longer));
    for (Logits own : Merging.outputs(TinyBert.read(result.graph(), tokens), longer).values()) {
      assertThat(realError(expected, own, longer, original)).isLessThan(1e-3);
    }
  }

  private static Map<String, Logits> outputs(MergeResult result, Samples texts) {
    return new Predictor(Merging.runtime())
        .predict(
            result.graph(),
            new Predictor.Signature(
                List.of("input_ids", "attention_mask", "token_type_ids"),
                result.graph().outputs().stream().map(o -> o.name()).toList(),
                result.architecture()::shape,
                java.util.OptionalInt.empty()),
            texts.size(),
            texts);
  }

  /** The largest error where there is text, relative to the largest expected number. */
  private static double realError(Logits expected, Logits found, Samples texts, Network network) {
    boolean tokens = expected.classes() > 2 * TinyBert.WIDTH;
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.values().length; i++) {
      int sample = i / expected.classes();
      int token = i % expected.classes() / TinyBert.WIDTH;
      if (!tokens || texts.tokens().isReal(sample, token)) {
        largest = Math.max(largest, Math.abs(expected.values()[i]));
        difference = Math.max(difference, Math.abs(expected.values()[i] - found.values()[i]));
      }
    }
    return difference / largest;
  }

  @ParameterizedTest
  @EnumSource(
      value = FitMethod.class,
      names = {"PROGRESSIVE", "PUBLISHED", "NONE"})
  void paddingTextsFurtherOrOtherwiseChangesNeitherMatchingNorWeights(FitMethod method) {
    TinyBert.Output output = TinyBert.Output.HIDDEN;
    RandomTexts texts = texts(60, 3);
    MergeResult tight =
        merge(
            TinyBert.network(1, output, TOKENS),
            TinyBert.network(2, output, TOKENS),
            texts,
            method);
    int more = TOKENS + 6;
    MergeResult wide =
        merge(
            TinyBert.network(1, output, more),
            TinyBert.network(2, output, more),
            texts.padded(more, 17),
            method);
    for (int g = 0; g < tight.groups().size(); g++) {
      assertThat(wide.groups().get(g).partners()).isEqualTo(tight.groups().get(g).partners());
      assertThat(wide.groups().get(g).scores())
          .containsExactly(tight.groups().get(g).scores(), Offset.offset(1e-6));
    }
    Map<String, Tensor> weights = wide.graph().initializers();
    tight
        .graph()
        .initializers()
        .forEach(
            (name, expected) -> {
              Tensor found = requireNonNull(weights.get(name), name);
              boolean position = expected.rank() == 3 && expected.dimension(1) == TOKENS;
              if (expected.isFloat() && !position) {
                assertThat(found.floats())
                    .as(name)
                    .containsExactly(expected.floats(), Offset.offset(2e-4f));
              }
            });
    for (int i = 0; i < tight.layers().size(); i++) {
      assertThat(wide.layers().get(i).rows()).isEqualTo(tight.layers().get(i).rows());
      assertThat(wide.layers().get(i).ridge()).isEqualTo(tight.layers().get(i).ridge());
      assertThat(wide.layers().get(i).availableRows())
          .isEqualTo(tight.layers().get(i).availableRows());
    }
  }

  @Test
  void aResidualStreamThatIsTheOutputGetsAHeadForEachOriginalAndMoves() {
    Network a = TinyBert.network(1, TinyBert.Output.HIDDEN, TOKENS);
    Network b = TinyBert.network(2, TinyBert.Output.HIDDEN, TOKENS);
    Merger merger =
        new Merger(
            Merging.runtime(), Merging.options(SEPARATE, FitMethod.PROGRESSIVE, HeadFit.JOINT, 0));
    Merger.Prepared prepared = merger.align(a, b);
    String output = a.graph().outputs().get(0).name();
    assertThat(prepared.headless()).containsExactly(output);
    assertThat(prepared.checked().proof().defects()).isEmpty();
    // The stream and, in each of two blocks, heads, query-key units, values and hidden units.
    assertThat(prepared.checked().symmetry().groups())
        .anyMatch(group -> group.size() == TinyBert.WIDTH && group.blocks().isEmpty());
    MergeResult result =
        merger.merge(prepared, CalibrationImages.of(texts(60, 3)), MergeListener.NONE);
    assertThat(result.graph().outputs().stream().map(o -> o.name()))
        .containsExactly(output + "_a", output + "_b");
    assertThat(result.warnings()).anyMatch(w -> w.contains("a linear layer for each original"));
    // What an original costs does not count what only merging needs.
    assertThat(result.cost().macsA()).isEqualTo(a.macs());
    assertThat(result.cost().parametersB()).isEqualTo(b.parameters());
  }

  @Test
  void theAppendedHeadIsTheIdentityAndComesBeforePooling() {
    Network pooled = TinyBert.network(1, TinyBert.Output.MEAN, TOKENS);
    OutputHeads.Appended appended = OutputHeads.append(pooled);
    List<Layer> heads =
        appended.network().layers().stream()
            .filter(layer -> OutputHeads.isAppended(appended.network(), layer))
            .toList();
    assertThat(heads).hasSize(1);
    assertThat(appended.network().shape(heads.get(0).output()).dimensions())
        .containsExactly(1, TOKENS, TinyBert.WIDTH);
    RandomTexts texts = texts(5, 4);
    Logits expected = Merging.only(Merging.outputs(pooled, texts));
    Logits found = Merging.only(Merging.outputs(appended.network(), texts));
    assertThat(Merging.error(expected, found)).isLessThan(1e-6);
  }

  @Test
  void layersOfItsOwnThatAreCalledLikeAnAppendedOneAreNone() {
    Graph graph = named(TinyBert.graph(1, TinyBert.Output.HIDDEN), "output_head");
    Network named = TinyBert.read(graph, TOKENS);
    assertThat(named.layers()).anyMatch(layer -> layer.name().endsWith("output_head"));
    assertThat(OutputHeads.parameters(named)).isZero();
    Network appended = OutputHeads.append(named).network();
    assertThat(appended.layers().stream().filter(l -> OutputHeads.isAppended(appended, l)))
        .singleElement()
        .satisfies(
            head -> assertThat(named.layers()).extracting(Layer::name).doesNotContain(head.name()));
    assertThat(OutputHeads.parameters(appended))
        .isEqualTo(TinyBert.WIDTH * TinyBert.WIDTH + TinyBert.WIDTH);
    assertThat(appended.macs() - OutputHeads.macs(appended)).isEqualTo(named.macs());
  }

  @Test
  void anImageNetworkIsMergedTheSameWhateverItsHeadIsCalled() {
    MergeResult plain = mergeImages("classifier");
    MergeResult like = mergeImages("output_head");
    assertThat(like.cost()).isEqualTo(plain.cost());
    assertThat(like.layers()).hasSameSizeAs(plain.layers());
    Map<String, Tensor> weights = like.graph().initializers();
    assertThat(weights).containsOnlyKeys(plain.graph().initializers().keySet());
    plain
        .graph()
        .initializers()
        .forEach(
            (name, expected) -> {
              if (expected.isFloat()) {
                assertThat(requireNonNull(weights.get(name)).floats())
                    .as(name)
                    .containsExactly(expected.floats());
              }
            });
  }

  private static MergeResult mergeImages(String head) {
    Network a = SmallNetworks.read(named(SmallNetworks.PERCEPTRON.graph(1), head));
    Network b = SmallNetworks.read(named(SmallNetworks.PERCEPTRON.graph(2), head));
    MergeResult result =
        Merging.merge(
            a,
            b,
            Merging.twoDomains(60),
            Merging.options(SEPARATE, FitMethod.PROGRESSIVE, HeadFit.JOINT, 0));
    assertThat(result.cost().macsA()).isEqualTo(a.macs());
    assertThat(result.cost().parametersB()).isEqualTo(b.parameters());
    return result;
  }

  /** A graph whose last product has a name. */
  private static Graph named(Graph graph, String name) {
    List<Node> nodes = new ArrayList<>(graph.nodes());
    int last = nodes.size() - 1;
    while (!nodes.get(last).is("Gemm") && !nodes.get(last).is("MatMul")) {
      last--;
    }
    nodes.set(last, nodes.get(last).withName(name));
    return graph.withNodes(nodes);
  }

  @Test
  void outputsOfADenseLayerKeepTheirOwnHead() {
    Network classifier = TinyBert.network(1, TinyBert.Output.CLASSES, TOKENS);
    assertThat(OutputHeads.append(classifier).outputs()).isEmpty();
    assertThat(OutputHeads.append(classifier).network()).isEqualTo(classifier);
  }

  @Test
  void eachHeadAnswersForItsOriginalBetterThanTheirMeanDoes() {
    Network a = TinyBert.network(1, TinyBert.Output.HIDDEN, TOKENS);
    Network b = TinyBert.network(2, TinyBert.Output.HIDDEN, TOKENS);
    Agreement.Cosine fitted = cosine(a, b, FitMethod.PROGRESSIVE);
    Agreement.Cosine averaged = cosine(a, b, FitMethod.NONE);
    assertThat(fitted.a()).isGreaterThan(averaged.a() + 0.1);
    assertThat(fitted.b()).isGreaterThan(averaged.b() + 0.1);
  }

  private static Agreement.Cosine cosine(Network a, Network b, FitMethod method) {
    HeadFit heads = method == FitMethod.NONE ? HeadFit.ORIGINAL : HeadFit.JOINT;
    Merger merger = new Merger(Merging.runtime(), Merging.options(SEPARATE, method, heads, 0));
    Merger.Prepared prepared = merger.align(a, b);
    MergeResult result =
        merger.merge(prepared, CalibrationImages.of(texts(200, 3)), MergeListener.NONE);
    return new Agreement(new Predictor(Merging.runtime()), prepared.a(), prepared.b())
        .of(
            result.graph(),
            result.measurable(prepared.a()).signature(),
            List.of(Agreement.Domain.of(texts(100, 8))))
        .cosine()
        .orElseThrow();
  }

  @Test
  void otherVocabulariesAreRefusedByName() {
    Network a = TinyBert.network(1, TinyBert.Output.HIDDEN, TOKENS);
    Network b = TinyBert.network(2, TinyBert.Output.HIDDEN, TOKENS);
    String words =
        a.graph().nodes().stream()
            .filter(n -> n.is("Gather") && n.input(1).equals("input_ids"))
            .findFirst()
            .orElseThrow()
            .input(0);
    Network larger = b.withConstants(Map.of(words, b.constant(words).joined(0, b.constant(words))));
    assertThatThrownBy(() -> merge(a, larger, texts(10, 1), FitMethod.PROGRESSIVE))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'input_ids'")
        .hasMessageContaining("different vocabularies");
  }
}
