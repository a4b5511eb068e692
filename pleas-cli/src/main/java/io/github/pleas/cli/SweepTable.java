package io.github.pleas.cli;

import io.github.pleas.eval.Accuracy;
import io.github.pleas.eval.Evaluation;
import io.github.pleas.merge.MergeResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** What a sweep gave: a row for each original, for both together, and for each budget. */
final class SweepTable {
  private static final String NONE = "-";

  private final List<MergeReport> reports;
  private final Path folder;
  private final Path csv;

  SweepTable(List<MergeReport> reports, Path folder, Path csv) {
    this.reports = List.copyOf(reports);
    this.folder = folder;
    this.csv = csv;
  }

  /** The table and what is to be known about it. */
  String text() {
    StringBuilder text = new StringBuilder(System.lineSeparator()).append(table());
    line(text, "");
    MergeTable first = new MergeTable(reports.get(0));
    line(text, first.common());
    Set<String> warnings = new LinkedHashSet<>();
    reports.forEach(report -> warnings.addAll(report.warnings()));
    warnings.forEach(warning -> line(text, "Note: " + warning));
    line(text, "");
    line(text, "Merged networks and their reports: " + folder);
    line(text, "Table: " + csv);
    return text.toString();
  }

  private static void line(StringBuilder text, String line) {
    text.append(line).append(System.lineSeparator());
  }

  private TextTable table() {
    MergeReport first = reports.get(0);
    List<String> header = new ArrayList<>(List.of(""));
    Optional<Evaluation> evaluation = first.evaluation();
    boolean joint = first.request().separateLabels() && evaluation.isPresent();
    boolean mean = evaluation.map(e -> e.domains().size() > 1).orElse(false);
    header.addAll(evaluation.map(Evaluation::domains).orElse(List.of()));
    if (mean) {
      header.add("mean");
    }
    if (joint) {
      header.add("joint");
    }
    header.addAll(
        List.of("cost", "planned", "dense", "in blocks", "parameters", "predicted residual"));
    TextTable table = new TextTable(header);
    MergeResult.Cost cost = first.result().cost();
    long both = cost.macsA() + cost.macsB();
    original(table, Evaluation.Subject.A, "A", cost.relative(cost.macsA()), cost.parametersA());
    original(table, Evaluation.Subject.B, "B", cost.relative(cost.macsB()), cost.parametersB());
    original(
        table,
        Evaluation.Subject.ENSEMBLE,
        "both (ensemble)",
        cost.relative(both),
        cost.parametersA() + cost.parametersB());
    for (MergeReport report : reports) {
      MergeResult result = report.result();
      List<String> cells = new ArrayList<>(List.of("budget " + budget(report)));
      accuracies(report, Evaluation.Subject.MERGED, cells);
      cells.add(ratio(counted(report)));
      cells.add(ratio(result.plan().relativeCost()));
      cells.add(ratio(result.cost().relative(result.cost().macsDense())));
      cells.add(ratio(result.cost().relative(result.cost().macsBlocks())));
      cells.add(format("%,d", report.output().orElseThrow().parameters()));
      cells.add(format("%.4f", result.plan().residual()));
      table.row(cells);
    }
    return table;
  }

  private void original(
      TextTable table, Evaluation.Subject subject, String name, double cost, long parameters) {
    List<String> cells = new ArrayList<>(List.of(name));
    accuracies(reports.get(0), subject, cells);
    cells.add(ratio(cost));
    cells.addAll(List.of(NONE, NONE, NONE, format("%,d", parameters), NONE));
    table.row(cells);
  }

  private static void accuracies(
      MergeReport report, Evaluation.Subject subject, List<String> cells) {
    report
        .evaluation()
        .ifPresent(
            evaluation -> {
              Evaluation.Row row = evaluation.row(subject).orElseThrow();
              for (String domain : evaluation.domains()) {
                cells.add(percent(Optional.ofNullable(row.byDomain().get(domain))));
              }
              if (evaluation.domains().size() > 1) {
                cells.add(percent(row.mean()));
              }
              if (report.request().separateLabels()) {
                cells.add(percent(row.joint()));
              }
            });
  }

  static double budget(MergeReport report) {
    return report.result().plan().asked().budget().orElseThrow();
  }

  /** Multiply-accumulates counted from the written file, in originals. */
  static double counted(MergeReport report) {
    return report.result().cost().relative(report.output().orElseThrow().macs());
  }

  private static String percent(Optional<Accuracy> accuracy) {
    return accuracy.map(a -> format("%.2f %%", 100 * a.rate())).orElse(NONE);
  }

  private static String percent(OptionalDouble rate) {
    return rate.isPresent() ? format("%.2f %%", 100 * rate.getAsDouble()) : NONE;
  }

  private static String ratio(double value) {
    return format("%.3f", value);
  }

  private static String format(String form, Object... values) {
    return String.format(Locale.ROOT, form, values);
  }
}
