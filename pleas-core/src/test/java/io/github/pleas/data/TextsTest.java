package io.github.pleas.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.ElementType;
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

/** Texts from files to tokens. */
class TextsTest {
  private static final int TOKENS = 6;

  @TempDir private Path folder;

  private static ModelInput input(String name, OptionalInt limit) {
    return new ModelInput(
        name, ElementType.INT64, new ValueShape(new int[] {1, TOKENS}, 0, new int[] {1}), limit);
  }

  private static List<ModelInput> inputs(int vocabulary) {
    return List.of(
        input("input_ids", OptionalInt.of(vocabulary)),
        input("attention_mask", OptionalInt.empty()),
        input("token_type_ids", OptionalInt.of(2)),
        input("position_ids", OptionalInt.of(20)));
  }

  private TextPreparation preparation(int vocabulary, TextFields fields) throws IOException {
    Path file = TinyTokenizer.write(folder.resolve("tokenizer.json"));
    return new TextPreparation(
        new TextTokenizer(file, TOKENS), fields, inputs(vocabulary), "a.onnx");
  }

  private Path lines(String name, String... lines) throws IOException {
    return Files.write(folder.resolve(name), List.of(lines));
  }

  private static int[] read(Samples texts, String input, int sample) {
    FloatBuffer buffer = FloatBuffer.allocate(TOKENS);
    texts.copyTo(input, sample, 1, buffer);
    return IntStream.range(0, TOKENS).map(i -> (int) buffer.get(i)).toArray();
  }

  @Test
  void aLineBecomesIdsWithItsMaskTypesAndPositions() throws IOException {
    TextPreparation preparation = preparation(18, TextFields.DEFAULT);
    Path file = lines("one.txt", "The whales");
    TextDataset set = preparation.open(DataLocation.of(file), Split.TRAIN);
    Texts texts = preparation.load(set, 0, 0, 1, ImageListener.NONE);
    assertThat(texts.size()).isEqualTo(1);
    assertThat(read(texts, "input_ids", 0)).containsExactly(2, 4, 5, 10, 3, 0);
    assertThat(read(texts, "attention_mask", 0)).containsExactly(1, 1, 1, 1, 1, 0);
    assertThat(read(texts, "token_type_ids", 0)).containsOnly(0);
    assertThat(read(texts, "position_ids", 0)).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(texts.tokens().isReal(0, 4)).isTrue();
    assertThat(texts.tokens().isReal(0, 5)).isFalse();
    assertThat(texts.notes()).isEmpty();
  }

  @Test
  void longTextsAreCutAndEmptyLinesLeftOutAndBothAreTold() throws IOException {
    TextPreparation preparation = preparation(18, TextFields.DEFAULT);
    Path file = lines("some.txt", "the sea", "", "  ", "the old captain saw the white whale", "a");
    TextDataset set = preparation.open(DataLocation.of(file), Split.TEST);
    assertThat(set.size()).isEqualTo(3);
    assertThat(set.describe(1)).endsWith("some.txt, line 4");
    Texts texts = preparation.load(set, 0, 0, 1, ImageListener.NONE);
    assertThat(texts.notes())
        .containsExactly(
            "1 of 3 texts of some.txt were cut to 6 tokens (--max-tokens)",
            "2 lines of some.txt without text were left out");
    for (int i = 0; i < texts.size(); i++) {
      assertThat(read(texts, "input_ids", i)).contains(2).contains(3);
    }
  }

  @Test
  void aFieldOfEachObjectIsTheTextAndAnotherTheLabel() throws IOException {
    TextPreparation preparation = preparation(18, new TextFields("body", Optional.of("topic")));
    Path file =
        lines(
            "some.jsonl",
            "{\"body\": \"the sea\", \"topic\": \"water\"}",
            "{\"topic\": \"animals\", \"body\": \"a whale\"}");
    TextDataset set = preparation.open(DataLocation.of(file), Split.TRAIN);
    assertThat(set.classes()).containsExactly("animals", "water");
    assertThat(set.label(0)).isEqualTo(1);
    assertThat(set.text(1)).isEqualTo("a whale");
    Texts texts = preparation.load(set, 0, 3, 1, ImageListener.NONE);
    for (int i = 0; i < 2; i++) {
      assertThat(texts.label(i)).isEqualTo(read(texts, "input_ids", i)[1] == 4 ? 1 : 0);
    }
  }

