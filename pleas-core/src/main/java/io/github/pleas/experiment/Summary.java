package io.github.pleas.experiment;

import io.github.pleas.eval.Evaluation.Subject;
import io.github.pleas.merge.MergeResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * The results of an experiment, brought together. A number of a single pair is the mean over its
 * seeds, with their deviation; one of several pairs is the mean over the pairs, with the deviation
 * of the pairs' means.
 */
final class Summary {
  private final Experiment experiment;
  private final Map<Cell, CellResult> results;

  /** Of the results that are there; they need not be all. */
  Summary(Experiment experiment, Map<Cell, CellResult> results) {
    this.experiment = experiment;
    this.results = Map.copyOf(results);
  }

  Experiment experiment() {
    return experiment;
  }

  Optional<CellResult> result(Cell cell) {
    return Optional.ofNullable(results.get(cell));
  }

  private Stream<Cell> cells(Pair pair, Method method, double budget) {
    return experiment.seeds().stream().map(seed -> new Cell(pair, method, budget, seed));
  }

  /** Whether all cells of a method and budget are there, computed or refused. */
  boolean isComplete(Scope scope, Method method, double budget) {
    return scope.pairs().stream()
        .flatMap(pair -> cells(pair, method, budget))
        .allMatch(results::containsKey);
  }

  /** Why cells of a method and budget were refused, each reason once. */
  List<String> refusals(Scope scope, Method method, double budget) {
    return scope.pairs().stream()
        .flatMap(pair -> cells(pair, method, budget))
        .flatMap(cell -> result(cell).stream())
        .filter(CellResult.Refused.class::isInstance)
        .map(refused -> ((CellResult.Refused) refused).reason())
        .distinct()
        .toList();
  }

  private List<CellResult.Measured> measured(Pair pair, Method method, double budget) {
    return cells(pair, method, budget)
        .flatMap(cell -> result(cell).stream())
        .filter(CellResult.Measured.class::isInstance)
        .map(CellResult.Measured.class::cast)
        .toList();
  }

  /** A metric of the merged networks of a method and budget; empty where none was measured. */
  Optional<Statistic> value(Scope scope, Method method, double budget, Metric metric) {
    List<Statistic> ofPairs = new ArrayList<>();
    for (Pair pair : scope.pairs()) {
      List<Double> values =
          measured(pair, method, budget).stream()
              .map(m -> metric.of(m.evaluation(), Subject.MERGED, experiment.own(pair)))
              .flatMap(value -> value.stream().boxed())
              .toList();
      if (!values.isEmpty()) {
        ofPairs.add(Statistic.of(values));
      }
    }
    if (ofPairs.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        scope.isSingle()
            ? ofPairs.get(0)
            : Statistic.of(ofPairs.stream().map(Statistic::mean).toList()));
  }

  /** What merged networks cost, in originals: as executed. */
  OptionalDouble executed(Scope scope, Method method, double budget) {
    return cost(scope, method, budget, MergeResult.Cost::macs);
  }

  /** The same by the paper's accounting: without what is zero between A-only and B-only units. */
  OptionalDouble blocks(Scope scope, Method method, double budget) {
    return cost(scope, method, budget, MergeResult.Cost::macsBlocks);
  }

  private OptionalDouble cost(
      Scope scope, Method method, double budget, ToDoubleFunction<MergeResult.Cost> count) {
    return scope.pairs().stream()
        .flatMap(pair -> measured(pair, method, budget).stream())
        .mapToDouble(m -> m.cost().relative((long) count.applyAsDouble(m.cost())))
        .average();
  }

  /** A metric of what the merged networks are compared with, the mean over pairs. */
  OptionalDouble reference(Scope scope, Subject subject, Metric metric) {
    return scope.pairs().stream()
        .flatMap(
            pair ->
                anyOf(pair)
                    .map(m -> metric.of(m.evaluation(), subject, experiment.own(pair)))
                    .stream())
        .flatMapToDouble(OptionalDouble::stream)
        .average();
  }

  /** The originals are the same in all cells of a pair. */
  private Optional<CellResult.Measured> anyOf(Pair pair) {
    return experiment.methods().stream()
        .flatMap(
            method ->
                experiment.budgets().stream()
                    .flatMap(budget -> measured(pair, method, budget).stream()))
        .findFirst();
  }
}
