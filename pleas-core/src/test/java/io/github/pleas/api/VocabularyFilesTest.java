package io.github.pleas.api;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.MergedVocabulary;
import io.github.pleas.data.RandomTexts;
import io.github.pleas.data.TinyTokenizer;
import io.github.pleas.eval.Logits;
import io.github.pleas.merge.Merging;
import io.github.pleas.network.Network;
import io.github.pleas.network.OwnRows;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.network.TinyBert;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.OnnxReader;
import io.github.pleas.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two vocabularies, files in and files out. */
class VocabularyFilesTest {
  private static final int TOKENS = 10;
  private static final List<String> WORDS =
      List.of("the", "whales", "sea", "ship", "a", "white", "sailed", "on", "and", "old", "saw");

  @TempDir private Path folder;

  private NetworkMergeBuilder builder() throws IOException {
    Path a = folder.resolve("a.onnx");
    Path b = folder.resolve("b.onnx");
    OnnxWriter.write(TinyBert.graph(1, TinyBert.Output.HIDDEN), a, temporary -> {});
    OnnxWriter.write(TinyBert.graph(2, TinyBert.Output.HIDDEN), b, temporary -> {});
    Random random = new Random(1);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 80; i++) {
      StringBuilder line = new StringBuilder();
      for (int w = 0; w < 2 + random.nextInt(8); w++) {
        line.append(WORDS.get(random.nextInt(WORDS.size()))).append(' ');
      }
      lines.add(line.toString());
    }
    return NetworkMerge.builder(a, b)
        .data(Files.write(folder.resolve("lines.txt"), lines))
        .separateLabels("one", "two")
        .maxTokens(TOKENS)
        .threads(1);
  }

  private Path[] tokenizers() throws IOException {
    return new Path[] {
      TinyTokenizer.write(folder.resolve("a.json")),
      TinyTokenizer.write(
          folder.resolve("b.json"),
          List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "sh", "##ip", "white", "the", "sea", "##s"))
    };
  }

  @Test
  void theFileLoadedAfreshTellsItsVocabulariesAndComputesWhatWasComputedInMemory()
      throws IOException {
    MergedNetwork merged = builder().tokenizer(tokenizers()).build().run();
    Path out = folder.resolve("both.onnx");
    merged.write(out);
    Graph written = OnnxReader.read(out);
    List<MergedVocabulary> both = MergedVocabulary.of(TinyBert.read(written, TOKENS));
    assertThat(both).hasSize(2);
    int words = TinyBert.VOCABULARY;
    assertThat(both.get(0).rows()).isEqualTo(new OwnRows(0, words));
    assertThat(both.get(1).rows()).isEqualTo(new OwnRows(words, words));
    assertThat(both.get(0).outputs()).containsExactly(merged.outputs().get(0));
    assertThat(both.get(1).outputs()).containsExactly(merged.outputs().get(1));
    RandomTexts ofB = RandomTexts.of(8, words, TOKENS, TOKENS, 3).numberedFrom(words);
    Network inMemory = TinyBert.read(merged.graph(), TOKENS);
    Map<String, Logits> expected = Merging.outputs(inMemory, ofB);
    Merging.outputs(TinyBert.read(written, TOKENS), ofB)
        .forEach(
            (name, found) ->
                assertThat(Merging.error(requireNonNull(expected.get(name)), found))
                    .as(name)
                    .isLessThan(1e-5));
    assertThat(merged.warnings()).anyMatch(warning -> warning.contains("two vocabularies"));
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() throws IOException {
    Path[] both = tokenizers();
    assertThatThrownBy(
            () ->
                builder().tokenizer(both).method(io.github.pleas.merge.MergeMethod.REGMEAN).build())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("the tokenizers differ")
        .hasMessageContaining("--fit regmean");
    Path images = folder.resolve("images.onnx");
    OnnxWriter.write(SmallNetworks.RESIDUAL.network(1).graph(), images, any -> {});
    NetworkMerge ofImages =
        NetworkMerge.builder(images, images)
            .data(folder.resolve("lines.txt"))
            .sharedLabels()
            .tokenizer(both)
            .build();
    assertThatThrownBy(ofImages::run)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("two tokenizers that differ were given")
        .hasMessageContaining("images.onnx takes");
    assertThatThrownBy(() -> builder().tokenizer(both[0], folder.resolve("none.json")).build())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("there is no")
        .hasMessageContaining("none.json");
  }
}
