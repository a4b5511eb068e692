package io.github.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An experiment gives the same results however often it is stopped, and computes nothing twice. */
class ExperimentCommandTest {
  private static final String FILE =
      """
      name: small
      folders:
        data: nowhere
      labels: separate
      domains:
        clothes: $data/clothes
        shoes: $data/shoes
      networks:
        first: {file: a.onnx, domain: clothes}
        second: {file: b.onnx, domain: shoes}
      methods:
        average:
        permute: {heads: original}
      budgets: [1.0, 1.5]
      seeds: [0, 1]
      samples: 10
      layout: blocks
      """;

  @TempDir private static Path shared;

  @TempDir private Path folder;

  @BeforeAll
  static void images() throws IOException {
    Demo.folder(Demo.ZIP_A, shared.resolve("clothes"), 4, 4);
    Demo.folder(Demo.ZIP_B, shared.resolve("shoes"), 4, 4);
  }

  @BeforeEach
  void networks() throws IOException {
    Files.copy(Demo.A, folder.resolve("a.onnx"));
    Files.copy(Demo.B, folder.resolve("b.onnx"));
    Files.writeString(folder.resolve("small.yaml"), FILE);
  }

  private Outcome run(Path out, Object... more) {
    List<Object> arguments =
        new ArrayList<>(
            List.of("experiment", folder.resolve("small.yaml"), "-o", out, "--threads", 1));
    arguments.addAll(List.of("--set", "data=" + shared));
    arguments.addAll(List.of(more));
    return Outcome.of(arguments.toArray());
  }

  private void edit(String text, String other) throws IOException {
    Path file = folder.resolve("small.yaml");
    String before = Files.readString(file);
    assertThat(before).contains(text);
    Files.writeString(file, before.replace(text, other));
  }

