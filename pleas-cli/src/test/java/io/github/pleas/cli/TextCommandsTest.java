package io.github.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.OnnxReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Encoders of texts on the command line. */
class TextCommandsTest {
  @TempDir private Path folder;
  private Path a = Path.of("");
  private Path b = Path.of("");
  private Path tokenizer = Path.of("");

  @BeforeEach
  void encoders() throws IOException {
    a = TinyEncoder.write(folder.resolve("a.onnx"), 1);
    b = TinyEncoder.write(folder.resolve("b.onnx"), 2);
    tokenizer = TinyEncoder.tokenizer(folder.resolve("tokenizer.json"));
  }

  private Path out() {
    return folder.resolve("both.onnx");
  }

  private Outcome merge(Path data, Object... more) {
    List<Object> arguments =
        new ArrayList<>(
            List.of("merge", a, b, "--data", data, "--labels", "separate", "-o", out()));
    arguments.addAll(List.of("--threads", 1));
    arguments.addAll(List.of(more));
    return Outcome.of(arguments.toArray());
  }

  private void refused(Outcome outcome, String... said) {
    assertThat(outcome.code()).as(outcome.toString()).isEqualTo(2);
    assertThat(outcome.complaints()).singleElement().asString().contains(said);
    assertThat(out()).doesNotExist();
  }

  @Test
  void twoEncodersMergeIntoOneWithAHeadForEach() throws IOException {
    Path data = folder.resolve("data");
    TinyEncoder.lines(data.resolve("train.txt"), 150, 1);
    TinyEncoder.lines(data.resolve("test.txt"), 50, 2);
    Outcome outcome = merge(data, "--tokenizer", tokenizer, "--max-tokens", 8, "--pooling", "mean");
    assertThat(outcome.code()).as(outcome.toString()).isZero();
    assertThat(outcome.out())
        .contains("cosine A / B", "150 calibration texts (of 8 tokens)")
        .contains("a linear layer for each original was appended")
        .contains("texts of data (train.txt) were cut to 8 tokens")
        .contains("texts of data (test.txt) were cut to 8 tokens")
        .doesNotContain("cosine A / B (calibration)");
    Graph merged = OnnxReader.read(out());
    assertThat(merged.outputs().stream().map(o -> o.name()))
        .containsExactly("hidden_a", "hidden_b");
    assertThat(merged.inputs()).allMatch(input -> input.shape().get(1).isFree());
    Map<String, Object> report = JSON.std.mapFrom(Files.readString(folder.resolve("both.json")));
    assertThat(String.valueOf(report.get("agreement"))).contains("images=test", "cosine=[");
    assertThat(report.toString()).contains("max_tokens=8", "tokenizer_sha256=");
    assertThat(folder.resolve("both.html"))
        .content()
        .contains("on their own test images", "on test images")
        .doesNotContain("flatters", "on calibration images");
    Outcome against =
        Outcome.of(
            "eval",
            out(),
            "--data",
            data,
            "--tokenizer",
            tokenizer,
            "--against",
            a,
            "--output",
            "hidden_a",
            "--pooling",
            "mean",
            "--max-tokens",
            12);
    assertThat(against.code()).as(against.toString()).isZero();
    assertThat(against.out()).contains("hidden_a against 'hidden' of " + a, "on 50 samples of");
  }

  /** Texts that one of the originals was merged on say nothing of others. */
  @Test
  void agreementIsOnOtherTextsOnlyWhereBothSetsHaveSome() throws IOException {
    Path split = folder.resolve("data");
    TinyEncoder.lines(split.resolve("train.txt"), 60, 1);
    TinyEncoder.lines(split.resolve("test.txt"), 30, 2);
    Path whole = TinyEncoder.lines(folder.resolve("whole.txt"), 60, 3);
    for (List<Path> sets : List.of(List.of(split, whole), List.of(whole, split))) {
      Outcome outcome =
          merge(sets.get(0), "--data", sets.get(1), "--tokenizer", tokenizer, "--max-tokens", 8);
      assertThat(outcome.code()).as(outcome.toString()).isZero();
      assertThat(outcome.out()).contains("cosine A / B (calibration)");
      assertThat(folder.resolve("both.html")).content().contains("flatters");
    }
  }

  @Test
  void whatIsLeftOutOfTextsIsToldByEval() throws IOException {
    Path lines = TinyEncoder.lines(folder.resolve("lines.txt"), 20, 1);
    Files.writeString(lines, Files.readString(lines) + "\n\u0020\n");
    Outcome outcome =
        Outcome.of(
            "eval",
            a,
            "--data",
            lines,
            "--tokenizer",
            tokenizer,
            "--against",
            a,
            "--max-tokens",
            3);
    assertThat(outcome.code()).as(outcome.toString()).isZero();
    assertThat(outcome.err())
        .containsPattern("Note: [0-9]+ of 20 texts of lines.txt were cut to 3 tokens")
        .contains("Note: 2 lines of lines.txt without text were left out");
  }

