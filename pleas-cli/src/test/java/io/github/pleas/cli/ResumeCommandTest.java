package io.github.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --resume} goes on with a process that was killed, and refuses what is not its own. */
class ResumeCommandTest {
  private static final int FITTED = 3;

  @TempDir private static Path shared;
  private static Path dataA = Path.of("");
  private static Path dataB = Path.of("");
  private static byte[] expected = {};

  @TempDir private Path folder;

  @BeforeAll
  static void uninterrupted() throws IOException {
    dataA = Demo.folder(Demo.ZIP_A, shared.resolve("a"), 8, 2);
    dataB = Demo.folder(Demo.ZIP_B, shared.resolve("b"), 8, 2);
    Path out = shared.resolve("whole.onnx");
    assertThat(Outcome.of(arguments(out).toArray()).code()).isZero();
    expected = Files.readAllBytes(out);
  }

  private static List<String> arguments(Path out, String... more) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("merge", Demo.A.toString(), Demo.B.toString()));
    arguments.addAll(List.of("--data", dataA.toString(), "--data", dataB.toString()));
    arguments.addAll(List.of("--labels", "separate", "--threads", "1", "--no-report"));
    arguments.addAll(List.of("-o", out.toString()));
    arguments.addAll(List.of(more));
    return arguments;
  }

  private Path out() {
    return folder.resolve("out.onnx");
  }

  private Path kept() {
    return folder.resolve("kept");
  }

  private Outcome resumed(String... more) {
    List<String> arguments = arguments(out(), "--resume", kept().toString());
    arguments.addAll(List.of(more));
    return Outcome.of(arguments.toArray());
  }

  private static List<Path> files(Path folder, String prefix) throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(prefix))
          .filter(file -> !file.toString().endsWith(".part"))
          .sorted()
          .toList();
    }
  }

  /** A process of its own, which gets a signal when some layers are fitted. */
  private void stoppedBy(String signal) throws Exception {
    stoppedBy(signal, arguments(out(), "--resume", kept().toString()), () -> layers(FITTED));
    assertThat(out()).doesNotExist();
    assertThat(files(kept(), "layer-")).hasSizeGreaterThanOrEqualTo(FITTED);
  }

  /** Says whether it is time to stop. */
  private interface Enough {
    boolean isThere() throws IOException;
  }

  private boolean layers(int count) throws IOException {
    return files(kept(), "layer-").size() >= count;
  }

  private static void stoppedBy(String signal, List<String> arguments, Enough enough)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("io.github.pleas.cli.Main");
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    while (process.isAlive() && !enough.isThere()) {
      Thread.sleep(1);
    }
    new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isNotZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"KILL", "TERM"})
  void aMergeThatWasKilledGoesOnToTheSameFileAndEmptiesItsFolder(String signal) throws Exception {
    stoppedBy(signal);
    int fitted = files(kept(), "layer-").size();
    Outcome outcome = resumed();
    assertThat(outcome.code()).as(outcome.toString()).isZero();
    assertThat(outcome.err())
        .contains("holds this merge, unfinished, with " + fitted + " fitted layers")
        .doesNotContain("activations");
    assertThat(out()).hasBinaryContent(expected);
    assertThat(kept()).isEmptyDirectory();
  }

  @Test
  void whatIsDamagedIsToldAndMadeAgain() throws Exception {
    stoppedBy("KILL");
    Path second = files(kept(), "layer-").get(1);
    byte[] bytes = Files.readAllBytes(second);
    bytes[bytes.length / 2] ^= 1;
    Files.write(second, bytes);
    Path rows = kept().resolve("rows.pleas-piece");
    Files.write(rows, java.util.Arrays.copyOf(Files.readAllBytes(rows), 1000));
    Outcome outcome = resumed("--quiet");
    assertThat(outcome.code()).as(outcome.toString()).isZero();
    assertThat(outcome.complaints())
        .satisfiesExactly(
            one -> assertThat(one).contains("rows.pleas-piece is damaged", "made again"),
            two -> assertThat(two).contains(second + " is damaged", "made again"));
    assertThat(out()).hasBinaryContent(expected);
  }

  @Test
  void anotherRequestIsRefusedWithWhatIsAnother() throws Exception {
    stoppedBy("KILL");
    List<Path> before = files(kept(), "");
    refused(resumed("--seed", "5"), "seed was 0, now it is 5", "calibration data of A");
    refused(
        resumed("--mean", "0.4"), "calibration data of B, as drawn and preprocessed, is another");
    refused(resumed("--budget", "1.5"), "budget was not given, now it is 1.5");
    refused(resumed("--heads", "tasks"), "heads of separate labels was JOINT, now it is TASKS");
    List<String> others = arguments(out(), "--resume", kept().toString());
    others.set(2, others.get(1));
    refused(Outcome.of(others.toArray()), "network b is another");
    assertThat(files(kept(), "")).isEqualTo(before);
    assertThat(resumed("--json", folder.resolve("o.json").toString()).code()).isZero();
    assertThat(out()).hasBinaryContent(expected);
  }

  private static void refused(Outcome outcome, String... said) {
    assertThat(outcome.code()).as(outcome.toString()).isEqualTo(2);
    assertThat(outcome.complaints())
        .last()
        .asString()
        .contains("holds an unfinished merge of something else", "name another folder")
        .contains(said);
  }

  @Test
  void aFolderOfOthersIsRefusedBeforeAnythingIsRead() throws IOException {
    Files.createDirectory(kept());
    Files.writeString(kept().resolve("letter.txt"), "Dear");
    Outcome outcome = resumed();
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("letter.txt", "not empty").doesNotContain("images");
    assertThat(kept().resolve("letter.txt")).hasContent("Dear");
    assertThat(files(kept(), "")).hasSize(1);
    assertThat(resumed("--dry-run").complaints()).singleElement().asString().contains("letter.txt");
  }

  @Test
  void aDryRunTellsWhatIsKeptAndKeepsNothing() {
    Outcome outcome = resumed("--dry-run");
    assertThat(outcome.code()).as(outcome.toString()).isZero();
    assertThat(outcome.out()).contains("Until all is done, about", "MB more in " + kept());
    assertThat(kept()).doesNotExist();
  }

  /** Each size is a merge; what was fitted before the end is not fitted again. */
  @Test
  void aSweepGoesOnToo() throws Exception {
    Path whole = folder.resolve("whole");
    Path parts = folder.resolve("parts");
    assertThat(Outcome.of(sweep(whole).toArray()).code()).isZero();
    List<String> resumed = sweep(parts, "--resume", kept().toString());
    // While the second network is fitted: the first one is written by then.
    stoppedBy("KILL", resumed, () -> chains() == 2);
    Outcome outcome = Outcome.of(resumed.toArray());
    assertThat(outcome.code()).as(outcome.toString()).isZero();
    for (String network : List.of("merged-1.0.onnx", "merged-1.4.onnx")) {
      assertThat(parts.resolve(network))
          .hasBinaryContent(Files.readAllBytes(whole.resolve(network)));
    }
    assertThat(kept()).isEmptyDirectory();
  }

  /** Of how many networks there are layers. */
  private long chains() throws IOException {
    return files(kept(), "layer-").stream()
        .map(file -> file.getFileName().toString().split("-")[1])
        .distinct()
        .count();
  }

  private static List<String> sweep(Path out, String... more) {
    List<String> arguments = arguments(out, more);
    arguments.set(0, "sweep");
    arguments.addAll(List.of("--budgets", "1.0,1.4"));
    return arguments;
  }
}
