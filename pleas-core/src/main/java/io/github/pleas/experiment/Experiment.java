package io.github.pleas.experiment;

import io.github.pleas.budget.CostKind;
import io.github.pleas.eval.Evaluation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Many merges and what is measured of them, as a YAML file describes them.
 *
 * @param name as its tables are titled
 * @param description what it shows; may be empty
 * @param separate whether each network has classes of its own
 * @param pairs what is merged, each in the order or orders that are asked for, none twice
 * @param methods how
 * @param budgets what merged networks may cost, in originals, ascending
 * @param cost in what budgets are counted
 * @param seeds of the calibration images and of all that is random
 * @param samples calibration images a domain; 0 for all
 * @param testSamples test images a domain; 0 for all
 * @param calibration a domain whose images all pairs are merged with, rather than their own
 * @param evaluated domains that are measured beside the pair's own
 * @param input what model files do not say
 * @param metrics what tables and curves show
 */
public record Experiment(
    String name,
    String description,
    boolean separate,
    List<Pair> pairs,
    List<Method> methods,
    List<Double> budgets,
    CostKind cost,
    List<Long> seeds,
    int samples,
    int testSamples,
    Optional<Domain> calibration,
    List<Domain> evaluated,
    InputOptions input,
    List<Metric> metrics) {
  public Experiment {
    pairs = List.copyOf(pairs);
    methods = List.copyOf(methods);
    budgets = List.copyOf(budgets);
    seeds = List.copyOf(seeds);
    evaluated = List.copyOf(evaluated);
    metrics = List.copyOf(metrics);
  }

  /** All cells: pair by pair, seed by seed, method by method, budgets ascending. */
  public List<Cell> cells() {
    List<Cell> cells = new ArrayList<>();
    for (Pair pair : pairs) {
      for (long seed : seeds) {
        for (Method method : methods) {
          budgets.forEach(budget -> cells.add(new Cell(pair, method, budget, seed)));
        }
      }
    }
    return cells;
  }

  /** What a pair is measured on: its own domains, then the others by name. */
  List<Domain> measured(Pair pair) {
    return Stream.concat(
            pair.domains().stream(), evaluated.stream().sorted(Comparator.comparing(Domain::name)))
        .distinct()
        .toList();
  }

  /** What a pair is merged with: its own domains, or the one that serves all. */
  List<Domain> calibration(Pair pair) {
    return calibration.map(List::of).orElseGet(pair::domains);
  }

  /** How many of the domains of an evaluation are the pair's own. */
  int own(Pair pair) {
    return separate ? 2 : pair.domains().size();
  }

  /** The metrics of the merged network of a cell, from 0 to 1, as far as they are defined. */
  public Map<Metric, Double> values(Cell cell, CellResult.Measured result) {
    Map<Metric, Double> values = new EnumMap<>(Metric.class);
    for (Metric metric : metrics) {
      metric
          .of(result.evaluation(), Evaluation.Subject.MERGED, own(cell.pair()))
          .ifPresent(value -> values.put(metric, value));
    }
    return values;
  }
}
