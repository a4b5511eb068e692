package io.github.pleas.experiment;

import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.budget.CostKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * A table: a row for each method, a column for each budget.
 *
 * @param title what it shows, of whom
 * @param columns the budgets
 * @param rows a row for each method
 * @param references what to compare with; may be empty
 * @param notes what cells with numbers in brackets refer to, in order from 1
 */
record Table(
    String title,
    List<String> columns,
    List<Row> rows,
    List<Reference> references,
    List<String> notes) {
  /**
   * A row.
   *
   * @param name the method
   * @param cells a cell for each column
   */
  record Row(String name, List<Entry> cells) {}

  /**
   * A cell.
   *
   * @param text what stands there
   * @param best whether it is the best of its column
   */
  record Entry(String text, boolean best) {}

  private static final String MISSING = "...";

  /** The table of a metric. */
  static Table of(Summary summary, Scope scope, Metric metric) {
    List<String> notes = new ArrayList<>();
    List<Row> rows = new ArrayList<>();
    List<Double> budgets = summary.experiment().budgets();
    for (Method method : summary.experiment().methods()) {
      List<Entry> cells = new ArrayList<>();
      for (double budget : budgets) {
        Optional<Statistic> value = summary.value(scope, method, budget, metric);
        boolean best =
            value.isPresent()
                && summary.isWhole(scope, method, budget)
                && isBest(summary, scope, budget, metric, value.get());
        cells.add(
            entry(summary, scope, method, budget, value.map(Statistic::percent), best, notes));
      }
      rows.add(new Row(method.name(), cells));
    }
    String title = "%s, %%: %s".formatted(metric.title(), scope.title());
    return new Table(title, columns(budgets), rows, Reference.of(summary, scope, metric), notes);
  }

  /** The best of those that are means of the same cells: all. */
  private static boolean isBest(
      Summary summary, Scope scope, double budget, Metric metric, Statistic value) {
    List<Statistic> comparable =
        summary.experiment().methods().stream()
            .filter(other -> summary.isWhole(scope, other, budget))
            .flatMap(other -> summary.value(scope, other, budget, metric).stream())
            .toList();
    return comparable.size() > 1
        && comparable.stream().allMatch(other -> other.mean() <= value.mean());
  }

  /** What the numbers of {@link #costs} are, in words. */
  static String costTitle(Experiment experiment) {
    return "cost in originals: multiply-accumulates as executed / by the paper's accounting"
        + (experiment.cost() == CostKind.PARAMS ? " / parameters" : "");
  }

  /** The table of costs, executed and by the paper's accounting, and in budgets' own kind. */
  static Table costs(Summary summary, Scope scope) {
    List<String> notes = new ArrayList<>();
    List<Row> rows = new ArrayList<>();
    List<Double> budgets = summary.experiment().budgets();
    for (Method method : summary.experiment().methods()) {
      List<Entry> cells = new ArrayList<>();
      for (double budget : budgets) {
        List<OptionalDouble> costs = new ArrayList<>();
        costs.add(summary.executed(scope, method, budget));
        costs.add(summary.blocks(scope, method, budget));
        if (summary.experiment().cost() == CostKind.PARAMS) {
          costs.add(summary.parameters(scope, method, budget));
        }
        Optional<String> text =
            costs.stream().allMatch(OptionalDouble::isPresent)
                ? Optional.of(
                    costs.stream()
                        .map(cost -> String.format(Locale.ROOT, "%.3f", cost.getAsDouble()))
                        .collect(Collectors.joining(" / ")))
                : Optional.empty();
        cells.add(entry(summary, scope, method, budget, text, false, notes));
      }
      rows.add(new Row(method.name(), cells));
    }
    String title = costTitle(summary.experiment()) + ": " + scope.title();
    return new Table(title, columns(budgets), rows, List.of(), notes);
  }

  private static List<String> columns(List<Double> budgets) {
    return budgets.stream().map(BudgetOptions::text).toList();
  }

  /** What was measured, with what was refused or is missing. */
  private static Entry entry(
      Summary summary,
      Scope scope,
      Method method,
      double budget,
      Optional<String> value,
      boolean best,
      List<String> notes) {
    StringBuilder text = new StringBuilder(value.orElse(""));
    if (value.isPresent() && !summary.isWhole(scope, method, budget)) {
      text.append(
          " (n = %d of %d)"
              .formatted(summary.measured(scope, method, budget), summary.cells(scope)));
    }
    for (String reason : summary.refusals(scope, method, budget)) {
      if (!notes.contains(reason)) {
        notes.add(reason);
      }
      text.append(value.isEmpty() && text.isEmpty() ? "refused" : "")
          .append(" [")
          .append(notes.indexOf(reason) + 1)
          .append(']');
    }
    if (!summary.isComplete(scope, method, budget)) {
      text.append(text.isEmpty() ? "" : " ").append(MISSING);
    }
    return new Entry(text.toString(), best);
  }
}
