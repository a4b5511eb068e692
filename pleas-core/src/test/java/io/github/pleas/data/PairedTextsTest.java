package io.github.pleas.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.OriginalFeeds;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.runtime.Frontier;
import io.github.pleas.runtime.ModelInput;
import io.github.pleas.runtime.ValueShape;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts that two tokenizers cut. */
class PairedTextsTest {
  private static final int TOKENS = 7;
  private static final int OF_A = 18;

  @TempDir private Path folder;

  private static List<ModelInput> inputs(int vocabulary) {
    return List.of(
        input("input_ids", OptionalInt.of(vocabulary)),
        input("attention_mask", OptionalInt.empty()));
  }

  private static ModelInput input(String name, OptionalInt limit) {
    return new ModelInput(
        name, ElementType.INT64, new ValueShape(new int[] {1, TOKENS}, 0, new int[] {1}), limit);
  }

  /**
   * A's tokenizer has whole words, B's in pieces: "whales" is "whale ##s" in A's, "wh ##ales" in
   * B's.
   */
  private PairedTextPreparation preparation(int rowsOfB) throws IOException {
    Path a = TinyTokenizer.write(folder.resolve("a.json"));
    Path b =
        TinyTokenizer.write(
            folder.resolve("b.json"),
            List.of(
                "[PAD]",
                "[UNK]",
                "[CLS]",
                "[SEP]",
                "##ales",
                "wh",
                "the",
                "##ite",
                "s",
                "##ea",
                "caf\u00e9",
                "cafe"));
    return new PairedTextPreparation(
        new TextPreparation(
            new TextTokenizer(a, TOKENS), TextFields.DEFAULT, inputs(OF_A), "a.onnx"),
        new TextPreparation(
            new TextTokenizer(b, TOKENS), TextFields.DEFAULT, inputs(rowsOfB), "b.onnx"));
  }

  private List<Samples> views(PairedTextPreparation preparation, String... lines)
      throws IOException {
    Path file = Files.write(folder.resolve("some.txt"), List.of(lines));
    try (OpenData data = OpenData.of(List.of(DataLocation.of(file)), Split.TRAIN, preparation)) {
      return data.load(new OpenData.Draw(0, 0, 1), preparation, ImageListener.NONE);
    }
  }

  private static int[] read(Frontier.Feed texts, String input) {
    FloatBuffer buffer = FloatBuffer.allocate(TOKENS);
    texts.copyTo(input, 0, 1, buffer);
    return IntStream.range(0, TOKENS).map(i -> (int) buffer.get(i)).toArray();
  }

  @Test
  void eachViewReadsOneVocabularyAndEachOriginalItsOwn() throws IOException {
    try (PairedTextPreparation preparation = preparation(12)) {
      List<Samples> views = views(preparation, "the whales");
      assertThat(views).hasSize(2).allMatch(view -> view.size() == 1);
      int[] ofA = {2, 4, 5, 10, 3, 0, 0};
      int[] ofB = {OF_A + 2, OF_A + 6, OF_A + 5, OF_A + 4, OF_A + 3, OF_A, OF_A};
      assertThat(read(views.get(0), "input_ids")).containsExactly(ofA);
      assertThat(read(views.get(1), "input_ids")).containsExactly(ofB);
      assertThat(read(views.get(1), "attention_mask")).containsExactly(1, 1, 1, 1, 1, 0, 0);
      for (Samples view : views) {
        OriginalFeeds feeds = view.originals().orElseThrow();
        assertThat(read(feeds.a(), "input_ids")).containsExactly(ofA);
        assertThat(read(feeds.b(), "input_ids")).containsExactly(ofB);
      }
      OriginalFeeds inA = views.get(0).originals().orElseThrow();
      assertThat(inA.a().tokens(0)).isEmpty();
      // "whale" [4, 9) shares two characters with "wh" and three with "##ales".
      assertThat(inA.b().tokens(0).orElseThrow().sources())
          .isDeepEqualTo(new int[][] {{0}, {1}, {2, 3}, {3}, {4}});
      assertThat(inA.b().tokens(0).orElseThrow().weights()[2]).containsExactly(0.4f, 0.6f);
      assertThat(views.get(1).originals().orElseThrow().b().tokens(0)).isEmpty();
      assertThat(views.get(0).notes())
          .containsExactly(
              "1 texts of some.txt are 5 tokens of A's vocabulary and 5 of B's; 0 texts are cut"
                  + " alike by both tokenizers");
      assertThat(views.get(1).notes()).isEmpty();
    }
  }