  @Test
  void numbersAreTheirOwnLabelsInBothSplits() throws IOException {
    lines("train.jsonl", "{\"text\": \"a\", \"label\": 0}");
    lines("test.jsonl", "{\"text\": \"a\", \"label\": 3}");
    TextFields fields = new TextFields("text", Optional.of("label"));
    TextDataset set = TextDataset.open(folder, Split.TEST, fields);
    assertThat(set.classCount()).isEqualTo(4);
    assertThat(set.label(0)).isEqualTo(3);
    assertThat(TextDataset.open(folder, Split.TRAIN, fields).classCount()).isEqualTo(4);
  }

  @Test
  void aNumberIsOneClassHoweverItIsWritten() throws IOException {
    Path file =
        lines(
            "seven.jsonl",
            "{\"text\": \"a\", \"label\": \"007\"}",
            "{\"text\": \"b\", \"label\": 7}",
            "{\"text\": \"c\", \"label\": \"0000000002\"}");
    TextFields fields = new TextFields("text", Optional.of("label"));
    TextDataset set = TextDataset.open(file, Split.TRAIN, fields);
    assertThat(set.classCount()).isEqualTo(8);
    assertThat(List.of(set.label(0), set.label(1), set.label(2))).containsExactly(7, 7, 2);
  }

  @Test
  void numbersAmongNamesAreNamesAndThoseThatNoClassHasAreRefused() throws IOException {
    TextFields fields = new TextFields("text", Optional.of("label"));
    Path file =
        lines(
            "names.jsonl",
            "{\"text\": \"a\", \"label\": \"1234567890123\"}",
            "{\"text\": \"b\", \"label\": \"sea\"}");
    assertThat(TextDataset.open(file, Split.TRAIN, fields).classes())
        .containsExactly("1234567890123", "sea");
    for (String large : List.of("1000000", "9999999", "2147483648", "99999999999999999999")) {
      refuses(
          "label " + large + " is too large",
          "large.jsonl",
          fields,
          "{\"text\": \"a\", \"label\": 0}",
          "{\"text\": \"b\", \"label\": " + large + "}");
    }
  }

  @Test
  void textsWithoutATokenAreLeftOutAndTold() throws IOException {
    TextPreparation bare =
        new TextPreparation(
            new TextTokenizer(TinyTokenizer.writeBare(folder.resolve("bare.json")), TOKENS),
            new TextFields("text", Optional.of("label")),
            inputs(18),
            "a.onnx");
    Path file =
        lines(
            "some.jsonl",
            "{\"text\": \"the sea\", \"label\": 0}",
            "{\"text\": \"\\u0001\", \"label\": 1}",
            "{\"text\": \"a ship\", \"label\": 2}");
    try (bare;
        TextDataset set = bare.open(DataLocation.of(file), Split.TRAIN)) {
      Texts texts = bare.load(set, 0, 0, 1, ImageListener.NONE);
      assertThat(IntStream.range(0, texts.size()).map(texts::label))
          .containsExactlyInAnyOrder(0, 2);
      assertThat(texts.notes())
          .containsExactly(
              "1 line of some.jsonl without text, or of which no token is made, was left out");
      for (int i = 0; i < texts.size(); i++) {
        assertThat(read(texts, "input_ids", i)[0]).isEqualTo(texts.label(i) == 0 ? 4 : 8);
        assertThat(texts.tokens().isReal(i, 0)).isTrue();
      }
    }
    Path none = lines("none.jsonl", "{\"text\": \"\\u0001\", \"label\": 1}");
    TextDataset nothing = bare.open(DataLocation.of(none), Split.TRAIN);
    TextTokenizer again = new TextTokenizer(folder.resolve("bare.json"), TOKENS);
    try (TextPreparation preparation =
        new TextPreparation(again, TextFields.DEFAULT, inputs(18), "a.onnx")) {
      assertThatThrownBy(() -> preparation.load(nothing, 0, 0, 1, ImageListener.NONE))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("bare.json makes no token of any of 1 texts of none.jsonl");
    }
  }

  @Test
  void aSmallerSampleIsTheBeginningOfALargerOne() throws IOException {
    TextPreparation preparation = preparation(18, TextFields.DEFAULT);
    Path file = lines("some.txt", "the", "sea", "ship", "a", "white", "whale", "old");
    TextDataset set = preparation.open(DataLocation.of(file), Split.TRAIN);
    Texts all = preparation.load(set, 0, 5, 1, ImageListener.NONE);
    Texts few = preparation.load(set, 3, 5, 1, ImageListener.NONE);
    assertThat(few.size()).isEqualTo(3);
    for (int i = 0; i < 3; i++) {
      assertThat(read(few, "input_ids", i)).isEqualTo(read(all, "input_ids", i));
    }
  }

