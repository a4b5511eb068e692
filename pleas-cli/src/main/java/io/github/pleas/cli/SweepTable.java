package io.github.pleas.cli;

import io.github.pleas.budget.CostKind;
import io.github.pleas.eval.Evaluation;
import io.github.pleas.merge.MergeResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/** What a sweep gave: a row for each original, for both together, and for each budget. */
final class SweepTable {
  private static final String NONE = "-";

  private final List<MergeReport> reports;
  private final SweepTimes times;
  private final Path folder;
  private final Path csv;
  private final Optional<Path> page;

  SweepTable(
      List<MergeReport> reports, SweepTimes times, Path folder, Path csv, Optional<Path> page) {
    this.page = page;
    this.reports = List.copyOf(reports);
    this.times = times;
    this.folder = folder;
    this.csv = csv;
  }

  /** The table and what is to be known about it. */
  String text() {
    StringBuilder text = new StringBuilder(System.lineSeparator()).append(table());
    line(text, "");
    MergeTable first = new MergeTable(reports.get(0));
    line(text, first.common());
    line(
        text,
        format(
            "ms: for an image in ONNX Runtime, %d threads, all in turns; both: one after the other.",
            reports.get(0).request().options().threads()));
    line(text, PeakMemory.now().text());
    Set<String> warnings = new LinkedHashSet<>();
    reports.forEach(report -> warnings.addAll(report.warnings()));
    warnings.forEach(warning -> line(text, "Note: " + Printable.of(warning)));
    line(text, "");
    line(text, "Merged networks and their numbers: " + folder);
    line(text, "Table: " + csv);
    page.ifPresent(file -> line(text, "Report: " + file));
    return text.toString();
  }

  private static void line(StringBuilder text, String line) {
    text.append(line).append(System.lineSeparator());
  }

  private TextTable table() {
    MergeReport first = reports.get(0);
    List<String> header = new ArrayList<>(List.of(""));
    header.addAll(new AccuracyCells(first).titles());
    first.agreement().ifPresent(any -> header.add(AccuracyCells.agreementTitle(first)));
    header.addAll(List.of("ms", "planned"));
    if (countsAnother()) {
      header.add("counted");
    }
    header.addAll(
        List.of("MACs", "MACs dense", "MACs in blocks", "parameters", "predicted residual"));
    TextTable table = new TextTable(header);
    MergeResult.Cost cost = first.result().cost();
    long both = cost.macsA() + cost.macsB();
    double ofA = times.milliseconds(SweepTimes.A);
    double ofB = times.milliseconds(SweepTimes.B);
    original(
        table, Evaluation.Subject.A, "A", ofA, cost.relative(cost.macsA()), cost.parametersA());
    original(
        table, Evaluation.Subject.B, "B", ofB, cost.relative(cost.macsB()), cost.parametersB());
    original(
        table,
        Evaluation.Subject.ENSEMBLE,
        "both (ensemble)",
        ofA + ofB,
        cost.relative(both),
        cost.parametersA() + cost.parametersB());
    for (int place = 0; place < reports.size(); place++) {
      MergeReport report = reports.get(place);
      MergeResult result = report.result();
      List<String> cells = new ArrayList<>(List.of("budget " + budget(report)));
      cells.addAll(new AccuracyCells(report).of(Evaluation.Subject.MERGED));
      report.agreement().ifPresent(measured -> cells.add(AccuracyCells.of(measured)));
      cells.add(format("%.2f", times.milliseconds(SweepTimes.merged(place))));
      cells.add(ratio(result.plan().relativeCost()));
      if (countsAnother()) {
        cells.add(counted(report).isPresent() ? ratio(counted(report).getAsDouble()) : NONE);
      }
      cells.add(ratio(macs(report)));
      cells.add(ratio(result.cost().relative(result.cost().macsDense())));
      cells.add(ratio(result.cost().relative(result.cost().macsBlocks())));
      cells.add(format("%,d", report.output().orElseThrow().parameters()));
      cells.add(format("%.4f", result.plan().residual()));
      table.row(cells);
    }
    return table;
  }

  private void original(
      TextTable table,
      Evaluation.Subject subject,
      String name,
      double milliseconds,
      double macs,
      long parameters) {
    List<String> cells = new ArrayList<>(List.of(name));
    cells.addAll(new AccuracyCells(reports.get(0)).of(subject));
    reports.get(0).agreement().ifPresent(any -> cells.add(NONE));
    cells.add(format("%.2f", milliseconds));
    cells.add(NONE);
    if (countsAnother()) {
      cells.add(NONE);
    }
    cells.addAll(List.of(ratio(macs), NONE, NONE, format("%,d", parameters), NONE));
    table.row(cells);
  }

  static double budget(MergeReport report) {
    return report.result().plan().asked().budget().orElseThrow();
  }

  /** Multiply-accumulates counted from the written file, in originals. */
  static double macs(MergeReport report) {
    return report.result().cost().relative(report.output().orElseThrow().macs());
  }

  /** What the budget counts, counted from the written file, in originals; none for time. */
  static OptionalDouble counted(MergeReport report) {
    OptionalLong count = report.counted();
    return count.isPresent()
        ? OptionalDouble.of(count.getAsLong() / report.result().plan().original())
        : OptionalDouble.empty();
  }

  /** Whether the budget counts anything but multiply-accumulates. */
  private boolean countsAnother() {
    return reports.get(0).result().plan().asked().cost() != CostKind.MACS;
  }

  private static String ratio(double value) {
    return format("%.3f", value);
  }

  private static String format(String form, Object... values) {
    return String.format(Locale.ROOT, form, values);
  }
}
