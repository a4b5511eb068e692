package io.github.pleas.experiment;

import io.github.pleas.AtomicFile;
import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The results of an experiment as files: {@code results.md}, {@code results.tex}, {@code
 * cells.csv}, {@code summary.csv} and a curve for each metric of each pair and group. They depend
 * on the experiment and its cells alone, not on when or in how many runs these were computed.
 */
public final class Results {
  private final Summary summary;

  /** The results that are there; they need not be all. */
  public Results(Experiment experiment, Map<Cell, CellResult> results) {
    this.summary = new Summary(experiment, results);
  }

  /** Writes all files into a folder. */
  public void write(Path folder) {
    files()
        .forEach(
            (name, text) -> {
              byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
              AtomicFile.replace(made(folder.resolve(name)), out -> out.write(bytes));
            });
  }

  private static Path made(Path file) {
    try {
      Files.createDirectories(file.toAbsolutePath().resolveSibling(""));
      return file;
    } catch (IOException e) {
      throw new InvalidInputException("the folder of " + file + " cannot be made: " + e, e);
    }
  }

  /** The files' texts by name. */
  Map<String, String> files() {
    Map<String, String> files = new TreeMap<>();
    CellsCsv csv = new CellsCsv(summary);
    files.put("cells.csv", csv.cells());
    files.put("summary.csv", csv.summary());
    Experiment experiment = summary.experiment();
    StringBuilder markdown = new StringBuilder("# " + experiment.name() + "\n");
    StringBuilder latex = new StringBuilder("% " + experiment.name() + "; needs booktabs\n");
    if (!experiment.description().isEmpty()) {
      markdown.append('\n').append(experiment.description().strip()).append('\n');
    }
    markdown.append('\n').append(legend(experiment)).append('\n');
    List<Scope> scopes = Scope.of(experiment);
    for (int s = 0; s < scopes.size(); s++) {
      Scope scope = scopes.get(s);
      markdown.append("\n## ").append(scope.title()).append('\n');
      for (Metric metric : experiment.metrics()) {
        Table table = Table.of(summary, scope, metric);
        markdown.append("\nThe ").append(metric.title()).append(", in percent:\n\n");
        markdown.append(Markdown.of(table));
        latex.append('\n').append(Latex.of(table));
        CurveChart chart = new CurveChart(summary, scope, metric);
        if (!chart.isEmpty()) {
          String name = "curves/%02d-%s-%s.svg".formatted(s + 1, scope.slug(), Words.of(metric));
          files.put(name, chart.svg());
          markdown.append("\n![").append(metric.title()).append("](").append(name).append(")\n");
        }
      }
      Table costs = Table.costs(summary, scope);
      markdown.append("\nCost in originals, executed / by the paper's accounting:\n\n");
      markdown.append(Markdown.of(costs));
      latex.append('\n').append(Latex.of(costs));
    }
    files.put("results.md", markdown.toString());
    files.put("results.tex", latex.toString());
    return files;
  }

  private static String legend(Experiment experiment) {
    String spread = "";
    if (experiment.seeds().size() > 1) {
      spread +=
          " For a pair, ± is the standard deviation over %d seeds of the calibration images."
              .formatted(experiment.seeds().size());
    }
    if (experiment.pairs().size() > 1) {
      spread += " Over several pairs, ± is the standard deviation of the pairs' means.";
    }
    return "%s labels, %s calibration images a domain, budgets in %s. The best of a column is bold."
            .formatted(
                experiment.separate() ? "Separate" : "Shared",
                experiment.samples() == 0 ? "all" : Integer.toString(experiment.samples()),
                Words.of(experiment.cost()))
        + spread
        + " Executed cost is that of the network as it is laid out; the paper's accounting leaves out the zeros between units of one original alone and units of the other.";
  }
}
