package io.github.pleas.bench;

import io.github.pleas.bench.families.PeakMemory;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.layout.Heads;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.Stage;
import io.github.pleas.runtime.OrtRuntime;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Merges two networks and compares the time with the floor, measured in the same run. */
@Command(
    name = "floor",
    description = {
      "Merges two networks and prints the seconds of each stage, its share, and how many times the floor they are: the forward"
          + " passes of both originals and the merged network, and the multiply-adds of the moments, at the speed that"
          + " the libraries reach alone on this machine."
    },
    mixinStandardHelpOptions = true)
final class FloorCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "A.onnx", description = "One network.")
  private Path a;

  @Parameters(index = "1", paramLabel = "B.onnx", description = "The other.")
  private Path b;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "D",
      description = "Images: first of A's domain, then of B's; a single one serves both.")
  private List<Path> data;

  @Option(
      names = "--labels",
      defaultValue = "shared",
      paramLabel = "shared|separate",
      description = "Whether the networks tell the same classes apart. Default: shared.")
  private String labels;

  @Option(
      names = "--samples",
      defaultValue = "500",
      paramLabel = "N",
      description = "Images of each domain. Default: 500.")
  private int samples;

  @Option(
      names = "--budget",
      paramLabel = "B",
      description = "What the merged network costs at most, in originals. Default: all is merged.")
  private @Nullable Double budget;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads to use. Default: as many as there are processors.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--repeat",
      defaultValue = "1",
      paramLabel = "N",
      description = "Merges so often: the first is what a command takes, the later ones a service.")
  private int repeat;

  @Override
  public Integer call() {
    Heads heads =
        switch (labels) {
          case "separate" -> Heads.separate("a", "b");
          case "shared" -> Heads.shared();
          default ->
              throw new ParameterException(
                  spec.commandLine(),
                  "--labels: expected shared or separate, found '" + labels + "'");
        };
    BudgetOptions size =
        budget == null ? BudgetOptions.ofFraction(0) : BudgetOptions.ofBudget(budget);
    MergeOptions options = MergeOptions.defaults(heads).withThreads(threads).withSize(size);
    for (int run = 0; run < repeat; run++) {
      MergeMeasurement merge = MergeMeasurement.of(options, a, b, data, samples);
      Floor floor = Floor.measure(new OrtRuntime(threads), merge, Peak.measure(threads));
      print(merge, floor);
    }
    return 0;
  }

  private void print(MergeMeasurement merge, Floor floor) {
    PrintWriter out = spec.commandLine().getOut();
    merge
        .seconds()
        .forEach(
            (stage, time) ->
                out.printf(
                    Locale.ROOT,
                    "%-38s %8.3f s, %8.3f s of processor time, %3.0f %% of the merge%n",
                    stage,
                    time,
                    merge.processorOf().getOrDefault(stage, 0.0),
                    100 * time / merge.total()));
    line(out, "merge", merge.total());
    line(out, "merge: processor time of all threads", merge.processor());
    line(out, "floor: forward passes of A and B", floor.originals());
    line(out, "floor: forward pass of the merged one", floor.merged());
    line(out, "floor: moments, %.1f GMAC".formatted(floor.macs() / 1e9), floor.moments());
    line(out, "floor", floor.total());
    line(out, "floor: processor time of all threads", floor.processor());
    ratio(
        out, "activations", merge.of(Stage.ACTIVATIONS) / floor.originals(), "A's and B's passes");
    ratio(out, "fit", merge.of(Stage.FIT) / floor.fit(), "the merged one's pass and the moments");
    ratio(out, "merge", merge.total() / floor.total(), "the floor");
    // Where other programs run too, the waiting for them is in the seconds but not in these.
    ratio(out, "merge, of processor times", merge.processor() / floor.processor(), "the floor");
    PeakMemory.ofThisProcess()
        .ifPresent(
            bytes -> out.printf(Locale.ROOT, "%-38s %,8d MiB%n", "peak memory", bytes >> 20));
    out.flush();
  }

  private static void ratio(PrintWriter out, String what, double ratio, String floor) {
    out.printf(Locale.ROOT, "%-38s %8.2f times %s%n", what, ratio, floor);
  }

  private static void line(PrintWriter out, String what, double seconds) {
    out.printf(Locale.ROOT, "%-38s %8.3f s%n", what, seconds);
  }
}
