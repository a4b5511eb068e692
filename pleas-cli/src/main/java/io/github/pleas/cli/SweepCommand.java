package io.github.pleas.cli;

import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.eval.ProbeSolver;
import io.github.pleas.merge.MergeOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
      "    pleas sweep a.onnx b.onnx --data a/ --data b/ --labels shared --cost latency --threads 1"
          + " \\",
      "      -o sizes/",
      "  Would it work, and what would it take?",
      "    pleas sweep a.onnx b.onnx --data a/ --data b/ --labels shared -o sizes/ --dry-run"
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

  @Option(
      names = TrialCommand.DRY_RUN,
      description =
          "Try everything that can fail beforehand, tell all that is wrong at once, estimate time,"
              + " memory and disk, and write nothing.")
  private boolean dryRun;

  @Mixin private ReportOptions report;

  @SuppressWarnings("UnusedVariable") // declares the option
  @Mixin
  private ConfigOption config;

  @Mixin private MergeArguments arguments;

  @Override
  public Integer call() {
    if (dryRun) {
      return tryAll();
    }
    BudgetOptions size = arguments.size();
    SweepBudgets asked = budgets(size);
    MergeRequest request =
        request(
            arguments.options(size), arguments.probe(), report.page(folder.resolve("sweep.html")));
    try (Progress progress = arguments.run.progress(spec.commandLine().getErr())) {
      print(new SweepRun(request, size, asked, folder, progress).run().text());
    }
    return 0;
  }

  private int tryAll() {
    Findings findings = new Findings();
    Optional<BudgetOptions> size = findings.get(arguments::size);
    Optional<SweepBudgets> asked = size.flatMap(given -> findings.get(() -> budgets(given)));
    Optional<MergeOptions> options =
        size.flatMap(given -> findings.get(() -> arguments.options(given)));
    arguments.check(findings);
    findings.check(() -> arguments.run.threads());
    Optional<Optional<ProbeSolver>> probe = findings.get(arguments::probe);
    Optional<Optional<Path>> page = findings.get(() -> report.page(folder.resolve("sweep.html")));
    MergeRequest request =
        request(
            options.orElseGet(arguments::standard),
            probe.orElse(Optional.empty()),
            page.orElse(Optional.empty()));
    DryRunTarget target =
        DryRunTarget.sweep(
            request,
            size.orElseGet(() -> BudgetOptions.ofFraction(0)),
            asked.orElseGet(SweepBudgets::usual),
            folder);
    print(new DryRun(request, target, findings).run());
    return 0;
  }

  private SweepBudgets budgets(BudgetOptions size) {
    return budgets == null ? SweepBudgets.usual() : SweepBudgets.of(budgets, size);
  }

  private MergeRequest request(
      MergeOptions options, Optional<ProbeSolver> probe, Optional<Path> page) {
    return arguments
        .request(options, probe, folder, folder)
        .withPage(page, ReportOptions.words(spec));
  }

  private void print(String text) {
    PrintWriter to = spec.commandLine().getOut();
    to.print(text);
    to.flush();
  }
}
