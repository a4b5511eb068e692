package io.github.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A dry run says what a merge would say, sooner and all at once, and writes nothing. */
class DryRunTest {
  @TempDir private Path folder;

  private Outcome merge(Path a, Path b, Object... more) throws IOException {
    Path dataA = folder.resolve("clothes");
    if (!Files.exists(dataA)) {
      Demo.folder(Demo.ZIP_A, dataA, 4, 2);
      Files.createDirectory(folder.resolve("out"));
    }
    List<Object> arguments = new ArrayList<>(List.of("merge", a, b, "--dry-run"));
    arguments.addAll(List.of(more));
    return Outcome.of(arguments.toArray());
  }

  private void assertNothingWritten() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("out"))) {
      assertThat(files).isEmpty();
    }
  }

  /** Numbers are written the same wherever the machine stands. */
  @ParameterizedTest
  @ValueSource(strings = {"en-US", "de-DE"})
  void aMergeThatCanBeIsEstimatedAndNothingIsWritten(String language) throws IOException {
    Path out = folder.resolve("out/both.onnx");
    Locale before = Locale.getDefault();
    Outcome dry;
    try {
      Locale.setDefault(Locale.forLanguageTag(language));
      dry =
          merge(
              Demo.A,
              Demo.B,
              "--data",
              folder.resolve("clothes"),
              "--labels",
              "separate",
              "-o",
              out,
              "--no-accuracy",
              "--budget",
              1.4,
              "--samples",
              15);
    } finally {
      Locale.setDefault(before);
    }
    assertThat(dry.code()).as(dry.toString()).isZero();
    assertThat(dry.err()).isEmpty();
    assertThat(dry.out())
        .contains("Nothing is wrong that can be known beforehand. Nothing was written.")
        .contains("resnet20w16-0to4.onnx: 271,077 parameters, 31.0 million")
        .contains("clothes (train): 15 of 20 images")
        .contains(out.toString(), "both.json", "both.html")
        .containsPattern("(?m)^Memory: about [0-9.]+ [MG]B of this machine's [0-9.]+ [MG]B")
        .containsPattern("(?m)^Disk: about [23] MB .*free");
    Matcher stages = Pattern.compile("(?m)^([a-z]+) +([0-9.]+)$").matcher(dry.out());
    List<String> names = new ArrayList<>();
    double sum = 0;
    double all = 0;
    while (stages.find()) {
      names.add(stages.group(1));
      double seconds = Double.parseDouble(stages.group(2));
      sum += stages.group(1).equals("all") ? 0 : seconds;
      all = stages.group(1).equals("all") ? seconds : all;
    }
    assertThat(names).containsExactly("read", "images", "activations", "fit", "write", "all");
    assertThat(all).isBetween(sum - 0.3, sum + 0.3); // rounded one by one
    assertNothingWritten();
  }

  @Test
  void allThatIsWrongIsToldAtOnce() throws IOException {
    Outcome dry =
        merge(
            Demo.A,
            folder.resolve("none.onnx"),
            "--data",
            folder.resolve("clothes"),
            "--data",
            folder.resolve("nowhere"),
            "--labels",
            "shared",
            "--separate",
            2,
            "--samples",
            -1,
            "--threads",
            0,
            "--mean",
            "0.1,0.2",
            "-o",
            folder.resolve("no/x.onnx"),
            "--report",
            "x.html",
            "--no-report");
    assertThat(dry.code()).isEqualTo(2);
    assertThat(dry.out()).isEmpty();
    assertThat(dry.complaints()).singleElement().asString().contains("9 problems:");
    assertThat(dry.err())
        .contains(
            "--separate: expected 0 to 1",
            "--samples: expected 0 (all) or more",
            "--threads: expected at least 1",
            "--report and --no-report: give one",
            "x.onnx cannot be written: the folder",
            "x.json cannot be written: the folder",
            "none.onnx does not exist",
            "--mean: expected one number",
            "there is no " + folder.resolve("nowhere"));
    assertNothingWritten();
  }

  private Outcome sweep(Object... more) throws IOException {
    merge(Demo.A, Demo.B, "--labels", "nix"); // makes the images
    List<Object> arguments = new ArrayList<>(List.of("sweep", Demo.A, Demo.B, "--dry-run"));
    arguments.addAll(List.of("--data", folder.resolve("clothes"), "--labels", "separate"));
    arguments.addAll(List.of("--no-accuracy", "--samples", 15));
    arguments.addAll(List.of(more));
    return Outcome.of(arguments.toArray());
  }

  private static double stage(Outcome dry, String stage) {
    Matcher found = Pattern.compile("(?m)^" + stage + " +([0-9.]+)$").matcher(dry.out());
    assertThat(found.find()).as(dry.toString()).isTrue();
    return Double.parseDouble(found.group(1));
  }

  @Test
  void aSweepIsEstimatedAsAllItsMergesAndNotEvenItsFolderIsMade() throws IOException {
    Path out = folder.resolve("out/deep/sizes");
    Outcome dry = sweep("--budgets", "1.6,1.2", "-o", out);
    assertThat(dry.code()).as(dry.toString()).isZero();
    assertThat(dry.out())
        .contains("Nothing was written.")
        .contains("for 2 merged networks and their report")
        .contains(out.resolve("merged-1.2.onnx").toString(), "merged-1.6.json", "sweep.html");
    double all = stage(dry, "all");
    double sum = 0;
    for (String each : List.of("read", "images", "activations", "fit", "write")) {
      sum += stage(dry, each);
    }
    assertThat(all).isBetween(sum - 0.3, sum + 0.3);
    assertNothingWritten();
  }

  @Test
  void allThatIsWrongWithASweepIsToldAtOnce() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    Outcome dry =
        sweep("--budgets", "0.5", "--threads", 0, "--data", folder.resolve("nowhere"), "-o", file);
    assertThat(dry.code()).isEqualTo(2);
    assertThat(dry.err())
        .contains(
            "4 problems:",
            "budget: expected 1",
            "--threads: expected at least 1",
            "file cannot be made, it is a file",
            "there is no " + folder.resolve("nowhere"));
    Outcome parsed = Outcome.of("sweep", "a", "--labels", "nix", "--budgets", "q", "--dry-run");
    assertThat(parsed.err())
        .contains("problems:", "found 'nix'", "expected a number, such as 1.5, found 'q'");
  }

  @Test
  void argumentsThatCannotBeParsedAreToldAtOnceToo() {
    Outcome dry =
        Outcome.of(
            "merge", "a.onnx", "--labels", "nix", "--dta", "x", "--budget", "q", "--dry-run");
    assertThat(dry.code()).isEqualTo(2);
    assertThat(dry.err())
        .contains(
            "problems:",
            "found 'nix'",
            "expected a number, such as 1.5, found 'q'",
            "Unknown option: '--dta'")
        .contains("'--output=OUT', '--data=DATA'");
  }

  @Test
  void networksThatDoNotFitAreRefusedAsAMergeWouldRefuseThem() throws IOException {
    Path out = folder.resolve("out/x.onnx");
    Object[] rest = {
      "--data",
      folder.resolve("clothes"),
      "--labels",
      "separate",
      "-o",
      out,
      "--no-accuracy",
      "--fork-at",
      "nowhere"
    };
    Outcome dry = merge(Demo.A, Demo.B, rest);
    List<Object> real = new ArrayList<>(List.of("merge", Demo.A, Demo.B));
    real.addAll(List.of(rest));
    Outcome merge = Outcome.of(real.toArray());
    assertThat(dry.code()).isEqualTo(2);
    assertThat(dry.complaints()).singleElement().asString().contains("no node 'nowhere'");
    assertThat(merge.complaints()).first().isEqualTo(dry.complaints().get(0));
    assertNothingWritten();
  }
}