  @Test
  void aTextThatIsTooLongForOneIsCutForBothAtASpace() throws IOException {
    try (PairedTextPreparation preparation = preparation(12)) {
      // Four words of A's, but six tokens and more of B's: three words, of two pieces, are too
      // many.
      List<Samples> views = views(preparation, "caf\u00e9 whales sea white");
      OriginalFeeds feeds = views.get(0).originals().orElseThrow();
      assertThat(read(feeds.b(), "input_ids"))
          .containsExactly(OF_A + 2, OF_A + 11, OF_A + 5, OF_A + 4, OF_A + 8, OF_A + 9, OF_A + 3);
      // What B has no room for A does not see either: unknown, whale, ##s, sea.
      assertThat(read(feeds.a(), "input_ids")).containsExactly(2, 1, 5, 10, 6, 3, 0);
      assertThat(views.get(0).notes().get(0))
          .endsWith("; 1 were shortened, so that neither makes more than 7 tokens (--max-tokens)");
    }
  }

  @Test
  void tokensBeyondANetworksOwnRowsAreRefused() throws IOException {
    try (PairedTextPreparation preparation = preparation(9)) {
      assertThatThrownBy(() -> views(preparation, "the sea"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("b.json gives token 9")
          .hasMessageContaining("'input_ids' in b.onnx has 9 rows");
    }
  }

  @Test
  void tokenizersThatDifferAreTwoVocabulariesAndThoseThatDoNotAreOne() throws IOException {
    Path a = TinyTokenizer.write(folder.resolve("a.json"));
    Path same = TinyTokenizer.write(folder.resolve("same.json"));
    Path more = TinyTokenizer.write(folder.resolve("more.json"), 1, true);
    assertThat(new TextSettings(List.of(a, same), TextFields.DEFAULT).vocabularies()).isEmpty();
    assertThat(new TextSettings(List.of(a), TextFields.DEFAULT).vocabularies()).isEmpty();
    Optional<Vocabularies> two =
        new TextSettings(List.of(a, more), TextFields.DEFAULT).vocabularies();
    assertThat(two).isPresent();
    assertThat(two.get().a()).isNotEqualTo(two.get().b());
  }

  @Test
  void aMergedNetworksVocabularyIsFoundByItsTokenizerOrByTheOutput() throws IOException {
    Path a = TinyTokenizer.write(folder.resolve("a.json"));
    Path b = TinyTokenizer.write(folder.resolve("b.json"), 1, true);
    Path other = TinyTokenizer.write(folder.resolve("other.json"), 2, true);
    Vocabularies own =
        new TextSettings(List.of(a, b), TextFields.DEFAULT).vocabularies().orElseThrow();
    List<MergedVocabulary> both =
        MergedVocabulary.of(
            MergedVocabulary.properties(
                new MergedVocabulary(
                    own.a(), new io.github.pleas.network.OwnRows(0, 18), List.of("x_a")),
                new MergedVocabulary(
                    own.b(), new io.github.pleas.network.OwnRows(18, 19), List.of("x_b"))),
            "m.onnx");
    assertThat(both).hasSize(2);
    assertThat(MergedVocabulary.of(java.util.Map.of(), "m.onnx")).isEmpty();
    assertThatThrownBy(
            () ->
                MergedVocabulary.of(java.util.Map.of("pleas.vocabulary.a.first-id", "0"), "m.onnx"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("m.onnx: the file's properties")
        .hasMessageContaining("are damaged: 'pleas.tokenizer.a.sha256' is missing");
    assertThat(MergedVocabulary.of(both, b, Optional.empty(), "m.onnx")).isEqualTo(both.get(1));
    assertThat(MergedVocabulary.of(both, a, Optional.of("x_a"), "m.onnx")).isEqualTo(both.get(0));
    assertThat(MergedVocabulary.of(both, other, Optional.of("x_b"), "m.onnx"))
        .isEqualTo(both.get(1));
    assertThatThrownBy(() -> MergedVocabulary.of(both, a, Optional.of("x_b"), "m.onnx"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("output 'x_b' of m.onnx reads the tokens of another tokenizer than")
        .hasMessageContaining("with this one, measure 'x_a'");
    assertThatThrownBy(() -> MergedVocabulary.of(both, other, Optional.empty(), "m.onnx"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("say by --output which output is asked");
  }
}
