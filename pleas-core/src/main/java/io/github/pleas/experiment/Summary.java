package io.github.pleas.experiment;

import io.github.pleas.budget.CostKind;
import io.github.pleas.eval.Evaluation.Subject;
import io.github.pleas.merge.MergeResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * The results of an experiment, brought together. A number of a single pair is the mean over its
 * seeds, with their deviation. For several pairs, those of the same two domains are averaged first:
 * the number is the mean over pairs of domains, with the deviation of these means. What is not
 * measured is left out, so that a number need not be of all that others are of.
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

  /** Cells of a method and budget. */
  int cells(Scope scope) {
    return scope.pairs().size() * experiment.seeds().size();
  }

  /** How many of them were measured. */
  int measured(Scope scope, Method method, double budget) {
    return scope.pairs().stream().mapToInt(pair -> measured(pair, method, budget).size()).sum();
  }

  /** Whether all of them were: numbers of others are means of something else. */
  boolean isWhole(Scope scope, Method method, double budget) {
    return measured(scope, method, budget) == cells(scope);
  }

  /** A metric of the merged networks of a method and budget; empty where none was measured. */
  Optional<Statistic> value(Scope scope, Method method, double budget, Metric metric) {
    return statistic(
        scope,
        pair ->
            measured(pair, method, budget).stream()
                .map(m -> metric.of(m.evaluation(), Subject.MERGED, experiment.own(pair)))
                .flatMapToDouble(OptionalDouble::stream));
  }

  /** The numbers of a single pair, or the means of those of pairs of domains. */
  private static Optional<Statistic> statistic(Scope scope, Function<Pair, DoubleStream> numbers) {
    List<Double> values = new ArrayList<>();
    if (scope.isSingle()) {
      numbers.apply(scope.pairs().get(0)).forEach(values::add);
    } else {
      for (List<Pair> pairs : scope.byDomains()) {
        pairs.stream()
            .flatMapToDouble(pair -> numbers.apply(pair).average().stream())
            .average()
            .ifPresent(values::add);
      }
    }
    return values.isEmpty() ? Optional.empty() : Optional.of(Statistic.of(values));
  }

  private static OptionalDouble mean(Scope scope, Function<Pair, DoubleStream> numbers) {
    return statistic(scope, numbers)
        .map(found -> OptionalDouble.of(found.mean()))
        .orElse(OptionalDouble.empty());
  }

  /** What merged networks cost in multiply-accumulates, in originals: as executed. */
  OptionalDouble executed(Scope scope, Method method, double budget) {
    return cost(scope, method, budget, cost -> cost.relative(cost.macs()));
  }

  /** The same by the paper's accounting: without what is zero between A-only and B-only units. */
  OptionalDouble blocks(Scope scope, Method method, double budget) {
    return cost(scope, method, budget, cost -> cost.relative(cost.macsBlocks()));
  }

  /** What merged networks have of parameters, in originals. */
  OptionalDouble parameters(Scope scope, Method method, double budget) {
    return cost(scope, method, budget, MergeResult.Cost::relativeParameters);
  }

  /** What merged networks cost in what the experiment's budgets are counted in. */
  OptionalDouble own(Scope scope, Method method, double budget) {
    return experiment.cost() == CostKind.PARAMS
        ? parameters(scope, method, budget)
        : executed(scope, method, budget);
  }

  private OptionalDouble cost(
      Scope scope, Method method, double budget, ToDoubleFunction<MergeResult.Cost> cost) {
    return mean(
        scope,
        pair ->
            measured(pair, method, budget).stream().mapToDouble(m -> cost.applyAsDouble(m.cost())));
  }

  /** A metric of what the merged networks are compared with, the mean over pairs. */
  OptionalDouble reference(Scope scope, Subject subject, Metric metric) {
    return mean(
        scope,
        pair ->
            anyOf(pair).map(m -> metric.of(m.evaluation(), subject, experiment.own(pair))).stream()
                .flatMapToDouble(OptionalDouble::stream));
  }

  /** Of how many pairs there is anything, and so what to compare with. */
  int pairs(Scope scope) {
    return (int) scope.pairs().stream().filter(pair -> anyOf(pair).isPresent()).count();
  }

  /**
   * What the user should know of some pairs, each warning with the number of cells that have it.
   */
  Map<String, Integer> warnings() {
    Map<String, Integer> warnings = new LinkedHashMap<>();
    for (Cell cell : experiment.cells()) {
      if (results.get(cell) instanceof CellResult.Measured measured) {
        measured.warnings().stream()
            .distinct()
            .forEach(warning -> warnings.merge(warning, 1, Integer::sum));
      }
    }
    return warnings;
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
