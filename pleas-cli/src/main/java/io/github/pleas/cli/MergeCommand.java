package io.github.pleas.cli;

import io.github.pleas.api.CheckpointOutput;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.eval.ProbeSolver;
import io.github.pleas.layout.Layout;
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

/** Merges two networks. */
@Command(
    name = "merge",
    mixinStandardHelpOptions = true,
    preprocessor = ConfigOption.Preprocessor.class,
    sortOptions = false,
    description = {
      "Merges two networks of one architecture into one, without training and without labels.",
      "Labels, where the images have them, are only used to measure accuracy."
    },
    footer = {
      "",
      "Examples:",
      "  Two classifiers of different classes, as cheap as one of them:",
      "    pleas merge birds.onnx pets.onnx --data birds/ --data pets/ --labels separate -o"
          + " both.onnx",
      "  The same classes in two domains, a third of the units kept separate, ImageNet's numbers:",
      "    pleas merge photo.onnx sketch.onnx --data photo/ --data sketch/ --labels shared \\",
      "      --separate 0.3 --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 -o merged.onnx",
      "  As fast as one and a half of them on this machine, on one thread:",
      "    pleas merge a.onnx b.onnx --data a/ --data b/ --labels shared --budget 1.5 --cost"
          + " latency \\",
      "      --threads 1 -o merged.onnx",
      "  Two checkpoints of PyTorch:",
      "    pleas merge a.pth b.safetensors --arch resnet18 --input-size 224x224 --data photo/ \\",
      "      --data sketch/ --labels shared -o merged.safetensors",
      "  As a file says, on all images:",
      "    pleas config merge > merge.yaml",
      "    pleas merge --config merge.yaml --samples 0",
      "  Would it work, and what would it take?",
      "    pleas merge a.onnx b.onnx --data a/ --data b/ --labels shared -o merged.onnx --dry-run",
      "  With images from elsewhere:",
      "    pleas merge a.onnx b.onnx --data any/ --labels shared --no-accuracy -o merged.onnx",
      "  Two segmenters that share an encoder:",
      "    pleas merge roads.onnx roofs.onnx --data aerial/ --labels separate --no-accuracy \\",
      "      --fork-at /encoder/layer4/Relu -o both.onnx",
      "  Two encoders of texts:",
      "    pleas merge bge.onnx e5.onnx --data lines.txt --tokenizer tokenizer.json --max-tokens"
          + " 128 \\",
      "      --labels separate --pooling cls,mean -o both.onnx"
    })
final class MergeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      required = true,
      description =
          "The file to write: .onnx; or .pth, .pt or .safetensors, a checkpoint with A's names and"
              + " precision, for which --layout is dense. Replaced only by a complete one.")
  private Path out;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "The report's numbers. Default: OUT with the extension .json.")
  private @Nullable Path json;

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

  @Option(
      names = "--budget",
      paramLabel = "X",
      description =
          "The most that the merged network may cost, where one original costs 1 and both side by"
              + " side 2: 1 merges everything, 2 in blocks layout keeps both (with --heads tasks or"
              + " original exactly). The network that is predicted best within it is searched for."
              + " Default: everything is merged.")
  private @Nullable Double budget;

  @Option(
      names = "--separate",
      paramLabel = "FRACTION",
      description =
          "Instead of a budget, the share of each group's pairs of units that stay separate: 0 as"
              + " cheap as one network; what r costs depends on --layout. 1 separates everything,"
              + " and gives the originals back with --heads tasks or original. Default: 0.")
  private @Nullable Double separate;

  @Mixin private MergeArguments arguments;

  /** Where the images are, if not here. */
  private Optional<MergeElsewhere> elsewhere = Optional.empty();

  /** Has the images elsewhere. */
  void mergeAt(MergeElsewhere place) {
    elsewhere = Optional.of(place);
  }

  @Override
  public Integer call() {
    if (dryRun) {
      MergeArguments.require(
          elsewhere.isEmpty(), "--dry-run: tries what is on this machine; leave it out");
      return tryAll();
    }
    MergeRequest request =
        request(options(), arguments.probe(), report.page(Paths.beside(out, ".html")));
    try (Progress progress = arguments.run.progress(spec.commandLine().getErr())) {
      MergeReport merged =
          elsewhere.isPresent()
              ? new ElsewhereRun(request, elsewhere.get(), data(), progress).run()
              : new MergeRun(request, progress).run();
      PrintWriter to = spec.commandLine().getOut();
      to.print(new MergeTable(merged).text());
      to.flush();
    }
    return 0;
  }

  /** Where the images are, as it was written: a URI is no path. */
  private List<String> data() {
    return spec.commandLine().getParseResult().matchedOption("--data").originalStringValues();
  }

  private int tryAll() {
    Findings findings = new Findings();
    Optional<MergeOptions> options = findings.get(this::options);
    arguments.check(findings);
    findings.check(() -> arguments.run.threads());
    Optional<Optional<ProbeSolver>> probe = findings.get(arguments::probe);
    Optional<Optional<Path>> page = findings.get(() -> report.page(Paths.beside(out, ".html")));
    MergeRequest request =
        request(
            options.orElseGet(arguments::standard),
            probe.orElse(Optional.empty()),
            page.orElse(Optional.empty()));
    PrintWriter to = spec.commandLine().getOut();
    to.print(new DryRun(request, DryRunTarget.merge(request), findings).run());
    to.flush();
    return 0;
  }

  private MergeRequest request(
      MergeOptions options, Optional<ProbeSolver> probe, Optional<Path> page) {
    return arguments
        .request(
            options,
            probe,
            out,
            Optional.ofNullable(json).orElseGet(() -> Paths.beside(out, ".json")))
        .withPage(page, ReportOptions.words(spec));
  }

  /** A checkpoint has one tensor for each layer, so that there is nothing to choose. */
  private MergeOptions options() {
    MergeOptions options = arguments.options(size());
    return CheckpointOutput.isAsked(out) && options.layout() == Layout.AUTO
        ? options.withLayout(Layout.DENSE)
        : options;
  }

  private BudgetOptions size() {
    MergeArguments.require(
        budget == null || separate == null,
        "--budget and --separate: both say how large the merged network is; give one");
    MergeArguments.require(
        budget == null || budget >= 1,
        "--budget: expected 1 (the cost of one original) or more, found " + budget);
    MergeArguments.require(
        separate == null || separate >= 0 && separate <= 1,
        "--separate: expected 0 to 1, found " + separate);
    if (budget == null) {
      arguments.requireNoBudget();
    }
    BudgetOptions size = arguments.size();
    return budget != null
        ? size.withBudget(budget)
        : size.withFraction(separate == null ? 0 : separate);
  }
}
