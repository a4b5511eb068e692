package io.github.pleas.bench;

import static java.util.Objects.requireNonNull;

import io.github.pleas.layout.LayerLayout;
import io.github.pleas.layout.Layout;
import io.github.pleas.layout.LayoutPlan;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.runtime.OrtRuntime;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Times the layouts of merged networks against the two originals one after the other. */
@Command(
    name = "layouts",
    description = {
      "Times networks merged with themselves (the weights do not matter) in ONNX Runtime, in each layout: milliseconds"
          + " for an image, of both originals one after the other, and of the others relative to these. 'auto N' puts a"
          + " layer in blocks where that saves N multiply-accumulates for each element copied. Without networks: chains"
          + " of convolutions of several widths."
    },
    mixinStandardHelpOptions = true)
final class LayoutsCommand implements Callable<Integer> {
  private static final int SMALLEST = 16;
  private static final int WIDEST = 256;

  @Spec private CommandSpec spec;

  @Parameters(arity = "0..*", paramLabel = "A.onnx", description = "Networks.")
  private List<Path> files = List.of();

  @Option(
      names = "--separate",
      split = ",",
      defaultValue = "0.1,0.3,0.5,1",
      paramLabel = "R",
      description = "Separate fractions. Default: ${DEFAULT-VALUE}.")
  private List<Double> fractions = List.of();

  @Option(
      names = "--macs-per-element",
      split = ",",
      defaultValue = "0,16,32,64,128",
      paramLabel = "N",
      description = "Numbers to try in the rule. Default: ${DEFAULT-VALUE}.")
  private List<Double> numbers = List.of();

  @Option(
      names = "--threads",
      defaultValue = "2",
      paramLabel = "N",
      description = "Default: ${DEFAULT-VALUE}.")
  private int threads;

  @Option(
      names = "--batch",
      defaultValue = "1",
      paramLabel = "N",
      description = "Images in a run. Default: ${DEFAULT-VALUE}.")
  private int batch;

  @Option(
      names = "--seconds",
      defaultValue = "4",
      paramLabel = "S",
      description = "Seconds for each network and fraction. Default: ${DEFAULT-VALUE}.")
  private double seconds;

  @Option(
      names = "--processor",
      description =
          "Compare processor time rather than time, where other programs run too; with --threads 1.")
  private boolean processor;

  @Override
  public Integer call() {
    if (processor && threads != 1) {
      throw new ParameterException(
          spec.commandLine(), "--processor: expected --threads 1, found " + threads);
    }
    OrtRuntime runtime = new OrtRuntime(threads);
    PrintWriter out = spec.commandLine().getOut();
    Map<String, Double> sums = new LinkedHashMap<>();
    int rows = 0;
    for (Network network : networks(runtime)) {
      for (double fraction : fractions) {
        Map<String, RunTimes.Time> times = measure(runtime, network, fraction);
        if (rows++ == 0) {
          header(out, times.keySet().stream().skip(1).toList());
        }
        double two = 2 * time(times, "original");
        out.printf(Locale.ROOT, "%-28s %5.2f %9.3f", name(network), fraction, 1e3 * two);
        for (String name : times.keySet().stream().skip(1).toList()) {
          double relative = time(times, name) / two;
          out.printf(Locale.ROOT, " %8.3f", relative);
          sums.merge(name, Math.log(relative), Double::sum);
        }
        out.println();
        out.flush();
      }
    }
    out.printf(Locale.ROOT, "%-28s %5s %9s", "geometric mean", "", "");
    for (double sum : sums.values()) {
      out.printf(Locale.ROOT, " %8.3f", Math.exp(sum / rows));
    }
    out.println();
    out.flush();
    return 0;
  }

  private static void header(PrintWriter out, List<String> names) {
    out.printf(Locale.ROOT, "%-28s %5s %9s", "network", "r", "two, ms");
    names.forEach(name -> out.printf(Locale.ROOT, " %8s", name));
    out.println();
  }

  private double time(Map<String, RunTimes.Time> times, String name) {
    RunTimes.Time time = requireNonNull(times.get(name));
    return processor ? time.processor() : time.seconds();
  }

  private static String name(Network network) {
    return Path.of(network.source()).getFileName().toString().replaceFirst("\\.onnx$", "");
  }

  private List<Network> networks(OrtRuntime runtime) {
    List<Network> networks = new ArrayList<>();
    for (Path file : files) {
      networks.add(new NetworkReader(runtime, Optional.empty()).read(file));
    }
    if (files.isEmpty()) {
      for (int width = SMALLEST; width <= WIDEST; width *= 2) {
        for (int kernel : new int[] {1, 3}) {
          networks.add(new Chain(width, kernel, Math.max(7, 896 / width)).network(runtime));
        }
      }
    }
    return networks;
  }

  private Map<String, RunTimes.Time> measure(OrtRuntime runtime, Network network, double fraction) {
    RandomMerge merge = RandomMerge.of(network, fraction);
    Map<String, List<LayerLayout>> plans = new LinkedHashMap<>();
    plans.put("dense", LayoutPlan.of(merge.architecture(), Layout.DENSE));
    plans.put("blocks", LayoutPlan.of(merge.architecture(), Layout.BLOCKS));
    for (double number : numbers) {
      plans.put("auto %.0f".formatted(number), LayoutPlan.auto(merge.architecture(), number));
    }
    try (RunTimes times = new RunTimes(runtime, batch)) {
      times.add("original", network.graph(), network::shape);
      plans.forEach(
          (name, plan) -> times.add(name, merge.written(plan), merge.architecture()::shape));
      return times.measure(seconds);
    }
  }
}