  private void refuses(String message, String name, TextFields fields, String... lines)
      throws IOException {
    Path file = lines(name, lines);
    assertThatThrownBy(() -> TextDataset.open(file, Split.TRAIN, fields))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(name)
        .hasMessageContaining(message);
  }

  @Test
  void whatIsNoTextIsRefusedByFileAndLine() throws IOException {
    TextFields fields = TextFields.DEFAULT;
    refuses(
        "line 2: there is no field 'text'; it has body",
        "a.jsonl",
        fields,
        "{\"text\": \"a\"}",
        "{\"body\": \"a\"}");
    refuses("line 1: the field 'text' is no text", "b.jsonl", fields, "{\"text\": [1]}");
    refuses("line 1: expected a JSON object", "c.jsonl", fields, "the sea");
    refuses("line 1: expected a JSON object, found null", "n.jsonl", fields, "null");
    refuses("line 1: the field 'text' is no text", "v.jsonl", fields, "{\"text\": null}");
    refuses("holds no text: its 2 lines are empty", "d.txt", fields, "", " ");
    refuses("is no .txt or .jsonl file", "e.csv", fields, "a,b");
    refuses("has no fields", "f.txt", new TextFields("text", Optional.of("label")), "a");
    Path bytes = Files.write(folder.resolve("g.txt"), new byte[] {(byte) 0xff, (byte) 0xfe, 1});
    assertThatThrownBy(() -> TextDataset.open(bytes, Split.TRAIN, fields))
        .hasMessageContaining("g.txt is not UTF-8 text");
    assertThatThrownBy(() -> TextDataset.open(folder.resolve("h"), Split.TRAIN, fields))
        .hasMessageContaining("there is no");
    assertThatThrownBy(() -> TextDataset.open(folder, Split.TRAIN, fields))
        .hasMessageContaining("holds no train.txt or train.jsonl");
  }

  @Test
  void tokensBeyondTheEmbeddingAreRefused() throws IOException {
    TextPreparation preparation = preparation(5, TextFields.DEFAULT);
    TextDataset set = preparation.open(DataLocation.of(lines("one.txt", "the whale")), Split.TRAIN);
    assertThatThrownBy(() -> preparation.load(set, 0, 0, 1, ImageListener.NONE))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("tokenizer.json gives token 5")
        .hasMessageContaining("'input_ids' in a.onnx has 5 rows");
  }

  @Test
  void aPaddingTokenBeyondTheEmbeddingIsAnyOtherBehindAMaskAndRefusedWithout() throws IOException {
    Path file = folder.resolve("padded.json");
    String written = Files.readString(TinyTokenizer.write(file));
    Files.writeString(file, written.replaceFirst("\"id\":0,", "\"id\":30,"));
    TextTokenizer tokenizer = new TextTokenizer(file, TOKENS);
    assertThat(tokenizer.padding()).isEqualTo(30);
    ModelInput ids = input("input_ids", OptionalInt.of(18));
    ModelInput mask = input("attention_mask", OptionalInt.empty());
    assertThat(new TextInputs(List.of(ids, mask), "a.onnx").padding(tokenizer, "a.onnx")).isZero();
    assertThatThrownBy(
            () -> new TextPreparation(tokenizer, TextFields.DEFAULT, List.of(ids), "a.onnx"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("padded.json fills texts up with token 30")
        .hasMessageContaining("'input_ids' in a.onnx has 18 rows");
  }

  @Test
  void inputsOfUnknownMeaningAreRefused() throws IOException {
    Path file = TinyTokenizer.write(folder.resolve("t.json"));
    TextTokenizer tokenizer = new TextTokenizer(file, TOKENS);
    List<ModelInput> strange =
        List.of(input("input_ids", OptionalInt.of(9)), input("mood", OptionalInt.empty()));
    assertThatThrownBy(() -> new TextPreparation(tokenizer, TextFields.DEFAULT, strange, "a.onnx"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("a.onnx: what input 'mood' takes of a text is not known");
  }

  @Test
  void whatIsNoTokenizerIsRefused() throws IOException {
    for (String none : List.of("{}", "null", "{\"model\": null}")) {
      Path empty = Files.writeString(folder.resolve("empty.json"), none);
      assertThatThrownBy(() -> new TextTokenizer(empty, TOKENS))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("empty.json is no tokenizer.json")
          .hasMessageContaining("it has no \"model\"");
    }
    Path broken = Files.writeString(folder.resolve("broken.json"), "{\"model\": {}}");
    assertThatThrownBy(() -> new TextTokenizer(broken, TOKENS))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("broken.json is no tokenizer that can be read");
  }
}
