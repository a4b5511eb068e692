package io.github.pleas.cli;

import io.github.pleas.budget.BudgetOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Merges two networks at several budgets. */
@Command(
    name = "sweep",
    mixinStandardHelpOptions = true,
    preprocessor = ConfigOption.Preprocessor.class,
    sortOptions = false,
    description = {
      "Merges two networks at several budgets, to choose among: writes each merged network with its"
          + " report, and a table.",
      "What does not depend on the budget is done once."
    },
    footer = {
      "",
      "Examples:",
      "  From the size of one network to that of both:",
      "    pleas sweep birds.onnx pets.onnx --data birds/ --data pets/ --labels separate -o sizes/",
      "  In parameters, without blocks, widths in eights:",
      "    pleas sweep a.onnx b.onnx --data a/ --data b/ --labels shared --budgets 1,1.25,1.5 \\",
      "      --cost params --layout dense --width-multiple 8 -o sizes/",
      "  In this machine's time, on one thread:",
      "    pleas sweep a.onnx b.onnx --data a/ --data b/ --labels shared --cost latency --threads 1 \\",
      "      -o sizes/"
    })
final class SweepCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--budgets",
      paramLabel = "X,Y,...",
      split = ",",
      description =
          "The budgets, where one original costs 1 and both side by side 2. Default:"
              + " 1.0,1.2,1.55,1.8,2.0; behind a fork from the least that is possible on.")
  private @Nullable List<Double> budgets;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      required = true,
      description =
          "The folder to write into: merged-X.onnx and merged-X.json for each budget, sweep.csv,"
              + " and sweep.html, the report.")
  private Path folder;

  @Mixin private ReportOptions report;

  @SuppressWarnings("UnusedVariable") // declares the option
  @Mixin
  private ConfigOption config;

  @Mixin private MergeArguments arguments;

  @Override
  public Integer call() {
    BudgetOptions size = arguments.size();
    SweepBudgets asked = budgets == null ? SweepBudgets.usual() : SweepBudgets.of(budgets, size);
    MergeRequest request =
        new MergeRequest(
                arguments.a,
                arguments.b,
                arguments.data,
                arguments.options(size),
                arguments.samples,
                arguments.images,
                !arguments.noAccuracy,
                arguments.probe(),
                arguments.precision,
                folder,
                folder)
            .withPage(report.page(folder.resolve("sweep.html")), ReportOptions.words(spec));
    try (Progress progress = arguments.run.progress(spec.commandLine().getErr())) {
      SweepTable table = new SweepRun(request, size, asked, folder, progress).run();
      PrintWriter to = spec.commandLine().getOut();
      to.print(table.text());
      to.flush();
    }
    return 0;
  }
}
