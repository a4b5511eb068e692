package io.github.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.OrtRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepCommandTest {
  @TempDir private static Path shared;
  private static Path dataA = Path.of("");
  private static Path dataB = Path.of("");

  @TempDir private Path folder;

  @BeforeAll
  static void images() throws IOException {
    dataA = Demo.folder(Demo.ZIP_A, shared.resolve("clothes"), 6, 8);
    dataB = Demo.folder(Demo.ZIP_B, shared.resolve("shoes"), 6, 8);
  }

  private Outcome sweep(Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("sweep", Demo.A, Demo.B));
    arguments.addAll(List.of("--data", dataA, "--data", dataB, "--labels", "separate"));
    arguments.addAll(List.of("--samples", 10, "--fit", "none", "--heads", "original", "--quiet"));
    arguments.addAll(List.of(more));
    return Outcome.of(arguments.toArray());
  }

  /** The rows of a file of comma-separated values without quotes, by title. */
  private static List<Map<String, String>> rows(Path csv) throws IOException {
    List<String> lines = Files.readAllLines(csv);
    String[] titles = lines.get(0).split(",", -1);
    List<Map<String, String>> rows = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",", -1);
      assertThat(cells).hasSameSizeAs(titles);
      Map<String, String> row = new LinkedHashMap<>();
      for (int i = 0; i < cells.length; i++) {
        row.put(titles[i], cells[i]);
      }
      rows.add(row);
    }
    return rows;
  }

  private static double number(Map<String, String> row, String title) {
    return Double.parseDouble(row.getOrDefault(title, "no " + title));
  }

  @Test
  void eachBudgetIsKeptByTheFileThatIsWrittenForIt() throws IOException {
    Path out = folder.resolve("sizes");
    Outcome outcome = sweep("--layout", "blocks", "--budgets", "1.5,1.0,2.0", "-o", out);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.code()).isZero();
    List<Map<String, String>> rows = rows(out.resolve("sweep.csv"));
    assertThat(rows).extracting(row -> row.get("budget")).containsExactly("1.0", "1.5", "2.0");
    double before = Double.POSITIVE_INFINITY;
    NetworkReader reader = new NetworkReader(new OrtRuntime(2), Optional.empty());
    long macs = reader.read(Demo.A).macs();
    for (Map<String, String> row : rows) {
      Path file = out.resolve(row.getOrDefault("file", ""));
      Network written = reader.read(file);
      // Two heads come on top of 1; that of both sides, which sees all units, on top of 2.
      double budget = number(row, "budget");
      double most = budget == 1.5 ? budget : 1.001 * budget;
      assertThat(written.macs()).isLessThanOrEqualTo((long) (most * macs));
      assertThat(number(row, "relative_counted")).isEqualTo(number(row, "relative_planned"));
      assertThat(number(row, "macs_counted")).isEqualTo(written.macs());
      assertThat(number(row, "planned")).isEqualTo(written.macs());
      assertThat(number(row, "parameters_counted")).isEqualTo(written.parameters());
      assertThat(number(row, "milliseconds_per_image")).isPositive();
      assertThat(number(row, "relative_time")).isPositive();
      assertThat(number(row, "predicted_residual")).isLessThan(before);
      before = number(row, "predicted_residual");
      assertThat(outcome.out()).contains("budget " + row.get("budget"));
      Map<String, Object> json = JSON.std.mapFrom(Files.readString(Paths.beside(file, ".json")));
      assertThat(json).containsKeys("size", "groups", "layers");
    }
    // At 2 both originals are there, with the accuracy that they have together.
    assertThat(number(rows.get(2), "agreement_explained")).isCloseTo(1, within(1e-6));
    assertThat(number(rows.get(2), "agreement_same_top")).isEqualTo(1);
    assertThat(number(rows.get(0), "agreement_explained")).isLessThan(1);
    Map<String, String> both = rows.get(2);
    assertThat(outcome.out()).contains("both (ensemble)");
    double mean = number(both, "accuracy_mean");
    assertThat((number(both, "accuracy clothes") + number(both, "accuracy shoes")) / 2)
        .isCloseTo(mean, within(1e-5));
    try (Stream<Path> files = Files.list(out)) {
      assertThat(files)
          .extracting(f -> f.getFileName().toString())
          .containsExactlyInAnyOrder(
              "sweep.csv",
              "merged-1.0.onnx",
              "merged-1.0.json",
              "merged-1.5.onnx",
              "merged-1.5.json",
              "merged-2.0.onnx",
              "merged-2.0.json",
              "sweep.html");
    }
  }

  /** What a sweep writes for a budget is what a merge with that budget writes. */
  @Test
  void aSweepGivesWhatMergesGive() throws IOException {
    Path out = folder.resolve("sizes");
    assertThat(sweep("--budgets", "1.3", "-o", out, "--no-accuracy").code()).isZero();
    Path single = folder.resolve("single.onnx");
    List<Object> merge = new ArrayList<>(List.of("merge", Demo.A, Demo.B, "--data", dataA));
    merge.addAll(List.of("--data", dataB, "--labels", "separate", "--samples", 10));
    merge.addAll(List.of("--fit", "none", "--heads", "original", "--quiet", "--no-accuracy"));
    merge.addAll(List.of("--budget", "1.3", "-o", single));
    assertThat(Outcome.of(merge.toArray()).code()).isZero();
    assertThat(Files.readAllBytes(out.resolve("merged-1.3.onnx")))
        .isEqualTo(Files.readAllBytes(single));
  }

  @Test
  void budgetsInTimeAreToldInEachReport() throws IOException {
    Path out = folder.resolve("sizes");
    Outcome outcome = sweep("--cost", "latency", "--budgets", "1.0", "-o", out, "--no-accuracy");
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out()).contains("budgets in latency");
    Map<String, String> row = rows(out.resolve("sweep.csv")).get(0);
    assertThat(row).containsEntry("cost", "latency");
    Map<String, Object> json = JSON.std.mapFrom(Files.readString(out.resolve("merged-1.0.json")));
    assertThat(json).containsKey("latency");
    assertThat(number(row, "planned")).isPositive();
  }

  /** Two tails cost more than 1, and then there is a least that is possible. */
  @Test
  void behindAForkTheUsualBudgetsBeginWithTheLeast() throws IOException {
    Path out = folder.resolve("forked");
    String fork =
        Demo.graph(Demo.A).nodes().stream()
            .filter(node -> node.op().equals("Add"))
            .reduce((first, second) -> second)
            .orElseThrow()
            .output();
    Outcome outcome = sweep("--fork-at", fork, "--layout", "blocks", "--cost", "params", "-o", out);
    assertThat(outcome.err()).isEmpty();
    List<Map<String, String>> rows = rows(out.resolve("sweep.csv"));
    double least = number(rows.get(0), "budget");
    assertThat(least).isGreaterThan(1).isLessThan(1.2);
    assertThat(rows).hasSize(5);
    for (Map<String, String> row : rows) {
      assertThat(number(row, "counted")).isEqualTo(number(row, "planned"));
      assertThat(number(row, "counted")).isEqualTo(number(row, "parameters_counted"));
    }
    assertThat(outcome.out()).contains("counted", "MACs").doesNotContain("Note: the file");
    // With both whole again, each original is itself.
    assertThat(number(rows.get(4), "agreement_explained")).isCloseTo(1, within(1e-6));
  }

  /** Files may state a batch that they do not need, and are timed nevertheless. */
  @Test
  void aStatedBatchIsNoHindrance() throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path model : List.of(Demo.A, Demo.B)) {
      Graph graph = Demo.graph(model);
      ValueInfo input = graph.inputs().get(0);
      ValueInfo stated =
          new ValueInfo(
              input.name(),
              input.type(),
              Stream.of(4, 1, 28, 28).map(ValueInfo.Dimension::of).toList());
      files.add(
          Demo.write(
              graph.withInputs(List.of(stated)), folder.resolve(model.getFileName().toString())));
    }
    Path out = folder.resolve("sizes");
    Outcome outcome =
        Outcome.of(
            "sweep",
            files.get(0),
            files.get(1),
            "--data",
            dataA,
            "--labels",
            "separate",
            "--samples",
            5,
            "--fit",
            "none",
            "--quiet",
            "--no-accuracy",
            "--budgets",
            "1.5",
            "-o",
            out);
    assertThat(outcome.err()).isEmpty();
    assertThat(number(rows(out.resolve("sweep.csv")).get(0), "milliseconds_per_image"))
        .isPositive();
  }

  @Test
  void whatCannotBeIsRefusedBeforeAnythingIsWritten() throws IOException {
    Path out = folder.resolve("sizes");
    Outcome tooSmall = sweep("--budgets", "0.9", "-o", out);
    assertThat(tooSmall.code()).isEqualTo(2);
    assertThat(tooSmall.err()).contains("budget: expected 1 (the cost of one original) to 1,000");
    assertThat(sweep("--budgets", "1,Infinity", "-o", out).err()).contains("found Infinity");
    Outcome impossible = sweep("--budgets", "1.0,1.1", "--keep-separate", "layers.2", "-o", out);
    assertThat(impossible.code()).isEqualTo(2);
    assertThat(impossible.err())
        .contains("budget 1.0 cannot be kept: the smallest network that is possible costs 1.")
        .contains("or more");
    try (Stream<Path> files = Files.list(out)) {
      assertThat(files).isEmpty();
    }
    Path file = Files.writeString(folder.resolve("file"), "x");
    Outcome taken = sweep("-o", file);
    assertThat(taken.code()).isEqualTo(2);
    assertThat(taken.err()).contains("it is a file");
  }
}
