package io.github.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Arguments in a YAML file: all of them, with the command line before them. */
class ConfigFileTest {
  @TempDir private Path folder;

  private Path file(String name, String... lines) throws IOException {
    return Files.write(folder.resolve(name), List.of(lines));
  }

  private static Map<String, List<String>> read(Path file) {
    Map<ArgSpec, List<String>> values = ConfigFile.read(file, new TrialCommand("merge"));
    return values.entrySet().stream()
        .collect(Collectors.toMap(e -> name(e.getKey()), Map.Entry::getValue));
  }

  private static String name(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }

  @ParameterizedTest
  @ValueSource(strings = {"merge", "sweep"})
  void whatIsPrintedHasEveryArgumentAndChangesNothing(String command) throws IOException {
    Outcome printed = Outcome.of("config", command);
    assertThat(printed.code()).isZero();
    Path config = file("all.yaml", printed.out().split("\n"));
    TrialCommand trial = new TrialCommand(command);
    Map<String, ArgSpec> keys = ConfigFile.keys(trial.spec());
    assertThat(keys)
        .hasSize(
            trial.spec().options().size()
                + 2
                - List.of("help", "V", "stacktrace", "config").size());
    for (Map.Entry<String, ArgSpec> entry : keys.entrySet()) {
      assertThat(printed.out()).containsPattern("(?m)^(# )?" + Pattern.quote(entry.getKey()) + ":");
    }
    // given back, it says what would be if nothing were said
    ConfigFile.read(config, trial)
        .forEach(
            (argument, texts) -> {
              List<String> words = ConfigFile.words(argument, texts);
              Object found = new Object[] {parsed(command, words, argument)};
              Object standard = new Object[] {parsed(command, List.of(), argument)};
              assertThat(found).as(name(argument)).isEqualTo(standard);
            });
  }

  private static Object parsed(String command, List<String> words, ArgSpec argument) {
    TrialCommand trial = new TrialCommand(command);
    trial.parse(words);
    return String.valueOf(
        (Object) trial.spec().findOption(name(argument)).getValue() instanceof float[] numbers
            ? java.util.Arrays.toString(numbers)
            : trial.spec().findOption(name(argument)).getValue());
  }

  @Test
  void pathsAreRelativeToTheFileAndListsAreLists() throws IOException {
    Path config =
        file(
            "merge.yaml",
            "a: nets/a.onnx",
            "b: /b.onnx",
            "data: [birds, 'cub:cub', domainnet:../dn/real]",
            "output: out/both.onnx",
            "mean: [0.1, 0.2, 0.3]",
            "std: 0.5",
            "keep-separate: [layer4, 'fc.*']",
            "no-accuracy: true",
            "no-report: false",
            "budget:",
            "labels: shared");
    Map<String, List<String>> values = read(config);
    assertThat(values)
        .containsEntry("A", List.of(folder.resolve("nets/a.onnx").toString()))
        .containsEntry("B", List.of("/b.onnx"))
        .containsEntry(
            "--data",
            List.of(
                folder.resolve("birds").toString(),
                "cub:" + folder.resolve("cub"),
                "domainnet:" + folder.resolveSibling("dn/real")))
        .containsEntry("--output", List.of(folder.resolve("out/both.onnx").toString()))
        .containsEntry("--mean", List.of("0.1,0.2,0.3"))
        .containsEntry("--keep-separate", List.of("layer4", "fc.*"))
        .containsEntry("--no-accuracy", List.of())
        .doesNotContainKeys("--budget", "--no-report");
  }

  @Test
  void theCommandLineGoesBeforeTheFile() throws IOException {
    Path data = Demo.folder(Demo.ZIP_A, folder.resolve("clothes"), 2, 1);
    Path config =
        file(
            "merge.yaml",
            "a: " + Demo.A.toAbsolutePath(),
            "b: nowhere.onnx",
            "data: clothes",
            "labels: shared",
            "output: nowhere/out.onnx",
            "separate: 0.3",
            "quiet: true",
            "samples: 0",
            "no-report: true");
    Path out = folder.resolve("out.onnx");
    Outcome outcome =
        Outcome.of(
            "merge", Demo.A, Demo.A, "--config", config, "-o", out, "--budget", 1, "--samples", 4);
    assertThat(outcome.code()).as(outcome.toString()).isZero();
    assertThat(outcome.err()).isEmpty(); // quiet, as the file says
    assertThat(outcome.out()).contains("4 calibration images", "budget 1 in macs");
    assertThat(out).exists();
    assertThat(folder.resolve("out.html")).doesNotExist();
    assertThat(data).exists();
  }

  @Test
  void oneNetworkOnTheCommandLineIsA() throws IOException {
    Path config =
        file("m.yaml", "a: x.onnx", "b: y.onnx", "data: d", "labels: shared", "output: o.onnx");
    Outcome outcome = Outcome.of("merge", folder.resolve("none.onnx"), "--config", config);
    assertThat(outcome.complaints()).singleElement().asString().contains("none.onnx does not");
  }

  @Test
  void everythingThatIsWrongIsToldWithItsLine() throws IOException {
    Path config =
        file(
            "bad.yaml",
            "a: x.onnx",
            "dta: [y, z]",
            "budget: lots",
            "labels: separate",
            "no-accuracy: maybe",
            "samples: [1, 2]",
            "heads: joined",
            "mean: {red: 1}");
    Outcome outcome = Outcome.of("merge", "--config", config);
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err().lines().toList().subList(0, 7))
        .satisfiesExactly(
            line -> assertThat(line).contains("bad.yaml has 6 problems:"),
            line -> assertThat(line).contains("line 2, ", "no key 'dta'; the nearest is 'data'"),
            line ->
                assertThat(line)
                    .contains("line 3, budget: ", "expected a number, such as 1.5, found 'lots'"),
            line -> assertThat(line).contains("line 5, no-accuracy: expected true or false"),
            line -> assertThat(line).contains("line 6, samples: expected one value, found 2"),
            line -> assertThat(line).contains("line 7, heads: ", "joint or tasks or original"),
            line -> assertThat(line).contains("line 8, mean: expected a value, found keys"));
    Path paths = file("paths.yaml", "a: \"x\\0.onnx\"", "data: [birds, \"cub:y\\0\"]");
    assertThat(Outcome.of("merge", "--config", paths).err())
        .contains("line 1, a: this is no path: Nul character")
        .contains("line 2, data: this is no path: Nul character");
    assertThat(Outcome.of("merge", "--config", folder.resolve("no.yaml")).complaints())
        .singleElement()
        .asString()
        .contains("no.yaml does not exist");
    Path list = file("list.yaml", "- a", "- b");
    assertThat(Outcome.of("sweep", "--config", list).complaints())
        .singleElement()
        .asString()
        .contains("list.yaml, line 1, expected keys with values, found a list");
    Path missing = file("missing.yaml", "a: x.onnx", "b: y.onnx", "labels: shared");
    assertThat(Outcome.of("merge", "--config=" + missing).complaints())
        .singleElement()
        .asString()
        .contains("Missing required options: '--output=OUT', '--data=DATA'");
    assertThat(Outcome.of("config", "eval").err())
        .contains("expected merge or sweep, found 'eval'");
  }
}
