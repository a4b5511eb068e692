package io.github.pleas.cli;

import io.github.pleas.AtomicFile;
import io.github.pleas.eval.Predictor;
import io.github.pleas.eval.WrittenModel;
import io.github.pleas.network.Network;
import io.github.pleas.network.OutputPaths;
import io.github.pleas.onnx.ModelFiles;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.RandomFeed;
import io.github.pleas.symmetry.OperatorRules;
import io.github.pleas.symmetry.Permutations;
import io.github.pleas.symmetry.Permuter;
import io.github.pleas.symmetry.Proof;
import io.github.pleas.symmetry.SelfCheck;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.SymmetryAnalysis;
import io.github.pleas.symmetry.UnitGroup;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a network with its units in random order: the same function in other weights. */
@Command(
    name = "permute",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Writes the same function in another order of units.",
      "The file is in canonical form: constants folded, BatchNormalization folded into the layer"
          + " before it."
    },
    footer = {"", "Example:", "  pleas permute model.onnx --seed 7 -o permuted.onnx"})
final class PermuteCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL", description = "An ONNX file, or a checkpoint with --arch.")
  private Path model;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "0",
      description = "Which order. Default: 0.")
  private long seed;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      required = true,
      description = "The ONNX file to write.")
  private Path out;

  @Mixin private NetworkOptions options;

  @Mixin private RunOptions run;

  private final OperatorRules rules;

  PermuteCommand() {
    this(OperatorRules.standard());
  }

  /** The command with other rules. */
  PermuteCommand(OperatorRules rules) {
    this.rules = rules;
  }

  @Override
  public Integer call() {
    OutputPaths.requireNotOf(out, model);
    AtomicFile.requireWritable(out);
    OrtRuntime runtime = options.runtime(run.threads());
    Network network = options.reader(runtime, model).read(model);
    options.recognised(model, network).ifPresent(spec.commandLine().getErr()::println);
    SymmetryAnalysis analysis = new SymmetryAnalysis(rules);
    SelfCheck.Checked checked =
        new SelfCheck(runtime).check(network, analysis.analyse(network), analysis, seed);
    Symmetry symmetry = checked.symmetry();
    if (checked.proof().verdict() != Proof.Verdict.PASSED) {
      PrintWriter err = spec.commandLine().getErr();
      err.println("Note: self-check " + Printable.of(checked.proof().toString()));
      checked.proof().defects().forEach(defect -> err.println("  " + defect));
    }
    Network permuted = new Permuter(symmetry).permute(network, Permutations.random(symmetry, seed));
    ModelFiles written =
        new WrittenModel(new Predictor(runtime))
            .write(
                permuted.graph(),
                Predictor.Signature.of(permuted),
                network.fixedBatch().orElse(2),
                new RandomFeed(network.inputs(), seed),
                out,
                WrittenModel.Companion.NONE);
    int units = symmetry.groups().stream().mapToInt(UnitGroup::size).sum();
    spec.commandLine()
        .getOut()
        .printf(
            Locale.ROOT,
            "%s: %,d units in %d groups reordered; outputs differ by %.1e (relative)%n",
            out,
            units,
            symmetry.groups().size(),
            checked.proof().remaining());
    written.data().ifPresent(data -> spec.commandLine().getOut().println(Paths.beside(out, data)));
    Paths.olderData(written)
        .forEach(note -> spec.commandLine().getErr().println("Note: " + Printable.of(note)));
    return 0;
  }
}
