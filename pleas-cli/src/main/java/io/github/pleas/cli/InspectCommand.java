package io.github.pleas.cli;

import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.symmetry.AxisUnits;
import io.github.pleas.symmetry.OperatorRules;
import io.github.pleas.symmetry.SelfCheck;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.SymmetryAnalysis;
import io.github.pleas.symmetry.UnitGroup;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what merging would see in a network. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Shows a network's unit groups (units that are interchangeable), its layers, and what cannot"
          + " move, and why.",
      "The analysis proves itself: all groups are put in random order, and the outputs must stay"
          + " the same."
    },
    footer = {"", "Example:", "  pleas inspect model.onnx"})
final class InspectCommand implements Callable<Integer> {
  private static final long SEED = 1;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL", description = "An ONNX file.")
  private Path model;

  @Mixin private SizeOption inputSize;

  @Mixin private RunOptions run;

  @Override
  public Integer call() {
    OrtRuntime runtime = run.runtime();
    Network network = new NetworkReader(runtime, inputSize.size()).read(model);
    Symmetry symmetry = new SymmetryAnalysis(OperatorRules.standard()).analyse(network);
    double error = new SelfCheck(runtime).error(network, symmetry, SEED);
    PrintWriter out = spec.commandLine().getOut();
    heading(network, out);
    out.println();
    out.print(groups(symmetry));
    out.println();
    out.print(layers(network, symmetry));
    out.println();
    fixed(symmetry, out);
    boolean passed = error <= SelfCheck.TOLERANCE;
    out.printf(
        Locale.ROOT,
        "Self-check %s: all groups in random order change the outputs by %.1e (relative).%n",
        passed ? "passed" : "FAILED",
        error);
    out.flush();
    return passed ? 0 : Main.FAILED;
  }

  private void heading(Network network, PrintWriter out) {
    String outputs =
        network.graph().outputs().stream()
            .map(ValueInfo::name)
            .map(name -> "'" + name + "' " + network.shape(name))
            .collect(Collectors.joining(", "));
    out.printf(
        "%s: input '%s' %s, outputs %s%n",
        Paths.name(model), network.input(), network.shape(network.input()), outputs);
    out.printf(
        Locale.ROOT,
        "opset %d, %d layers, %,d parameters, %,.1f million MACs an image%n",
        network.graph().opset(),
        network.layers().size(),
        network.parameters(),
        network.macs() / 1e6);
  }

  private static TextTable groups(Symmetry symmetry) {
    TextTable table = new TextTable(List.of("unit group", "units", "axes", "can be separate"));
    for (UnitGroup group : symmetry.groups()) {
      table.row(
          List.of(
              group.name(),
              Integer.toString(group.size()),
              Integer.toString(group.members().size()),
              group.whyRigid().map(why -> "no: " + why).orElse("yes")));
    }
    return table;
  }

  private static TextTable layers(Network network, Symmetry symmetry) {
    TextTable table =
        new TextTable(List.of("layer", "kind", "reads", "writes", "MACs", "parameters"));
    for (Layer layer : network.layers()) {
      table.row(
          List.of(
              layer.name(),
              layer.kind().name().toLowerCase(Locale.ROOT),
              units(network, symmetry, layer.input(), layer) + " " + layer.inputs(),
              units(network, symmetry, layer.output(), layer) + " " + layer.outputs(),
              String.format(Locale.ROOT, "%,d", layer.macs(network)),
              String.format(Locale.ROOT, "%,d", layer.parameters(network))));
    }
    return table;
  }

  /** The groups on a layer's side, by name; "fixed" where nothing moves. */
  private static String units(Network network, Symmetry symmetry, String value, Layer layer) {
    int axis = layer.unitAxis(network.shape(value).rank());
    int[] groups = symmetry.axis(value, axis).map(AxisUnits::group).orElse(new int[0]);
    String names =
        IntStream.of(groups)
            .distinct()
            .filter(g -> g >= 0)
            .mapToObj(g -> symmetry.groups().get(g).name())
            .collect(Collectors.joining("+"));
    return names.isEmpty() ? "fixed" : names;
  }

  private static void fixed(Symmetry symmetry, PrintWriter out) {
    for (Symmetry.Fixed fixed : symmetry.fixed()) {
      out.printf(
          Locale.ROOT,
          "Cannot move: %d units of '%s': %s%n",
          fixed.units(),
          fixed.layer(),
          fixed.reason());
    }
    if (!symmetry.unknownOperators().isEmpty()) {
      out.println("No rule for: " + String.join(", ", symmetry.unknownOperators()));
    }
  }
}
