package io.github.pleas.cli;

import io.github.pleas.Csv;
import io.github.pleas.eval.Accuracy;
import io.github.pleas.eval.Agreement;
import io.github.pleas.eval.Evaluation;
import io.github.pleas.merge.MergeResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** What a sweep gave, as comma-separated values. */
final class SweepCsv {
  private final List<MergeReport> reports;
  private final SweepTimes times;

  SweepCsv(List<MergeReport> reports, SweepTimes times) {
    this.reports = List.copyOf(reports);
    this.times = times;
  }

  /** A header, and a row for each budget, shares from 0 to 1. */
  String text() {
    MergeReport first = reports.get(0);
    List<String> header =
        new ArrayList<>(
            List.of(
                "budget",
                "cost",
                "allocation",
                "layout",
                "limit",
                "planned",
                "relative_planned",
                "allocation_gap",
                "predicted_residual",
                "counted",
                "relative_counted",
                "macs_counted",
                "relative_macs",
                "relative_macs_dense",
                "relative_macs_blocks",
                "parameters_counted"));
    List<String> domains = first.evaluation().map(Evaluation::domains).orElse(List.of());
    domains.forEach(domain -> header.add("accuracy " + domain));
    header.addAll(
        List.of(
            "accuracy_mean",
            "accuracy_joint",
            "agreement_explained",
            "agreement_same_top",
            "milliseconds_per_image",
            "relative_time",
            "seconds_fit",
            "file"));
    StringBuilder csv = new StringBuilder(Csv.row(header));
    for (int place = 0; place < reports.size(); place++) {
      MergeReport report = reports.get(place);
      MergeResult result = report.result();
      MergeReport.Output file = report.output().orElseThrow();
      List<String> cells = new ArrayList<>();
      cells.add(Double.toString(SweepTable.budget(report)));
      cells.add(WordConverter.word(result.plan().asked().cost()));
      cells.add(WordConverter.word(result.plan().asked().allocation()));
      cells.add(WordConverter.word(report.request().options().layout()));
      cells.add(Long.toString(result.plan().limit().orElseThrow()));
      cells.add(Long.toString(result.plan().cost()));
      cells.add(Csv.number(OptionalDouble.of(result.plan().relativeCost())));
      cells.add(Csv.number(result.plan().gap()));
      cells.add(Csv.number(OptionalDouble.of(result.plan().residual())));
      cells.add(report.counted().isPresent() ? Long.toString(report.counted().getAsLong()) : "");
      cells.add(Csv.number(SweepTable.counted(report)));
      cells.add(Long.toString(file.macs()));
      cells.add(Csv.number(OptionalDouble.of(SweepTable.macs(report))));
      cells.add(Csv.number(OptionalDouble.of(result.cost().relative(result.cost().macsDense()))));
      cells.add(Csv.number(OptionalDouble.of(result.cost().relative(result.cost().macsBlocks()))));
      cells.add(Long.toString(file.parameters()));
      Optional<Evaluation.Row> merged =
          report.evaluation().flatMap(e -> e.row(Evaluation.Subject.MERGED));
      for (String domain : domains) {
        cells.add(rate(merged.map(row -> row.byDomain().get(domain))));
      }
      cells.add(Csv.number(merged.map(Evaluation.Row::mean).orElse(OptionalDouble.empty())));
      cells.add(rate(merged.flatMap(Evaluation.Row::joint).map(Evaluation.Joint::raw)));
      Optional<Agreement.Measured> agreement = report.agreement();
      cells.add(
          Csv.number(
              agreement
                  .map(measured -> OptionalDouble.of(measured.explained()))
                  .orElse(OptionalDouble.empty())));
      cells.add(rate(agreement.flatMap(Agreement.Measured::top)));
      String name = SweepTimes.merged(place);
      cells.add(Csv.number(OptionalDouble.of(times.milliseconds(name))));
      cells.add(Csv.number(OptionalDouble.of(times.relative(name))));
      cells.add(Csv.number(OptionalDouble.of(report.seconds().getOrDefault("fit", 0.0))));
      cells.add(Paths.name(report.request().out()));
      csv.append(Csv.row(cells));
    }
    return csv.toString();
  }

  private static String rate(Optional<Accuracy> accuracy) {
    return Csv.number(
        accuracy.map(a -> OptionalDouble.of(a.rate())).orElse(OptionalDouble.empty()));
  }
}