  @Test
  void anEncoderAgainstItselfIsTheSameForEveryToken() throws IOException {
    Path lines = TinyEncoder.lines(folder.resolve("lines.txt"), 20, 1);
    Outcome outcome =
        Outcome.of("eval", a, "--data", lines, "--tokenizer", tokenizer, "--against", a);
    assertThat(outcome.code()).as(outcome.toString()).isZero();
    assertThat(outcome.out())
        .contains("cosine 1.0000, explained 100.00 %, on 20 samples of lines.txt (", " tokens)");
  }

  @Test
  void encodersAreInspected() {
    Outcome outcome = Outcome.of("inspect", a, "--max-tokens", 5);
    assertThat(outcome.code()).as(outcome.toString()).isZero();
    assertThat(outcome.out())
        .contains("inputs 'input_ids' [batch, 5], 'attention_mask' [batch, 5]");
    assertThat(Outcome.of("inspect", a).out()).contains("[batch, 128]");
  }

  @Test
  void whatDoesNotGoTogetherIsRefusedByName() throws IOException {
    Path lines = TinyEncoder.lines(folder.resolve("lines.txt"), 20, 1);
    refused(merge(lines), "a.onnx takes whole numbers ('input_ids", "--tokenizer FILE");
    refused(merge(lines, "--tokenizer", folder.resolve("no.json")), "no.json", "tokenizer.json");
    refused(merge(Demo.ZIP_A, "--tokenizer", tokenizer), "is no .txt or .jsonl file");
    refused(merge(lines, "--tokenizer", tokenizer, "--max-tokens", 2), "expected 3 or more");
    Path empty = Files.writeString(folder.resolve("empty.txt"), "\n\n");
    refused(merge(empty, "--tokenizer", tokenizer), "empty.txt holds no text");
    Path objects = Files.writeString(folder.resolve("x.jsonl"), "{\"body\": \"the sea\"}\n");
    refused(merge(objects, "--tokenizer", tokenizer), "x.jsonl, line 1", "'text'", "--text-field");
    refused(
        merge(lines, "--tokenizer", tokenizer, "--label-field", "topic"),
        "lines.txt has no fields");
    a = TinyEncoder.write(folder.resolve("few.onnx"), 1, 4);
    b = TinyEncoder.write(folder.resolve("few2.onnx"), 2, 4);
    refused(merge(lines, "--tokenizer", tokenizer), "tokenizer.json gives token", "has 4 rows");
    b = TinyEncoder.write(folder.resolve("more.onnx"), 2, 9);
    refused(merge(lines, "--tokenizer", tokenizer), "4 and 9", "different vocabularies");
    a = Demo.A;
    b = Demo.B;
    refused(merge(lines), "lines.txt holds texts, and the network takes images");
    refused(merge(Demo.ZIP_A, "--tokenizer", tokenizer), "--tokenizer is for networks that read");
    for (String option : List.of("--text-field", "--label-field", "--pooling", "--max-tokens")) {
      Object value =
          switch (option) {
            case "--pooling" -> "mean";
            case "--max-tokens" -> 8;
            default -> "body";
          };
      String said = option + " is for networks that read texts, and " + a + " takes 'input'";
      refused(merge(Demo.ZIP_A, option, value), said, "leave it out");
      refused(Outcome.of("eval", a, "--data", Demo.ZIP_A, option, value), said);
    }
  }

  @Test
  void poolingIsRefusedWhereNothingIsPooled() throws IOException {
    Path lines = TinyEncoder.lines(folder.resolve("lines.txt"), 20, 1);
    refused(
        merge(lines, "--tokenizer", tokenizer, "--pooling", "cls,mean,cls"),
        "--pooling: expected one or two, found 3");
    refused(
        Outcome.of(
            "eval",
            a,
            "--data",
            lines,
            "--tokenizer",
            tokenizer,
            "--against",
            a,
            "--pooling",
            "cls,mean"),
        "--pooling: expected one, for both outputs that are compared, found 2");
    a = TinyEncoder.writePooled(folder.resolve("a.onnx"), 1);
    b = TinyEncoder.writePooled(folder.resolve("b.onnx"), 2);
    refused(
        merge(lines, "--tokenizer", tokenizer, "--pooling", "mean"),
        "--pooling is for outputs with numbers for each token, and " + a + " gives 'pooled'");
  }
}
