package io.github.pleas.bench.families;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.onnx.Graph;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.symmetry.Defect;
import io.github.pleas.symmetry.HiddenUnits;
import io.github.pleas.symmetry.OperatorRules;
import io.github.pleas.symmetry.Proof;
import io.github.pleas.symmetry.SelfCheck;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.SymmetryAnalysis;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Tries one graph and writes the facts; {@link FamiliesCommand} starts a process of it for each.
 */
@Command(name = "family", hidden = true, description = "Tries one graph.")
public final class FamilyCommand implements Callable<Integer> {
  private static final long SEED = 1;
  private static final long OTHER_SEED = 2;
  private static final double SOME_SEPARATE = 0.3;

  @Parameters(paramLabel = "FILE")
  private Path file;

  @Option(names = "--merge")
  private boolean merge;

  @Option(names = "--images", defaultValue = "8")
  private int images;

  @Option(names = "--threads", defaultValue = "1")
  private int threads;

  @Option(names = "--tensor-memory", defaultValue = "1073741824")
  private long tensorMemory;

  private final PrintStream out = System.out;

  @Override
  public Integer call() {
    OrtRuntime runtime = new OrtRuntime(threads);
    Graph graph = new GraphFile(file).read(SEED);
    tell(Fact.NODES, graph.nodes().size());
    long start = System.nanoTime();
    Network network = read(runtime, graph);
    tellSeconds(Fact.READ_SECONDS, start);
    tell(Fact.LAYERS, network.layers().size());
    network.fixedBatch().ifPresent(batch -> tell(Fact.FIXED_BATCH, batch));
    // Of this thread, which does all of the analysis: other work on the machine does not count.
    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    start = clock.getCurrentThreadCpuTime();
    SymmetryAnalysis analysis = new SymmetryAnalysis(OperatorRules.standard());
    Symmetry symmetry = analysis.analyse(network);
    tell(Fact.ANALYSIS_SECONDS, (clock.getCurrentThreadCpuTime() - start) / 1e9);
    tell(network, symmetry);
    start = System.nanoTime();
    Proof proof = new SelfCheck(runtime).check(network, symmetry, analysis, SEED).proof();
    tellSeconds(Fact.CHECK_SECONDS, start);
    boolean passed = tell(proof);
    // Features that are no numbers fit nothing.
    if (passed && merge && proof.silent().isEmpty()) {
      Network other = read(runtime, new GraphFile(file).read(OTHER_SEED));
      passed = merge(runtime, network, other);
    }
    PeakMemory.ofThisProcess().ifPresent(bytes -> tell(Fact.PEAK_MB, bytes >> 20));
    return passed ? 0 : 1;
  }

  private Network read(OrtRuntime runtime, Graph graph) {
    return new NetworkReader(runtime, Optional.empty()).of(graph, file.getFileName().toString());
  }

  /**
   * Whether it merges, or is refused with a reason; the second try follows the first anyway. The
   * first one's seconds are those of running and matching both networks, too.
   */
  private boolean merge(OrtRuntime runtime, Network a, Network b) {
    long start = System.nanoTime();
    try (SmokeMerge smoke = new SmokeMerge(runtime, tensorMemory, a, b, images, SOME_SEPARATE)) {
      boolean merged = merge(smoke, 0, start, Fact.MERGED, Fact.MERGED_SECONDS);
      return merge(
              smoke,
              SOME_SEPARATE,
              System.nanoTime(),
              Fact.PARTLY_MERGED,
              Fact.PARTLY_MERGED_SECONDS)
          && merged;
    } catch (InvalidInputException refusal) {
      Facts.write(out, Fact.MERGED, "refused: " + refusal.getMessage());
      Facts.write(out, Fact.PARTLY_MERGED, "refused: " + refusal.getMessage());
      return true;
    } catch (RuntimeException failure) {
      failure.printStackTrace();
      Facts.write(out, Fact.MERGED, "failed: " + failure);
      Facts.write(out, Fact.FAILURE, "before merging: " + failure);
      return false;
    }
  }

  private boolean merge(SmokeMerge smoke, double fraction, long start, Fact outcome, Fact seconds) {
    try {
      Facts.write(out, outcome, smoke.merge(fraction));
      return true;
    } catch (RuntimeException failure) {
      failure.printStackTrace();
      Facts.write(out, outcome, "failed: " + failure);
      Facts.write(out, Fact.FAILURE, "merge, separate fraction " + fraction + ": " + failure);
      return false;
    } finally {
      tellSeconds(seconds, start);
    }
  }

  /** Whether it is no failure. */
  private boolean tell(Proof proof) {
    Facts.write(out, Fact.ERROR, String.format(Locale.ROOT, "%.1e", proof.error()));
    switch (proof.verdict()) {
      case PASSED -> Facts.write(out, Fact.CHECK, "passed");
      case UNPROVEN -> Facts.write(out, Fact.CHECK, proof.toString());
      case DEFECT -> {
        String defects =
            proof.defects().stream().map(Defect::toString).collect(Collectors.joining("; "));
        Facts.write(out, Fact.CHECK, "failed: " + proof + ": " + defects);
        Facts.write(
            out, Fact.FAILURE, "self-check: relative error of %.1e".formatted(proof.error()));
      }
    }
    return proof.verdict() != Proof.Verdict.DEFECT;
  }

  private void tell(Network network, Symmetry symmetry) {
    HiddenUnits hidden = HiddenUnits.of(network, symmetry);
    tell(Fact.GROUPS, symmetry.groups().size());
    tell(Fact.HIDDEN, hidden.total());
    tell(Fact.MOVABLE, hidden.moving());
    Facts.write(out, Fact.UNKNOWN, String.join("; ", symmetry.unknownOperators()));
    symmetry
        .failedRules()
        .forEach(failed -> Facts.write(out, Fact.FAILURE, "the rule failed for " + failed));
    Facts.write(
        out,
        Fact.FIXED,
        hidden.fixed().stream()
            .map(f -> "%d of %s: %s".formatted(f.units(), f.layer(), f.reason()))
            .collect(Collectors.joining("; ")));
  }

  private void tell(Fact fact, long value) {
    Facts.write(out, fact, Long.toString(value));
  }

  private void tellSeconds(Fact fact, long start) {
    tell(fact, (System.nanoTime() - start) / 1e9);
  }

  private void tell(Fact fact, double seconds) {
    Facts.write(out, fact, String.format(Locale.ROOT, "%.2f", seconds));
  }
}
