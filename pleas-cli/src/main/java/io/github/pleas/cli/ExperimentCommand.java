package io.github.pleas.cli;

import io.github.pleas.InvalidInputException;
import io.github.pleas.experiment.Cell;
import io.github.pleas.experiment.CellStore;
import io.github.pleas.experiment.Experiment;
import io.github.pleas.experiment.ExperimentReader;
import io.github.pleas.experiment.ExperimentRun;
import io.github.pleas.experiment.Results;
import io.github.pleas.runtime.Device;
import io.github.pleas.runtime.OperatorLibraries;
import io.github.pleas.runtime.OrtRuntime;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs an experiment. */
@Command(
    name = "experiment",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Merges pairs of networks by several methods, at several budgets, from several samples of"
          + " images, as a YAML file says, and writes tables and curves of what was measured.",
      "Every result is kept in the folder: a run that was ended goes on where it stopped, and after"
          + " a change only what it concerns is computed again. docs/experiments.md explains the"
          + " file."
    },
    footer = {
      "",
      "Examples:",
      "  What would be computed, and what is there already:",
      "    pleas experiment experiments/zoo-fashion.yaml -o results/ --dry-run",
      "  With networks and images of your own place:",
      "    pleas experiment experiments/zoo-fashion.yaml -o results/ --set networks=zoo/fashion \\",
      "      --set data=images"
    })
final class ExperimentCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The experiment, a YAML file.")
  private Path file;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      required = true,
      description =
          "The folder to write into: results.md, results.tex, cells.csv, summary.csv, curves/, and"
              + " cells/ with the result of each merge.")
  private Path folder;

  @Option(
      names = "--set",
      paramLabel = "NAME=DIR",
      description =
          "Another place for a folder that the file names under 'folders'. May be given several"
              + " times. Default: the file's.")
  private Map<String, Path> folders = new LinkedHashMap<>();

  @Option(
      names = "--dry-run",
      description = "Say which results are there and which would be computed, and do nothing.")
  private boolean dryRun;

  @Option(
      names = "--tables-only",
      description = "Compute nothing: write tables and curves of the results that are there.")
  private boolean tablesOnly;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      converter = DeviceName.class,
      description =
          "Where networks run: cpu, cuda, or cuda:N for the GPU with number N. Results are the"
              + " same to rounding, and kept alike. Default: ${DEFAULT-VALUE}.")
  private Device device = Device.CPU;

  @Mixin private RunOptions run;

  @Override
  public Integer call() {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new InvalidInputException(folder + " is a file; choose a folder by -o");
    }
    Experiment experiment = ExperimentReader.read(file, folders);
    ExperimentRun cells = new ExperimentRun(experiment, file, new CellStore(folder));
    PrintWriter out = spec.commandLine().getOut();
    if (dryRun) {
      list(experiment, cells, out);
      return 0;
    }
    OrtRuntime runtime = new OrtRuntime(run.threads(), OperatorLibraries.NONE, device);
    makeFolder();
    ExperimentProgress progress =
        new ExperimentProgress(
            experiment,
            run.isQuiet() ? new PrintWriter(Writer.nullWriter()) : spec.commandLine().getErr(),
            () -> write(experiment, cells));
    progress.start(cells.results().size());
    try {
      if (!tablesOnly) {
        cells.compute(runtime, progress);
      }
    } finally {
      write(experiment, cells);
    }
    out.printf(
        "%d of %d results are there; tables and curves: %s%n",
        cells.results().size(), experiment.cells().size(), folder);
    out.flush();
    return failures(progress.failures());
  }

  private void write(Experiment experiment, ExperimentRun cells) {
    new Results(experiment, cells.results()).write(folder);
  }

  private int failures(List<String> failures) {
    PrintWriter err = spec.commandLine().getErr();
    failures.forEach(failure -> err.println("pleas: " + failure));
    if (!failures.isEmpty()) {
      err.println("What failed is not kept; run the command again to try it again.");
    }
    err.flush();
    return failures.isEmpty() ? 0 : Main.FAILED;
  }

  private void makeFolder() {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new InvalidInputException("the folder " + folder + " cannot be made: " + e, e);
    }
  }

  private static void list(Experiment experiment, ExperimentRun run, PrintWriter out) {
    TextTable table = new TextTable(List.of("pair", "method", "budget", "seed", "result", "file"));
    for (Cell cell : experiment.cells()) {
      table.row(
          List.of(
              cell.pair().name(),
              cell.method().name(),
              Double.toString(cell.budget()),
              Long.toString(cell.seed()),
              run.result(cell).isPresent() ? "there" : "to compute",
              run.digest(cell).substring(0, 12)));
    }
    out.print(table);
    out.printf("%d of %d results are there.%n", run.results().size(), experiment.cells().size());
    out.flush();
  }
}
