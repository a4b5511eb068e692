package io.github.pleas.bench.families;

import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tries many exported graphs, and says of each what came of it. */
@Command(
    name = "families",
    mixinStandardHelpOptions = true,
    description = {
      "Reads, analyses and checks every .onnx file in some folders, each in a process of its own, and prints a row for"
          + " each: nodes, layers, hidden units and the share of them that can move, unit groups, the self-check's error,"
          + " seconds, memory. Weights that the files lack are drawn at random. With --merge two draws are merged on"
          + " random images, with no units separate and with 0.3 of them, and the written file is run. The analysis'"
          + " seconds are processor time of its thread, all others are by the clock.",
      "The self-check is unproven where a network amplifies rounding, or its outputs are no finite numbers. The exit"
          + " status is 1 if a graph failed; an unproven one, or a merge that is refused with a reason, is no failure."
    })
public final class FamiliesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "FOLDER", description = "Folders with .onnx files.")
  private List<Path> folders;

  @Option(
      names = "--exporter-pattern",
      defaultValue = "*",
      paramLabel = "GLOB",
      description = "Only files whose own folder's name, which says who exported them, is such.")
  private String exporterPattern;

  @Option(
      names = "--name-pattern",
      defaultValue = "*",
      paramLabel = "GLOB",
      description = "Only files with such names (without .onnx).")
  private String namePattern;

  @Option(names = "--merge", description = "Merge, too.")
  private boolean merge;

  @Option(
      names = "--images",
      defaultValue = "8",
      paramLabel = "N",
      description = "Random images of each domain for merging. Default: 8.")
  private int images;

  @Option(
      names = "--memory-limit",
      defaultValue = "8",
      paramLabel = "GB",
      description = "Memory for each graph; one that takes more is ended. Default: 8.")
  private double gigabytes;

  @Option(
      names = "--time-limit",
      defaultValue = "600",
      paramLabel = "S",
      description = "Seconds for each graph. Default: 600.")
  private long seconds;

  @Option(
      names = "--parallel",
      defaultValue = "1",
      paramLabel = "N",
      description =
          "Graphs at a time, which must find room for their memory together. Rows come in the order of the files."
              + " Default: 1.")
  private int parallel;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads for each graph. Default: its share of the processors.")
  private Optional<Integer> threads = Optional.empty();

  @Option(names = "--csv", paramLabel = "FILE", description = "Write the rows to a file, too.")
  private Optional<Path> csv = Optional.empty();

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (parallel < 1) {
      throw new InvalidInputException("--parallel: expected at least 1, found " + parallel);
    }
    List<Path> graphs = graphs();
    int width = graphs.stream().mapToInt(path -> name(path).length()).max().orElse(0);
    FamilyTable table = new FamilyTable(spec.commandLine().getOut(), width, merge);
    GraphProcess process = process();
    table.heading();
    ExecutorService processes = Executors.newFixedThreadPool(parallel);
    try (Writer writer =
        csv.isPresent() ? Files.newBufferedWriter(csv.get()) : Writer.nullWriter()) {
      FamilyCsv rows = new FamilyCsv(writer);
      List<Future<Facts>> running = new ArrayList<>();
      graphs.forEach(graph -> running.add(processes.submit(() -> process.run(graph))));
      for (int k = 0; k < graphs.size(); k++) {
        Path graph = graphs.get(k);
        Facts facts =
            running.get(k).get().with(Fact.NAME, name(graph)).with(Fact.EXPORTER, exporter(graph));
        table.add(facts);
        rows.add(facts);
      }
    } catch (ExecutionException e) {
      throw new IOException("a graph's process cannot be run: " + e.getMessage(), e);
    } finally {
      processes.shutdownNow();
    }
    return table.summary() ? 0 : 1;
  }

  private GraphProcess process() {
    long bytes = (long) (gigabytes * (1L << 30));
    List<String> options = new ArrayList<>();
    int share = Math.max(1, Runtime.getRuntime().availableProcessors() / parallel);
    options.add("--threads=" + threads.orElse(share));
    options.add("--images=" + images);
    options.add("--tensor-memory=" + bytes / 4);
    if (merge) {
      options.add("--merge");
    }
    String main = spec.root().userObject().getClass().getName();
    return new GraphProcess(main, options, seconds, bytes);
  }

  private List<Path> graphs() throws IOException {
    List<Path> found = new ArrayList<>();
    PathMatcher exporters = FileSystems.getDefault().getPathMatcher("glob:" + exporterPattern);
    PathMatcher names = FileSystems.getDefault().getPathMatcher("glob:" + namePattern);
    for (Path folder : folders) {
      if (!Files.isDirectory(folder)) {
        throw new InvalidInputException(folder + " is no folder");
      }
      try (Stream<Path> files = Files.walk(folder.toAbsolutePath().normalize())) {
        files
            .filter(path -> path.toString().endsWith(".onnx"))
            .filter(path -> exporters.matches(Path.of(exporter(path))))
            .filter(path -> names.matches(Path.of(name(path))))
            .sorted()
            .forEach(found::add);
      }
    }
    if (found.isEmpty()) {
      throw new InvalidInputException("no .onnx files of such names in " + folders);
    }
    return found;
  }

  private static String name(Path graph) {
    String file = graph.getFileName().toString();
    return file.substring(0, file.length() - ".onnx".length());
  }

  private static String exporter(Path graph) {
    Path folder = graph.getParent();
    return folder == null || folder.getFileName() == null ? "" : folder.getFileName().toString();
  }
}
