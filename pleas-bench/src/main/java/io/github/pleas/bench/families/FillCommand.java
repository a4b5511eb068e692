package io.github.pleas.bench.families;

import io.github.pleas.onnx.OnnxWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes an exported graph with random weights, to merge and time. */
@Command(
    name = "fill",
    description =
        "Writes a graph that was exported without its weights, with random ones; a whole model as"
            + " it is.",
    mixinStandardHelpOptions = true)
public final class FillCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "GRAPH", description = "An ONNX file without weights.")
  private Path graph;

  @Parameters(index = "1", paramLabel = "OUT", description = "An ONNX file.")
  private Path out;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "0",
      description = "Which weights. Default: 0.")
  private long seed;

  @Override
  public Integer call() {
    OnnxWriter.write(new GraphFile(graph).read(seed), out, files -> {});
    spec.commandLine().getOut().println(out);
    return 0;
  }
}