  /** All files but the cells, which have times. */
  private static Map<String, String> tables(Path out) throws IOException {
    Map<String, String> tables = new TreeMap<>();
    try (Stream<Path> files = Files.walk(out)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = out.relativize(file).toString();
        if (!name.startsWith("cells/")) {
          tables.put(name, Files.readString(file));
        }
      }
    }
    return tables;
  }

  private static List<String> cells(Path out) throws IOException {
    Path cells = out.resolve("cells");
    if (!Files.exists(cells)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(cells)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void anExperimentWritesTablesAndCurvesOfWhatMergesGive() throws IOException {
    Path out = folder.resolve("out");
    Outcome outcome = run(out);
    assertThat(outcome.code()).as(outcome.toString()).isZero();
    assertThat(outcome.out()).contains("8 of 8 results are there");
    assertThat(outcome.err()).contains("8/8  first + second, permute, budget 1.5, seed 1: mean ");
    assertThat(tables(out))
        .containsOnlyKeys(
            "cells.csv",
            "curves/01-first-second-joint.svg",
            "curves/01-first-second-mean.svg",
            "results.md",
            "results.tex",
            "summary.csv");
    assertThat(tables(out).get("results.md"))
        .contains("| average |", "| permute |", "| ensemble of both | 2 |", " ± ");
    assertThat(cells(out)).hasSize(8);

    Path merged = folder.resolve("merged.onnx");
    Outcome merge =
        Outcome.of(
            "merge",
            Demo.A,
            Demo.B,
            "--data",
            shared.resolve("clothes"),
            "--data",
            shared.resolve("shoes"),
            "--labels",
            "separate",
            "--method",
            "permute",
            "--budget",
            "1.5",
            "--seed",
            "1",
            "--samples",
            "10",
            "--layout",
            "blocks",
            "--threads",
            "1",
            "-o",
            merged);
    assertThat(merge.code()).as(merge.toString()).isZero();
    Map<String, Object> json = JSON.std.mapFrom(Files.readString(Paths.beside(merged, ".json")));
    String mean =
        String.valueOf(json.get("accuracy")).replaceFirst("(?s).*MERGED|(?s).*network=merged", "");
    mean = mean.replaceFirst("(?s).*?mean=([0-9.]+).*", "$1");
    String row =
        Files.readAllLines(out.resolve("cells.csv")).stream()
            .filter(line -> line.contains(",permute,1.5,1,"))
            .findFirst()
            .orElseThrow();
    assertThat(Double.parseDouble(row.split(",")[14]))
        .isCloseTo(Double.parseDouble(mean), within(1e-6));
  }

  /** Each cell by its file, without the time that it took. */
  private static Map<String, Map<String, Object>> results(Path out) throws IOException {
    Map<String, Map<String, Object>> results = new TreeMap<>();
    for (String name : cells(out)) {
      Map<String, Object> cell =
          new TreeMap<>(JSON.std.mapFrom(Files.readString(out.resolve("cells").resolve(name))));
      cell.remove("seconds");
      results.put(name, cell);
    }
    return results;
  }

  /** Of methods that share work between budgets, and of one whose steps are random. */
  @Test
  void aRunThatWasStoppedEndsWithTheResultsOfOneThatWasNot() throws Exception {
    TinyResNet.write(folder.resolve("a.pth"), 1);
    TinyResNet.write(folder.resolve("b.pth"), 2);
    edit("file: a.onnx", "file: a.pth");
    edit("file: b.onnx", "file: b.pth");
    edit("samples: 10", "samples: 3\ninput-size: 28x28\narch: resnet18");
    edit("budgets: [1.0, 1.5]", "budgets: [1.0, 1.25, 1.5]");
    edit("seeds: [0, 1]", "seeds: 3");
    edit("  average:\n", "  left-out: {method: permute, allocation: leave-one-out}\n");
    edit(
        "  permute: {heads: original}\n",
        "  adam: {method: pleas-published, solver: adam, steps: 3}\n  pleas:\n");
    Path whole = folder.resolve("whole");
    Outcome first = run(whole);
    assertThat(first.code()).as(first.toString()).isZero();
    Map<String, Map<String, Object>> expected = results(whole);
    assertThat(expected).hasSize(9);
    Path stopped = folder.resolve("stopped");
    Files.createDirectories(stopped.resolve("cells"));
    String cut = "";
    for (Map.Entry<String, Map<String, Object>> cell : expected.entrySet()) {
      Path to = stopped.resolve("cells").resolve(cell.getKey());
      if (String.valueOf(cell.getValue().get("cell")).contains("budget 1.25")) {
        Files.copy(whole.resolve("cells").resolve(cell.getKey()), to);
      } else if (cut.isEmpty()) {
        // One was cut off by hand; it counts as not there.
        cut = cell.getKey();
        Files.writeString(to, "{\"cell\" : \"first");
      }
    }
    Outcome dry = run(stopped, "--dry-run");
    assertThat(dry.code()).isZero();
    assertThat(dry.out()).contains("3 of 9 results are there", "to compute", "there");
    assertThat(tables(stopped)).isEmpty();
    Outcome rest = run(stopped);
    assertThat(rest.err()).contains("3 of 9 results are there already", "4/9 ", "9/9 ");
    assertThat(rest.err()).doesNotContain("3/9 ");
    assertThat(tables(stopped)).isEqualTo(tables(whole));
    assertThat(results(stopped)).isEqualTo(expected);
    Outcome again = run(stopped);
    assertThat(again.err()).isEqualTo("9 of 9 results are there already" + System.lineSeparator());
    assertThat(tables(stopped)).isEqualTo(tables(whole));
  }

  @Test
  void aChangeIsComputedAgainAndNothingElse() throws IOException {
    Path out = folder.resolve("out");
    assertThat(run(out).code()).isZero();
    List<String> before = cells(out);
    // Names and the order of things are no change.
    edit("  first: {", "  one: {");
    edit("name: small", "name: other");
    edit("budgets: [1.0, 1.5]", "budgets: [1.5, 1]");
    assertThat(run(out, "--dry-run").out()).contains("8 of 8 results are there");
    edit("budgets: [1.5, 1]", "budgets: [1.0, 1.5, 1.25]");
    assertThat(run(out, "--dry-run").out()).contains("8 of 12 results are there");
    edit("budgets: [1.0, 1.5, 1.25]", "budgets: [1.0, 1.5]");
    edit("permute: {heads: original}", "permute: {heads: tasks}");
    assertThat(run(out, "--dry-run").out()).contains("4 of 8 results are there");
    edit("samples: 10", "samples: 11");
    assertThat(run(out, "--dry-run").out()).contains("0 of 8 results are there");
    edit("samples: 11", "samples: 10");
    edit("permute: {heads: tasks}", "permute: {heads: original}");
    // A file that is not what it was.
    byte[] model = Files.readAllBytes(folder.resolve("b.onnx"));
    model[model.length / 2] ^= 1;
    Files.write(folder.resolve("b.onnx"), model);
    assertThat(run(out, "--dry-run").out()).contains("0 of 8 results are there");
    model[model.length / 2] ^= 1;
    Files.write(folder.resolve("b.onnx"), model);
    assertThat(run(out, "--dry-run").out()).contains("8 of 8 results are there");
    assertThat(cells(out)).isEqualTo(before);
  }

  /** The originals' classes are taken for the same ones, and a third domain is no one's own. */
  @Test
  void allDomainsAreMeasuredWhereTheyAreAskedFor() throws IOException {
    edit("labels: separate", "labels: shared");
    edit("  shoes: $data/shoes", "  shoes: $data/shoes\n  boots: $data/clothes");
    edit("samples: 10", "samples: 10\nevaluate: all\nboth-orders: true");
    edit("budgets: [1.0, 1.5]", "budgets: 1");
    edit("seeds: [0, 1]", "seeds: 0");
    edit("  average:\n", "");
    Path out = folder.resolve("out");
    Outcome outcome = run(out);
    assertThat(outcome.code()).as(outcome.toString()).isZero();
    assertThat(tables(out).get("results.md"))
        .contains("## all 2 pairs", "## first + second", "## second + first")
        .contains("The mean accuracy on all domains, in percent:");
    List<String> rows = Files.readAllLines(out.resolve("cells.csv"));
    List<String> titles = List.of(rows.get(0).split(","));
    for (String row : rows.subList(1, 3)) {
      List<String> cells = List.of(row.split(",", -1));
      double clothes = Double.parseDouble(cells.get(titles.indexOf("merged on clothes")));
      double shoes = Double.parseDouble(cells.get(titles.indexOf("merged on shoes")));
      double boots = Double.parseDouble(cells.get(titles.indexOf("merged on boots")));
      assertThat(boots).isEqualTo(clothes);
      assertThat(Double.parseDouble(cells.get(titles.indexOf("mean"))))
          .isCloseTo((clothes + shoes) / 2, within(1e-5));
      assertThat(Double.parseDouble(cells.get(titles.indexOf("all"))))
          .isCloseTo((clothes + shoes + boots) / 3, within(1e-5));
    }
  }

  @Test
  void whatFailsIsToldAndDoesNotStopTheRest() throws IOException {
    edit("  second: {", "  wrong: {file: b.onnx, domain: boots}\n  second: {");
    edit("  shoes: $data/shoes", "  shoes: $data/shoes\n  boots: $data/four");
    edit("labels: separate", "labels: separate\npairs: [[first, wrong], [first, second]]");
    edit("seeds: [0, 1]", "seeds: 0");
    Path four = Demo.folder(Demo.ZIP_B, shared.resolve("four"), 1, 1);
    for (String split : List.of("train", "test")) {
      try (Stream<Path> files = Files.list(four.resolve(split))) {
        Path last = files.sorted().toList().get(4);
        Files.move(last, folder.resolve("moved-" + split));
      }
    }
    Path out = folder.resolve("out");
    Outcome outcome = run(out);
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.complaints())
        .singleElement()
        .asString()
        .contains("first + wrong failed: the domain boots has 4 classes", "of wrong has 5");
    assertThat(outcome.out()).contains("4 of 8 results are there");
    assertThat(tables(out).get("results.md")).contains("| average | ... | ... |");
  }

  @Test
  void whatAMethodCannotDoIsShownWithItsReason() throws IOException {
    // Units under a LayerNorm are not zipped.
    TinyVit.write(folder.resolve("a.pth"), 1);
    TinyVit.write(folder.resolve("b.pth"), 2);
    edit("file: a.onnx", "file: a.pth");
    edit("file: b.onnx", "file: b.pth");
    edit("samples: 10", "samples: 10\ninput-size: 28x28\narch: '" + TinyVit.ARCHITECTURE + "'");
    edit("permute: {heads: original}", "zipit:");
    edit("seeds: [0, 1]", "seeds: 0");
    // An image that cannot be read is told once, and noted.
    Path clothes = Demo.folder(Demo.ZIP_A, folder.resolve("clothes"), 4, 4);
    try (Stream<Path> classes = Files.list(clothes.resolve("test"))) {
      Files.writeString(classes.sorted().toList().get(0).resolve("broken.png"), "no image");
    }
    edit("clothes: $data/clothes", "clothes: clothes");
    Path out = folder.resolve("out");
    Outcome outcome = run(out);
    assertThat(outcome.code()).as(outcome.toString()).isZero();
    assertThat(outcome.err()).contains("zipit, budget 1.5, seed 0: refused: ");
    assertThat(tables(out).get("results.md")).contains("| refused [1] |", "\n[1] ");
    String skipped = "1 test images of clothes cannot be read and are skipped, the first: ";
    assertThat(outcome.err()).containsOnlyOnce("  note: " + skipped);
    assertThat(tables(out).get("results.md")).containsOnlyOnce("- " + skipped);
    assertThat(tables(out).get("results.tex")).contains("refused [1]");
    assertThat(tables(out).get("cells.csv")).contains(",zipit,1.5,0,refused,");
    assertThat(run(out, "--dry-run").out()).contains("4 of 4 results are there");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "KILL"})
  void whenKilledWholeResultsAreKeptAndNothingElse(String signal) throws Exception {
    Path out = folder.resolve("out");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "io.github.pleas.cli.Main",
            "experiment",
            folder.resolve("small.yaml").toString(),
            "-o",
            out.toString(),
            "--set",
            "data=" + shared,
            "--threads",
            "1");
    Process process = new ProcessBuilder(command).start();
    try (BufferedReader err =
        new BufferedReader(
            new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      for (String line = err.readLine(); line != null; line = err.readLine()) {
        if (line.startsWith("3/8 ")) {
          new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
        }
      }
    }
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isNotZero();
    List<String> kept = cells(out).stream().filter(name -> name.endsWith(".json")).toList();
    assertThat(kept.size()).isBetween(3, 7);
    if (signal.equals("TERM")) {
      assertThat(cells(out)).isEqualTo(kept);
    }
    assertThat(run(out, "--dry-run").out()).contains(kept.size() + " of 8 results are there");
    assertThat(run(out).out()).contains("8 of 8 results are there");
  }
}
