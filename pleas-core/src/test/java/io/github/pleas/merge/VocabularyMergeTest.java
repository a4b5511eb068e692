package io.github.pleas.merge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.PairedWords;
import io.github.pleas.data.RandomTexts;
import io.github.pleas.data.Samples;
import io.github.pleas.data.Vocabularies;
import io.github.pleas.eval.Agreement;
import io.github.pleas.eval.Logits;
import io.github.pleas.eval.Pooling;
import io.github.pleas.eval.Predictor;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.FitOptions;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.journal.Journal;
import io.github.pleas.layout.Heads;
import io.github.pleas.matching.ZipOptions;
import io.github.pleas.network.Network;
import io.github.pleas.network.OutputHeads;
import io.github.pleas.network.TinyBert;
import io.github.pleas.onnx.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Merging of encoders that read different vocabularies. */
class VocabularyMergeTest {
  private static final Heads SEPARATE = Heads.separate("a", "b");
  private static final Optional<Vocabularies> TWO = Optional.of(new Vocabularies("1", "2"));
  private static final int WORDS = TinyBert.VOCABULARY;
  private static final int TOKENS = 12;

  /** B's number of each of A's words, which share none. */
  private static int[] shuffle() {
    List<Integer> numbers = new ArrayList<>(IntStream.range(0, WORDS).boxed().toList());
    Collections.shuffle(numbers, new Random(7));
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }

  /** A network with its tokens in another order, and so the rows of its table. */
  private static Network shuffled(Network network) {
    int[] numbers = shuffle();
    int[] source = new int[WORDS];
    for (int word = 0; word < WORDS; word++) {
      source[numbers[word]] = word;
    }
    String table = TinyBert.table(network);
    return network.withConstants(Map.of(table, network.constant(table).gather(0, source)));
  }

  private static PairedWords shuffledWords(int count, long seed) {
    int[] numbers = shuffle();
    return PairedWords.of(
        count,
        WORDS,
        TOKENS - 2,
        seed,
        word -> new int[] {word},
        word -> new int[] {numbers[word]});
  }

  private static MergeOptions options(FitMethod method) {
    HeadFit heads = method == FitMethod.NONE ? HeadFit.ORIGINAL : HeadFit.JOINT;
    return Merging.options(SEPARATE, method, heads, 0).withVocabularies(TWO);
  }

  private static MergeResult merge(Network a, Network b, List<Samples> texts, FitMethod method) {
    return Merging.merge(a, b, CalibrationImages.of(texts), options(method));
  }

  private static Network headed(TinyBert.Output output) {
    return OutputHeads.append(TinyBert.network(1, output, TOKENS)).network();
  }

  /** What the merged network gives, by output. */
  private static Map<String, Logits> outputs(MergeResult result, Samples texts) {
    return new Predictor(Merging.runtime())
        .predict(
            result.graph(),
            new Predictor.Signature(
                List.of("input_ids", "attention_mask", "token_type_ids"),
                result.graph().outputs().stream().map(o -> o.name()).toList(),
                result.architecture()::shape,
                OptionalInt.empty()),
            texts.size(),
            texts);
  }

