package io.github.pleas.cli;

import io.github.pleas.experiment.Cell;
import io.github.pleas.experiment.CellResult;
import io.github.pleas.experiment.Experiment;
import io.github.pleas.experiment.ExperimentListener;
import io.github.pleas.experiment.Pair;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Tells each result of an experiment in a line, and remembers what failed. */
final class ExperimentProgress implements ExperimentListener {
  private final Experiment experiment;
  private final PrintWriter err;
  private final Runnable tables;
  private final List<String> failures = new ArrayList<>();
  private final Set<String> warnings = new HashSet<>();

  /**
   * Progress.
   *
   * @param tables writes those of the results that are there
   */
  ExperimentProgress(Experiment experiment, PrintWriter err, Runnable tables) {
    this.experiment = experiment;
    this.err = err;
    this.tables = tables;
  }

  /** Says what there is to do. */
  void start(int kept) {
    int total = experiment.cells().size();
    line("%d of %d results are there already", kept, total);
  }

  @Override
  public void computed(Cell cell, CellResult result, int done, int total) {
    String what =
        result instanceof CellResult.Measured measured
            ? String.format(Locale.ROOT, "%s (%.1f s)", values(cell, measured), measured.seconds())
            : "refused: " + ((CellResult.Refused) result).reason();
    line("%d/%d  %s: %s", done, total, cell.name(), what);
    if (result instanceof CellResult.Measured measured) {
      // Many cells have the same ones.
      measured.warnings().stream()
          .filter(warnings::add)
          .forEach(warning -> line("  note: %s", warning));
    }
  }

  private String values(Cell cell, CellResult.Measured measured) {
    List<String> values = new ArrayList<>();
    experiment
        .values(cell, measured)
        .forEach(
            (metric, value) ->
                values.add(
                    String.format(
                        Locale.ROOT, "%s %.2f %%", WordConverter.word(metric), 100 * value)));
    return String.join(", ", values);
  }

  @Override
  public void failed(String what, String reason) {
    failures.add(what + " failed: " + reason);
  }

  @Override
  public void ended(Pair pair) {
    tables.run();
  }

  /** What failed, and why. */
  List<String> failures() {
    return List.copyOf(failures);
  }

  private void line(String form, Object... values) {
    err.println(String.format(Locale.ROOT, form, values));
    err.flush();
  }
}
