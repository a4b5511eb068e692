package io.github.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.OnnxReader;
import io.github.pleas.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Encoders of texts with different vocabularies on the command line. */
class VocabularyCommandsTest {
  private static final int OF_A = 11;

  @TempDir private Path folder;
  private Path a = Path.of("");
  private Path b = Path.of("");
  private Path ofA = Path.of("");
  private Path ofB = Path.of("");
  private Path data = Path.of("");

  @BeforeEach
  void encoders() throws IOException {
    a = TinyEncoder.write(folder.resolve("a.onnx"), 1);
    b = TinyEncoder.write(folder.resolve("b.onnx"), 2, TinyEncoder.otherWords());
    ofA = TinyEncoder.tokenizer(folder.resolve("ta.json"));
    ofB = TinyEncoder.otherTokenizer(folder.resolve("tb.json"));
    data = folder.resolve("data");
    TinyEncoder.lines(data.resolve("train.txt"), 150, 1);
    TinyEncoder.lines(data.resolve("test.txt"), 50, 2);
  }

  private Path out() {
    return folder.resolve("both.onnx");
  }

  private Outcome merge(Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("merge", a, b, "--data", data));
    arguments.addAll(List.of("-o", out(), "--threads", 1, "--max-tokens", 8));
    arguments.addAll(List.of(more));
    return Outcome.of(arguments.toArray());
  }

  private Outcome eval(Object... more) {
    List<Object> arguments =
        new ArrayList<>(List.of("eval", out(), "--data", data, "--max-tokens", 8));
    arguments.addAll(List.of(more));
    return Outcome.of(arguments.toArray());
  }

  private void refused(Outcome outcome, String... said) {
    assertThat(outcome.code()).as(outcome.toString()).isEqualTo(2);
    assertThat(outcome.complaints()).singleElement().asString().contains(said);
  }

  /** A text of the word that only B's tokenizer knows, by a number that A has no row for. */
  private Path storm() throws IOException {
    return Files.write(folder.resolve("storm.txt"), List.of("the storm", "a storm on the sea"));
  }

  private Outcome swapped() throws IOException {
    Path before = data;
    data = storm();
    Outcome outcome = merge("--labels", "separate", "--tokenizer", ofB, "--tokenizer", ofA);
    data = before;
    return outcome;
  }

  private static double cosine(Outcome outcome) {
    assertThat(outcome.code()).as(outcome.toString()).isZero();
    return Double.parseDouble(outcome.out().replaceFirst("(?s).*cosine ([0-9.-]+),.*", "$1"));
  }

  @Test
  void bothVocabulariesAreReadAndEachOriginalIsFoundAgainByItsTokenizer() throws IOException {
    Outcome outcome =
        merge("--labels", "separate", "--tokenizer", ofA, "--tokenizer", ofB, "--pooling", "mean");
    assertThat(outcome.code()).as(outcome.toString()).isZero();
    assertThat(outcome.out())
        .contains("150 + 150 calibration texts (of 8 tokens, in two vocabularies)")
        .contains("tasks heads")
        .contains("token ids of " + a + " as they are, those of " + b + " plus " + OF_A)
        .contains("150 texts of data (train.txt) are");
    Graph merged = OnnxReader.read(out());
    assertThat(merged.metadata())
        .containsEntry("pleas.vocabulary.a.first-id", "0")
        .containsEntry("pleas.vocabulary.a.outputs", "hidden_a")
        .containsEntry("pleas.vocabulary.b.first-id", "" + OF_A)
        .containsEntry("pleas.vocabulary.b.tokens", "" + TinyEncoder.otherWords())
        .containsEntry("pleas.vocabulary.b.outputs", "hidden_b");
    Map<String, Object> report = JSON.std.mapFrom(Files.readString(folder.resolve("both.json")));
    assertThat(report.toString()).contains("method=pleas", "tokenizer_sha256=");
    // What was promised, measured afresh on the same texts: the second test set is the first.
    double[] told =
        java.util.Arrays.stream(
                outcome
                    .out()
                    .replaceFirst("(?s).*merged +([0-9.]+) / ([0-9.]+).*", "$1 $2")
                    .split(" "))
            .mapToDouble(Double::parseDouble)
            .toArray();
    Outcome inA =
        eval("--tokenizer", ofA, "--against", a, "--output", "hidden_a", "--pooling", "mean");
    Outcome inB = eval("--tokenizer", ofB, "--against", b, "--pooling", "mean");
    assertThat(cosine(inA)).isBetween(told[0] - 2e-4, told[0] + 2e-4);
    assertThat(cosine(inB)).isBetween(told[1] - 2e-4, told[1] + 2e-4);
    assertThat(inB.out()).contains("hidden_b against 'hidden' of " + b).doesNotContain("hidden_a");
    // The wrong tokenizer for an output, and one of neither.
    refused(
        eval("--tokenizer", ofA, "--against", b, "--output", "hidden_b"),
        "output 'hidden_b' of " + out() + " reads the tokens of another tokenizer than " + ofA,
        "measure 'hidden_a'");
    Path again = Files.writeString(folder.resolve("again.json"), Files.readString(ofB) + "\n");
    refused(eval("--tokenizer", again, "--against", b), "reads two vocabularies", "--output");
    assertThat(cosine(eval("--tokenizer", again, "--against", b, "--output", "hidden_b")))
        .isGreaterThan(0);
    refused(
        eval("--tokenizer", ofB, "--tokenizer", ofB, "--against", b),
        "--tokenizer: " + out() + " reads two vocabularies",
        "expected one tokenizer",
        "found 2");
    refused(eval("--against", b), "expected one tokenizer", "found 0");
    // The original of the other vocabulary.
    refused(
        eval("--tokenizer", ofB, "--against", a),
        "--against: " + a + " reads 11 tokens",
        "a vocabulary of 12; compare with b.onnx");
    // What reads two vocabularies is no original.
    Path before = a;
    a = Files.copy(out(), folder.resolve("merged.onnx"));
    refused(
        merge("--labels", "separate", "--tokenizer", ofA, "--tokenizer", ofB),
        a + " was merged of two networks with different vocabularies");
    a = before;
    // More tokens than that vocabulary has, which would be the other's.
    data = storm();
    refused(
        eval("--tokenizer", again, "--against", a, "--output", "hidden_a"),
        "again.json gives token 11",
        "has 11 rows");
    refused(eval("--tokenizer", ofA, "--against", a, "--output", "none"), "has no output 'none'");
    damaged("pleas.vocabulary.b.tokens", "" + Integer.MAX_VALUE, "of the 23 rows");
    damaged("pleas.vocabulary.b.first-id", "-1", "12 tokens from -1 on");
    damaged("pleas.vocabulary.b.outputs", "gone", "it has no output 'gone'");
    damaged("pleas.vocabulary.a.tokens", "many", "'pleas.vocabulary.a.tokens' is 'many'");
  }

  /** Says another thing of the vocabularies than the network is. */
  private void damaged(String property, String value, String said) throws IOException {
    Graph merged = OnnxReader.read(out());
    Map<String, String> properties = new HashMap<>(merged.metadata());
    properties.put(property, value);
    OnnxWriter.write(merged.withMetadata(properties), out(), any -> {});
    refused(eval("--tokenizer", ofB, "--against", b), "the file's properties", "damaged", said);
    OnnxWriter.write(merged, out(), any -> {});
  }

  @Test
  void aDryRunTriesTwoVocabulariesToo() {
    Outcome dry =
        merge("--labels", "separate", "--tokenizer", ofA, "--tokenizer", ofB, "--dry-run");
    assertThat(dry.code()).as(dry.toString()).isZero();
    assertThat(out()).doesNotExist();
  }

  @Test
  void whatCannotBeIsRefusedBeforeLongWork() throws IOException {
    refused(
        merge("--labels", "separate", "--tokenizer", ofA),
        "have 11 and 12",
        "different vocabularies",
        "--tokenizer A.json --tokenizer B.json");
    refused(swapped(), "tb.json gives token 11", "has 11 rows");
    for (String method : List.of("pleas-published", "regmean", "zipit")) {
      refused(
          merge("--labels", "separate", "--tokenizer", ofA, "--tokenizer", ofB, "--method", method),
          "the tokenizers differ",
          "--method pleas");
    }
    refused(
        merge("--labels", "separate", "--tokenizer", ofA, "--tokenizer", ofB, "--heads", "joint"),
        "--heads joint",
        "the tokenizers differ");
    Path labelled = folder.resolve("l.jsonl");
    Files.writeString(labelled, "{\"text\": \"the sea\", \"label\": 0}\n");
    data = labelled;
    List<Object> probed =
        new ArrayList<>(List.of("--labels", "separate", "--tokenizer", ofA, "--tokenizer", ofB));
    probed.addAll(List.of("--label-field", "label", "--probe", "ridge"));
    refused(merge(probed.toArray()), "--probe: classifiers are trained on texts of one vocabulary");
    probed.add("--dry-run");
    refused(merge(probed.toArray()), "--probe: classifiers are trained on texts of one vocabulary");
  }

  @Test
  void labelledTextsAreNotMeasuredByMergeAndThatIsSaid() throws IOException {
    Path labelled = folder.resolve("labelled.jsonl");
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(data.resolve("train.txt"))) {
      lines.add(JSON.std.asString(Map.of("text", line, "label", line.contains("sea") ? 1 : 0)));
    }
    Files.write(labelled, lines);
    data = labelled;
    Outcome outcome =
        merge(
            "--labels",
            "separate",
            "--tokenizer",
            ofA,
            "--tokenizer",
            ofB,
            "--label-field",
            "label");
    assertThat(outcome.code()).as(outcome.toString()).isZero();
    assertThat(outcome.out()).contains("no accuracy was measured", "pleas eval", "cosine A / B");
  }
}
