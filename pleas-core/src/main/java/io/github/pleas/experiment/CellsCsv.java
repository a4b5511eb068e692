package io.github.pleas.experiment;

import io.github.pleas.Csv;
import io.github.pleas.Words;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.eval.Accuracy;
import io.github.pleas.eval.Evaluation;
import io.github.pleas.eval.Evaluation.Subject;
import io.github.pleas.merge.MergeResult;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** Results as comma-separated values, shares from 0 to 1. */
final class CellsCsv {
  private final Summary summary;
  private final Experiment experiment;

  CellsCsv(Summary summary) {
    this.summary = summary;
    this.experiment = summary.experiment();
  }

  /** A row for each cell, with the accuracies of the merged network and of what it stands for. */
  String cells() {
    Set<String> domains = new LinkedHashSet<>();
    for (Cell cell : experiment.cells()) {
      measured(cell).ifPresent(m -> domains.addAll(m.evaluation().domains()));
    }
    List<String> header =
        new ArrayList<>(List.of("group", "a", "b", "method", "budget", "seed", "status", "reason"));
    header.addAll(
        List.of(
            "cost_executed", "cost_blocks", "cost_dense", "cost_parameters", "macs", "parameters"));
    for (Metric metric : experiment.metrics()) {
      header.add(Words.of(metric));
      header.add(Words.of(metric) + " ensemble");
    }
    header.add("mean own");
    domains.forEach(domain -> header.add("merged on " + domain));
    domains.forEach(domain -> header.add("a on " + domain));
    domains.forEach(domain -> header.add("b on " + domain));
    StringBuilder csv = new StringBuilder(Csv.row(header));
    for (Cell cell : experiment.cells()) {
      csv.append(Csv.row(row(cell, domains, header.size())));
    }
    return csv.toString();
  }

  private Optional<CellResult.Measured> measured(Cell cell) {
    return summary
        .result(cell)
        .filter(CellResult.Measured.class::isInstance)
        .map(CellResult.Measured.class::cast);
  }

  private List<String> row(Cell cell, Set<String> domains, int columns) {
    List<String> row = new ArrayList<>();
    Pair pair = cell.pair();
    row.addAll(List.of(pair.a().group(), pair.a().name(), pair.b().name(), cell.method().name()));
    row.addAll(List.of(BudgetOptions.text(cell.budget()), Long.toString(cell.seed())));
    Optional<CellResult> result = summary.result(cell);
    if (result.isPresent() && result.get() instanceof CellResult.Measured measured) {
      row.addAll(List.of("measured", ""));
      values(cell, measured, domains, row);
    } else if (result.isPresent() && result.get() instanceof CellResult.Refused refused) {
      row.addAll(List.of("refused", refused.reason()));
    } else {
      row.addAll(List.of("missing", ""));
    }
    while (row.size() < columns) {
      row.add("");
    }
    return row;
  }

  private void values(
      Cell cell, CellResult.Measured measured, Set<String> domains, List<String> row) {
    MergeResult.Cost cost = measured.cost();
    for (long macs : new long[] {cost.macs(), cost.macsBlocks(), cost.macsDense()}) {
      row.add(Csv.number(OptionalDouble.of(cost.relative(macs))));
    }
    row.add(Csv.number(OptionalDouble.of(cost.relativeParameters())));
    row.add(Long.toString(cost.macs()));
    row.add(Long.toString(cost.parameters()));
    Evaluation evaluation = measured.evaluation();
    int own = experiment.own(cell.pair());
    for (Metric metric : experiment.metrics()) {
      row.add(Csv.number(metric.of(evaluation, Subject.MERGED, own)));
      row.add(Csv.number(metric.of(evaluation, Subject.ENSEMBLE, own)));
    }
    row.add(Csv.number(Metric.MEAN.of(evaluation, Subject.OWN, own)));
    for (Subject subject : List.of(Subject.MERGED, Subject.A, Subject.B)) {
      for (String domain : domains) {
        Optional<Accuracy> accuracy =
            evaluation.row(subject).map(r -> r.byDomain()).map(all -> all.get(domain));
        row.add(accuracy.map(a -> Csv.number(OptionalDouble.of(a.rate()))).orElse(""));
      }
    }
  }

  /** A row for each scope, method, budget and metric. */
  String summary() {
    StringBuilder csv =
        new StringBuilder(
            Csv.row(
                List.of(
                    "pairs",
                    "method",
                    "budget",
                    "cost_executed",
                    "cost_blocks",
                    "cost_parameters",
                    "metric",
                    "mean",
                    "deviation",
                    "count",
                    "cells",
                    "all_cells")));
    for (Scope scope : Scope.of(experiment)) {
      for (Method method : experiment.methods()) {
        for (double budget : experiment.budgets()) {
          for (Metric metric : experiment.metrics()) {
            Optional<Statistic> value = summary.value(scope, method, budget, metric);
            value.ifPresent(
                statistic ->
                    csv.append(
                        Csv.row(
                            List.of(
                                scope.title(),
                                method.name(),
                                BudgetOptions.text(budget),
                                Csv.number(summary.executed(scope, method, budget)),
                                Csv.number(summary.blocks(scope, method, budget)),
                                Csv.number(summary.parameters(scope, method, budget)),
                                Words.of(metric),
                                Csv.number(OptionalDouble.of(statistic.mean())),
                                Csv.number(statistic.spread()),
                                Integer.toString(statistic.count()),
                                Integer.toString(summary.measured(scope, method, budget)),
                                Integer.toString(summary.cells(scope))))));
          }
        }
      }
    }
    return csv.toString();
  }
}
