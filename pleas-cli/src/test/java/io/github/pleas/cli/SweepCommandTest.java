package io.github.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
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
      assertThat(written.macs()).isLessThanOrEqualTo((long) (1.001 * number(row, "budget") * macs));
      assertThat(number(row, "macs_counted")).isEqualTo(written.macs());
      assertThat(number(row, "planned")).isEqualTo(written.macs());
      assertThat(number(row, "parameters_counted")).isEqualTo(written.parameters());
      assertThat(number(row, "predicted_residual")).isLessThan(before);
      before = number(row, "predicted_residual");
      assertThat(outcome.out()).contains("budget " + row.get("budget"));
      Map<String, Object> json = JSON.std.mapFrom(Files.readString(Paths.beside(file, ".json")));
      assertThat(json).containsKeys("size", "groups", "layers");
    }
    // At 2 both originals are there, with the accuracy that they have together.
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
              "merged-2.0.json");
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

  @Test
  void whatCannotBeIsRefusedBeforeAnythingIsWritten() throws IOException {
    Path out = folder.resolve("sizes");
    Outcome tooSmall = sweep("--budgets", "0.9", "-o", out);
    assertThat(tooSmall.code()).isEqualTo(2);
    assertThat(tooSmall.err()).contains("--budgets: expected 1");
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