  /** The largest error where there is text, relative to the largest expected number. */
  private static double realError(Logits expected, Logits found, Samples texts) {
    boolean tokens = expected.classes() > 2 * TinyBert.WIDTH;
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.values().length; i++) {
      int token = i % expected.classes() / TinyBert.WIDTH;
      if (!tokens || texts.tokens().isReal(i / expected.classes(), token)) {
        largest = Math.max(largest, Math.abs(expected.values()[i]));
        difference = Math.max(difference, Math.abs(expected.values()[i] - found.values()[i]));
      }
    }
    return difference / largest;
  }

  @ParameterizedTest
  @EnumSource(TinyBert.Output.class)
  void aCopyWithUnitsAndTokensShuffledComesBackByTheTokensOfEither(TinyBert.Output output) {
    Network a = headed(output);
    Network b = shuffled(Merging.permuted(a, 5));
    MergeResult result =
        merge(
            a, b, shuffledWords(40, 1).views(a.inputs(), TOKENS, 0, WORDS), FitMethod.PROGRESSIVE);
    List<Samples> fresh = shuffledWords(10, 2).views(a.inputs(), TOKENS, 0, WORDS);
    // In A's tokens both views' texts are the same to A.
    Logits expected = Merging.only(Merging.outputs(a, fresh.get(0)));
    String name = a.graph().outputs().get(0).name();
    Map<String, Logits> inA = outputs(result, fresh.get(0));
    Map<String, Logits> inB = outputs(result, fresh.get(1));
    assertThat(realError(expected, requireNonNull(inA.get(name + "_a")), fresh.get(0)))
        .isLessThan(1e-3);
    assertThat(realError(expected, requireNonNull(inB.get(name + "_b")), fresh.get(1)))
        .isLessThan(1e-3);
  }

  @Test
  void theTableKeepsTheRowsOfBothAsTheyAreInTheMergedOrderOfUnits() {
    Network a = headed(TinyBert.Output.HIDDEN);
    Network b =
        shuffled(OutputHeads.append(TinyBert.network(2, TinyBert.Output.HIDDEN, TOKENS)).network());
    MergeResult result =
        merge(
            a, b, shuffledWords(40, 1).views(a.inputs(), TOKENS, 0, WORDS), FitMethod.PROGRESSIVE);
    Tensor table = requireNonNull(result.graph().initializers().get(TinyBert.table(a)));
    assertThat(table.shape()).containsExactly(2 * WORDS, TinyBert.WIDTH);
    int[] partners =
        result.groups().stream()
            .filter(group -> group.units() == TinyBert.WIDTH && group.layers().size() > 1)
            .findFirst()
            .orElseThrow()
            .partners();
    float[] ofA = a.constant(TinyBert.table(a)).floats();
    float[] ofB = b.constant(TinyBert.table(b)).gather(1, partners).floats();
    assertThat(Arrays.copyOf(table.floats(), ofA.length)).containsExactly(ofA);
    assertThat(Arrays.copyOfRange(table.floats(), ofA.length, 2 * ofA.length)).containsExactly(ofB);
    assertThat(result.warnings())
        .anyMatch(w -> w.contains("reads two vocabularies") && w.contains("plus " + WORDS));
  }

  /** Words from 20 on are two tokens each in B's vocabulary, whose rows are near the word's. */
  private static PairedWords pieces(int count, long seed) {
    return PairedWords.of(
        count,
        WORDS,
        TOKENS / 2,
        seed,
        word -> new int[] {word},
        word -> word < 20 ? new int[] {word} : new int[] {word, word + 10});
  }

  private static Network inPieces(Network network) {
    String table = TinyBert.table(network);
    Tensor words = network.constant(table);
    int[] rows = IntStream.concat(IntStream.range(0, WORDS), IntStream.range(20, WORDS)).toArray();
    return network.withConstants(Map.of(table, words.gather(0, rows)));
  }

  @Test
  void aCopyWhoseTokensAreCutOtherwiseIsMatchedRightAndKeepsBothFunctions() {
    Network a = headed(TinyBert.Output.HIDDEN);
    Network b = inPieces(Merging.permuted(a, 5));
    Merger merger = new Merger(Merging.runtime(), options(FitMethod.PROGRESSIVE));
    Merger.Prepared prepared = merger.align(a, b);
    List<Samples> texts = pieces(200, 3).views(a.inputs(), TOKENS, 0, WORDS);
    MergeResult result = merger.merge(prepared, CalibrationImages.of(texts), MergeListener.NONE);
    // Each unit of A is paired with the one that it was permuted to: as with one vocabulary.
    MergeResult one =
        Merging.merge(
            a,
            Merging.permuted(a, 5),
            CalibrationImages.of(new RandomTexts(pieces(200, 3).words(), TOKENS, 0)),
            Merging.options(SEPARATE, FitMethod.PROGRESSIVE, HeadFit.JOINT, 0));
    for (int g = 0; g < one.groups().size(); g++) {
      assertThat(result.groups().get(g).partners()).isEqualTo(one.groups().get(g).partners());
    }
    Agreement.Cosine cosine =
        new Agreement(new Predictor(Merging.runtime()), prepared.a(), prepared.b())
            .of(
                result.graph(),
                result.measurable(prepared.a()).signature(),
                Agreement.Domain.of(
                    CalibrationImages.of(pieces(100, 8).views(a.inputs(), TOKENS, 0, WORDS))))
            .cosine()
            .orElseThrow();
    assertThat(cosine.a()).isGreaterThan(0.97);
    assertThat(cosine.b()).isGreaterThan(0.97);
  }

  /** The originals read their own tokens, the merged network those of both, kept or run. */
  @Test
  void whatIsKeptOfTheMergedNetworkIsWhatItGives() {
    Network a = headed(TinyBert.Output.HIDDEN);
    Network b = inPieces(Merging.permuted(a, 5));
    MergeOptions options = options(FitMethod.PROGRESSIVE);
    Merger merger = new Merger(Merging.runtime(), options);
    Merger.Prepared prepared = merger.align(a, b);
    CalibrationImages texts =
        CalibrationImages.of(pieces(70, 3).views(a.inputs(), TOKENS, 0, WORDS));
    MergeSession.Purpose measured = new MergeSession.Purpose(2, true);
    try (MergeSession session =
        merger.open(prepared, texts, measured, Journal.NONE, MergeListener.NONE)) {
      MergeResult result = session.merge(session.plan(options.size()), MergeListener.NONE);
      Predictor.Signature signature = result.measurable(prepared.a()).signature();
      Agreement.Cosine kept =
          session
              .agreement(result.graph(), signature, List.of(Pooling.TOKENS))
              .cosine()
              .orElseThrow();
      Agreement.Cosine run =
          new Agreement(new Predictor(Merging.runtime()), prepared.a(), prepared.b())
              .of(result.graph(), signature, Agreement.Domain.of(texts))
              .cosine()
              .orElseThrow();
      assertThat(kept.a()).isCloseTo(run.a(), within(1e-5));
      assertThat(kept.b()).isCloseTo(run.b(), within(1e-5));
    }
  }

  @Test
  void paddingTextsFurtherOrOtherwiseChangesNeitherMatchingNorWeights() {
    MergeResult tight = padded(TOKENS, 0);
    MergeResult wide = padded(TOKENS + 6, 17);
    Map<String, Tensor> weights = wide.graph().initializers();
    for (int g = 0; g < tight.groups().size(); g++) {
      assertThat(wide.groups().get(g).partners()).isEqualTo(tight.groups().get(g).partners());
      assertThat(wide.groups().get(g).scores())
          .containsExactly(tight.groups().get(g).scores(), Offset.offset(1e-6));
    }
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
  }

  private static MergeResult padded(int length, int padding) {
    Network a = TinyBert.network(1, TinyBert.Output.HIDDEN, length);
    Network b = inPieces(TinyBert.network(2, TinyBert.Output.HIDDEN, length));
    return merge(
        a, b, pieces(60, 3).views(a.inputs(), length, padding, WORDS), FitMethod.PROGRESSIVE);
  }

  @ParameterizedTest
  @EnumSource(
      value = MergeOptions.MatchOn.class,
      names = {"WEIGHTS", "NONE"})
  void matchingThatDoesNotLookAtActivationsMergesThemToo(MergeOptions.MatchOn match) {
    Network a = headed(TinyBert.Output.HIDDEN);
    MergeResult result =
        Merging.merge(
            a,
            shuffled(a),
            CalibrationImages.of(shuffledWords(40, 1).views(a.inputs(), TOKENS, 0, WORDS)),
            options(FitMethod.NONE).withMatch(match));
    List<Samples> fresh = shuffledWords(10, 2).views(a.inputs(), TOKENS, 0, WORDS);
    Logits expected = Merging.only(Merging.outputs(a, fresh.get(0)));
    for (Logits found : outputs(result, fresh.get(0)).values()) {
      assertThat(realError(expected, found, fresh.get(0))).isLessThan(1e-3);
    }
  }

  @Test
  void sharedLabelsOfAClassifierGiveOneHeadForBothVocabularies() {
    Network a = TinyBert.network(1, TinyBert.Output.CLASSES, TOKENS);
    Network b = shuffled(Merging.permuted(a, 5));
    MergeResult result =
        Merging.merge(
            a,
            b,
            CalibrationImages.of(shuffledWords(40, 1).views(a.inputs(), TOKENS, 0, WORDS)),
            Merging.options(Heads.shared(), FitMethod.PROGRESSIVE, HeadFit.JOINT, 0)
                .withVocabularies(TWO));
    List<Samples> fresh = shuffledWords(10, 2).views(a.inputs(), TOKENS, 0, WORDS);
    Logits expected = Merging.only(Merging.outputs(a, fresh.get(0)));
    for (Samples view : fresh) {
      assertThat(Merging.error(expected, Merging.only(outputs(result, view)))).isLessThan(1e-3);
    }
  }

  @Test
  void whatReadsTheOriginalsOtherwiseIsRefusedByName() {
    MergeOptions usual = Merging.options(SEPARATE, FitMethod.PROGRESSIVE, HeadFit.JOINT, 0);
    refused(
        usual.withFit(FitOptions.of(FitMethod.PUBLISHED, HeadFit.ORIGINAL, false)),
        "--fit published");
    refused(
        usual.withFit(FitOptions.of(FitMethod.REGMEAN, HeadFit.ORIGINAL, false)), "--fit regmean");
    refused(usual.withStream(MergeOptions.StreamMap.ORTHOGONAL), "--stream orthogonal");
    refused(
        usual
            .withFit(FitOptions.of(FitMethod.NONE, HeadFit.ORIGINAL, false))
            .withMatch(MergeOptions.MatchOn.ZIP)
            .withZip(ZipOptions.DEFAULT),
        "--method zipit");
    // Samples of one vocabulary are not what two networks read.
    Network words = headed(TinyBert.Output.HIDDEN);
    RandomTexts texts = new RandomTexts(pieces(20, 3).words(), TOKENS, 0);
    assertThatThrownBy(
            () ->
                Merging.merge(
                    words,
                    shuffled(words),
                    CalibrationImages.of(texts),
                    usual.withVocabularies(TWO)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("the samples are of one");
    // One head cannot mean two vocabularies' words.
    Network a = TinyBert.network(1, TinyBert.Output.CLASSES, TOKENS);
    String table = TinyBert.table(a);
    Network three =
        a.withConstants(Map.of(table, a.constant(table).gather(0, new int[] {0, 1, 2})));
    assertThatThrownBy(
            () ->
                new Merger(
                        Merging.runtime(),
                        Merging.options(Heads.shared(), FitMethod.PROGRESSIVE, HeadFit.JOINT, 0)
                            .withVocabularies(TWO))
                    .align(three, three))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("has a number for each of its 3 tokens")
        .hasMessageContaining("--labels separate");
  }

  /** What nobody chose becomes what can be; what somebody chose is refused. */
  @Test
  void headsThatDecideBetweenBothVocabulariesAreNotMadeOthersBehindTheUsersBack() {
    MergeOptions usual =
        Merging.options(SEPARATE, FitMethod.PROGRESSIVE, HeadFit.JOINT, 0).withVocabularies(TWO);
    assertThat(usual.fit().heads()).isEqualTo(HeadFit.TASKS);
    assertThatThrownBy(() -> usual.withFit(usual.fit().withHeads(HeadFit.JOINT)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("where the tokenizers differ; use tasks or original");
    assertThat(usual.withFit(usual.fit().withHeads(HeadFit.ORIGINAL)).fit().heads())
        .isEqualTo(HeadFit.ORIGINAL);
  }

  private static void refused(MergeOptions options, String what) {
    assertThatThrownBy(() -> options.withVocabularies(TWO))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("the tokenizers differ")
        .hasMessageContaining(what)
        .hasMessageContaining("--method pleas");
  }
}
