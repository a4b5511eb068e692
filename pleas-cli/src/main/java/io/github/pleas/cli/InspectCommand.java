package io.github.pleas.cli;

import io.github.pleas.AtomicFile;
import io.github.pleas.InvalidInputException;
import io.github.pleas.checkpoint.Checkpoints;
import io.github.pleas.checkpoint.StateDict;
import io.github.pleas.network.Network;
import io.github.pleas.network.OutputPaths;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.symmetry.HiddenUnits;
import io.github.pleas.symmetry.OperatorRules;
import io.github.pleas.symmetry.Proof;
import io.github.pleas.symmetry.QueryHeads;
import io.github.pleas.symmetry.SelfCheck;
import io.github.pleas.symmetry.Separability;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.SymmetryAnalysis;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what merging would see in a network. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Shows a network's unit groups (units that are interchangeable), its layers, and what cannot"
          + " move, and why. A row with a star stands for several that differ in numbers only;"
          + " --all shows each.",
      "The analysis proves itself: all groups are put in random order, and the outputs must stay"
          + " the same. If they do not, the groups to blame are named, the others are shown, and"
          + " the exit code is 1."
    },
    footer = {
      "",
      "Examples:",
      "  pleas inspect model.onnx",
      "  pleas inspect checkpoint.pth",
      "  pleas inspect checkpoint.pth --arch auto --input-size 224x224",
      "  pleas inspect model.onnx --json model.json --dot model.dot",
      "  dot -Tsvg model.dot -o model.svg"
    })
final class InspectCommand implements Callable<Integer> {
  private static final long SEED = 1;
  private static final String STANDARD_OUTPUT = "-";

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "MODEL",
      description =
          "An ONNX file; or a checkpoint, whose tensors are listed, or with --arch what is computed"
              + " with them.")
  private Path model;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description =
          "Write everything there is to tell, in JSON; - stands for standard output, in place of"
              + " the tables. Default: not written.")
  private @Nullable Path json;

  @Option(
      names = "--dot",
      paramLabel = "FILE",
      description = "Write a drawing for Graphviz, coloured by unit group. Default: not written.")
  private @Nullable Path dot;

  @Option(names = "--no-check", description = "Leave the self-check out.")
  private boolean unchecked;

  @Option(
      names = "--all",
      description = "Show every group and layer by itself, also those that differ in numbers only.")
  private boolean all;

  @Mixin private NetworkOptions options;

  @Mixin private RunOptions run;

  private final OperatorRules rules;

  InspectCommand() {
    this(OperatorRules.standard());
  }

  /** The command with other rules. */
  InspectCommand(OperatorRules rules) {
    this.rules = rules;
  }

  @Override
  public Integer call() {
    checkPaths();
    if (Checkpoints.isCheckpoint(model) && !options.hasArchitecture()) {
      return list();
    }
    Inspection inspection = inspect();
    PrintWriter out = spec.commandLine().getOut();
    if (json != null && !isStandardOutput(json)) {
      write(json, InspectionJson.text(inspection) + "\n");
    }
    if (dot != null) {
      write(dot, GraphDrawing.of(inspection));
    }
    if (json != null && isStandardOutput(json)) {
      out.println(InspectionJson.text(inspection));
      out.flush();
    } else {
      new InspectionText(inspection, new Folding(all), out).print();
    }
    return inspection.hasDefect() ? Main.FAILED : 0;
  }

  private int list() {
    if (json != null || dot != null) {
      throw new InvalidInputException(
          model
              + " is a checkpoint, of which --json and --dot have nothing to tell without --arch");
    }
    try (StateDict dict = Checkpoints.open(model, options.entry())) {
      spec.commandLine().getOut().print(CheckpointListing.table(dict));
      spec.commandLine().getOut().flush();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close " + model, e);
    }
    return 0;
  }

  private Inspection inspect() {
    OrtRuntime runtime = options.runtime(run.threads());
    Map<String, Double> seconds = new LinkedHashMap<>();
    long start = System.nanoTime();
    Network network = options.reader(runtime, model).read(model);
    options.recognised(model, network).ifPresent(spec.commandLine().getErr()::println);
    start = lap(seconds, "read", start);
    SymmetryAnalysis analysis = new SymmetryAnalysis(rules);
    Symmetry symmetry = analysis.analyse(network);
    start = lap(seconds, "analyse", start);
    Optional<Proof> proof = Optional.empty();
    List<QueryHeads> queries = List.of();
    if (!unchecked) {
      SelfCheck.Checked checked = new SelfCheck(runtime).check(network, symmetry, analysis, SEED);
      symmetry = checked.symmetry();
      proof = Optional.of(checked.proof());
      queries = QueryHeads.find(runtime, network, network, symmetry, Set.of(), SEED);
      lap(seconds, "check", start);
    }
    return new Inspection(
        Paths.name(model),
        network,
        symmetry,
        Separability.of(network, symmetry),
        proof,
        HiddenUnits.of(network, symmetry),
        queries,
        seconds,
        PeakMemory.now());
  }

  private static long lap(Map<String, Double> seconds, String stage, long start) {
    long now = System.nanoTime();
    seconds.put(stage, (now - start) / 1e9);
    return now;
  }

  private void checkPaths() {
    for (Path out : new Path[] {json, dot}) {
      if (out != null && !isStandardOutput(out)) {
        OutputPaths.requireNotOf(out, model);
        AtomicFile.requireWritable(out);
      }
    }
    if (dot != null && isStandardOutput(dot)) {
      throw new InvalidInputException("--dot: expected the name of a file, found -");
    }
    if (json != null && dot != null && !isStandardOutput(json)) {
      Paths.requireDifferent(dot, json, "the drawing");
    }
  }

  private static boolean isStandardOutput(Path path) {
    return path.toString().equals(STANDARD_OUTPUT);
  }

  private static void write(Path file, String content) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    AtomicFile.replace(file, out -> out.write(bytes));
  }
}
