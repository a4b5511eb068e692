package io.github.pleas.experiment;

import io.github.pleas.runtime.OrtRuntime;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Computes the cells of an experiment that are not kept yet. It may be ended at any time: what was
 * computed is kept, and the next run goes on from there.
 */
public final class ExperimentRun {
  private final Experiment experiment;
  private final CellStore store;
  private final List<Cell> cells;
  private final Map<Cell, CellKey> keys = new HashMap<>();
  private final Map<Cell, CellResult> results = new LinkedHashMap<>();

  /**
   * Looks at all inputs, and for results that are kept.
   *
   * @param file the experiment's file, for messages
   * @throws io.github.pleas.InvalidInputException if inputs are missing: all of them
   */
  public ExperimentRun(Experiment experiment, Path file, CellStore store) {
    this.experiment = experiment;
    this.store = store;
    this.cells = experiment.cells();
    InputDigests inputs = new InputDigests(experiment, file);
    for (Cell cell : cells) {
      CellKey key = CellKey.of(experiment, cell, inputs);
      keys.put(cell, key);
      store.read(key).ifPresent(result -> results.put(cell, result));
    }
  }

  /** The result of a cell, if it is there. */
  public Optional<CellResult> result(Cell cell) {
    return Optional.ofNullable(results.get(cell));
  }

  /** The file of a cell's result has this name, without its extension. */
  public String digest(Cell cell) {
    return key(cell).digest();
  }

  private CellKey key(Cell cell) {
    return Optional.ofNullable(keys.get(cell))
        .orElseThrow(() -> new IllegalArgumentException("no cell of this experiment: " + cell));
  }

  /** All results that are there. */
  public Map<Cell, CellResult> results() {
    return new LinkedHashMap<>(results);
  }

  private List<Cell> missing(Pair pair) {
    return cells.stream()
        .filter(cell -> cell.pair().equals(pair) && !results.containsKey(cell))
        .toList();
  }

  /**
   * Computes what is missing. A cell that fails, for want of memory say, does not keep the others
   * from being computed; it is not kept, and tried again by the next run.
   *
   * @param runtime where networks run, and on how many threads all else does
   */
  public void compute(OrtRuntime runtime, ExperimentListener listener) {
    TestImages tests = new TestImages(experiment.testSamples(), runtime.threads());
    for (Pair pair : experiment.pairs()) {
      List<Cell> missing = missing(pair);
      if (!missing.isEmpty()) {
        attempt(
            pair.name(),
            listener,
            () -> compute(new PairRun(runtime, experiment, pair, tests), missing, listener));
        listener.ended(pair);
      }
    }
  }

  private void compute(PairRun pair, List<Cell> missing, ExperimentListener listener) {
    for (List<Cell> ofSeed : by(missing, Cell::seed)) {
      attempt(
          "%s, seed %d".formatted(ofSeed.get(0).pair().name(), ofSeed.get(0).seed()),
          listener,
          () -> computeSeed(pair, ofSeed, listener));
    }
  }

  private void computeSeed(PairRun pair, List<Cell> ofSeed, ExperimentListener listener) {
    PairRun.Sample images = pair.calibration(ofSeed.get(0).seed());
    for (List<Cell> ofMethod : by(ofSeed, Cell::method)) {
      // Everything merged needs less memory than more; so each cell is as if computed alone.
      for (List<Cell> together : by(ofMethod, cell -> cell.budget() > 1)) {
        attempt(
            together.get(0).name() + (together.size() > 1 ? " and larger ones" : ""),
            listener,
            () -> pair.compute(together, images, sink(listener)));
      }
    }
  }

  private PairRun.Sink sink(ExperimentListener listener) {
    return new PairRun.Sink() {
      @Override
      public void computed(Cell cell, CellResult result) {
        keep(cell, result, listener);
      }

      @Override
      public void failed(Cell cell, String reason) {
        listener.failed(cell.name(), reason);
      }
    };
  }

  private void keep(Cell cell, CellResult result, ExperimentListener listener) {
    store.write(cell.name(), key(cell), result);
    results.put(cell, result);
    listener.computed(cell, result, results.size(), cells.size());
  }

  private static void attempt(String what, ExperimentListener listener, Runnable step) {
    Attempt.failure(step).ifPresent(reason -> listener.failed(what, reason));
  }

  private static <K> Collection<List<Cell>> by(List<Cell> cells, Function<Cell, K> property) {
    return cells.stream()
        .collect(Collectors.groupingBy(property, LinkedHashMap::new, Collectors.toList()))
        .values();
  }
}
