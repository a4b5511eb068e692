package io.github.pleas.experiment;

import io.github.pleas.AtomicFile;
import io.github.pleas.InvalidInputException;
import io.github.pleas.Words;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
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
      String title = Table.costTitle(experiment);
      markdown.append('\n').append(title.substring(0, 1).toUpperCase(Locale.ROOT));
      markdown.append(title.substring(1)).append(":\n\n");
      markdown.append(Markdown.of(costs));
      latex.append('\n').append(Latex.of(costs));
    }
    markdown.append(warnings());
    files.put("results.md", markdown.toString());
    files.put("results.tex", latex.toString());
    return files;
  }

  /** What the user should know; the same for many cells, mostly. */
  private String warnings() {
    StringBuilder text = new StringBuilder();
    summary
        .warnings()
        .forEach(
            (warning, cells) ->
                text.append("- ")
                    .append(Markdown.escaped(warning))
                    .append(cells == 1 ? " (1 result)\n" : " (%d results)\n".formatted(cells)));
    return text.isEmpty() ? "" : "\n## Notes\n\n" + text;
  }

  private static String legend(Experiment experiment) {
    String spread = "";
    if (experiment.seeds().size() > 1) {
      spread +=
          " For a pair, ± is the standard deviation over %d seeds of the calibration images."
              .formatted(experiment.seeds().size());
    }
    if (experiment.pairs().size() > 1) {
      spread +=
          " For several pairs, those of the same two domains are averaged first; ± is the standard deviation of these means.";
    }
    return "%s labels, %s calibration images a domain, budgets in %s. The best of a column is bold; where n is said, it is the number of merges that were measured, and nothing is compared."
            .formatted(
                experiment.separate() ? "Separate" : "Shared",
                experiment.samples() == 0 ? "all" : Integer.toString(experiment.samples()),
                Words.of(experiment.cost()))
        + spread
        + " Executed cost is that of the network as it is laid out; the paper's accounting leaves out the zeros between units of one original alone and units of the other.";
  }
}
