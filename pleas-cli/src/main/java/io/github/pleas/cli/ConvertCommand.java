package io.github.pleas.cli;

import io.github.pleas.AtomicFile;
import io.github.pleas.InvalidInputException;
import io.github.pleas.architecture.BuiltNetwork;
import io.github.pleas.checkpoint.CheckpointWriter;
import io.github.pleas.checkpoint.Checkpoints;
import io.github.pleas.checkpoint.Precision;
import io.github.pleas.checkpoint.StateDict;
import io.github.pleas.checkpoint.WrittenCheckpoint;
import io.github.pleas.network.OutputPaths;
import io.github.pleas.network.StoredPrecision;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.ModelFiles;
import io.github.pleas.onnx.OnnxReader;
import io.github.pleas.onnx.OnnxWriter;
import io.github.pleas.runtime.OrtRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a checkpoint in another format or precision. */
@Command(
    name = "convert",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Writes a PyTorch checkpoint in another format or precision: .pth or .pt of torch.save, or"
          + " .safetensors, by the output's name. Nothing in a checkpoint is ever run.",
      "An ONNX file is written with its weights in another precision: in 16 bits, each behind a Cast"
          + " that makes it single precision again, so that inputs, outputs and operators stay.",
      "A checkpoint becomes an ONNX file with --arch.",
      "Tensors are passed on one at a time, so that a file may be larger than memory."
    },
    footer = {
      "",
      "Examples:",
      "  pleas convert model.pth model.safetensors",
      "  pleas convert model.safetensors.index.json whole.safetensors --precision bfloat16",
      "  pleas convert training.pth average.pth --entry model_ema",
      "  pleas convert model.pth model.onnx --arch resnet18",
      "  pleas convert model.onnx half.onnx --precision float16"
    })
final class ConvertCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "IN",
      description =
          "A checkpoint, or the .safetensors.index.json of one in several files; or an ONNX file.")
  private Path in;

  @Parameters(
      index = "1",
      paramLabel = "OUT",
      description = "The file to write; its ending says in which format.")
  private Path out;

  @Option(
      names = "--precision",
      paramLabel = "keep|float32|float16|bfloat16",
      defaultValue = "keep",
      description =
          "Of floating-point tensors; values are rounded to the nearest, and those that do not fit"
              + " are refused. Default: keep.")
  private Precision precision;

  @Mixin private NetworkOptions options;

  @Override
  public Integer call() {
    if (out.toString().toLowerCase(Locale.ROOT).endsWith(".onnx")) {
      convertNetwork();
    } else {
      convertCheckpoint();
    }
    return 0;
  }

  private void convertNetwork() {
    OutputPaths.requireNotOf(out, in);
    AtomicFile.requireWritable(out);
    options.check(in);
    Graph graph = graph();
    OrtRuntime runtime = options.runtime(1);
    ModelFiles written = OnnxWriter.write(graph, out, files -> runtime.open(files.model()).close());
    spec.commandLine().getOut().println(out + ": " + CheckpointListing.summary(constants(graph)));
    written.data().ifPresent(data -> spec.commandLine().getOut().println(Paths.beside(out, data)));
    Paths.olderData(written)
        .forEach(note -> spec.commandLine().getErr().println("Note: " + Printable.of(note)));
  }

  /** A checkpoint is built in single precision; what it was stored in is kept unless asked. */
  private Graph graph() {
    if (!Checkpoints.isCheckpoint(in)) {
      return StoredPrecision.of(OnnxReader.read(in), precision);
    }
    BuiltNetwork built = built();
    return StoredPrecision.of(
        built.graph(), precision == Precision.KEEP ? built.stored() : precision);
  }

  private BuiltNetwork built() {
    if (!options.hasArchitecture()) {
      throw new InvalidInputException(
          in
              + " is a checkpoint, which has no graph; say its architecture by --arch, or name an"
              + " output .pth or .safetensors");
    }
    try (StateDict dict = Checkpoints.open(in, options.entry())) {
      return options.built(dict, in);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close " + in, e);
    }
  }

  private static List<StateDict.Entry> constants(Graph graph) {
    return graph.initializers().entrySet().stream()
        .map(
            e ->
                new StateDict.Entry(
                    e.getKey(),
                    e.getValue().type(),
                    Arrays.stream(e.getValue().shape()).asLongStream().toArray()))
        .toList();
  }

  private void convertCheckpoint() {
    CheckpointWriter format = CheckpointWriter.of(out);
    if (options.hasArchitecture()) {
      throw new InvalidInputException(
          "--arch is for an output .onnx; from checkpoint to checkpoint nothing is computed");
    }
    OutputPaths.requireNotOf(out, in);
    AtomicFile.requireWritable(out);
    try (StateDict dict = precision.of(Checkpoints.open(in, options.entry()))) {
      if (format == CheckpointWriter.SAFETENSORS) {
        for (List<String> same : dict.aliases()) {
          spec.commandLine()
              .getErr()
              .println(
                  "Note: "
                      + String.join(" and ", same)
                      + " are one tensor, which .safetensors can only hold as several");
        }
      }
      format.write(dict, out, file -> WrittenCheckpoint.requireSameEntries(dict, file, out));
      spec.commandLine().getOut().println(out + ": " + CheckpointListing.summary(dict.entries()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close " + in, e);
    }
  }
}
