package io.github.pleas.cli;

import io.github.pleas.AtomicFile;
import io.github.pleas.checkpoint.CheckpointWriter;
import io.github.pleas.checkpoint.Checkpoints;
import io.github.pleas.checkpoint.Precision;
import io.github.pleas.checkpoint.StateDict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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
      "Tensors are passed on one at a time, so that a file may be larger than memory."
    },
    footer = {
      "",
      "Examples:",
      "  pleas convert model.pth model.safetensors",
      "  pleas convert model.safetensors.index.json whole.safetensors --precision bfloat16",
      "  pleas convert training.pth average.pth --entry model_ema"
    })
final class ConvertCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "IN",
      description = "A checkpoint, or the .safetensors.index.json of one in several files.")
  private Path in;

  @Parameters(
      index = "1",
      paramLabel = "OUT",
      description = "The checkpoint to write; its ending says in which format.")
  private Path out;

  @Option(
      names = "--precision",
      paramLabel = "keep|float32|float16|bfloat16",
      defaultValue = "keep",
      description =
          "Of floating-point tensors; values are rounded to the nearest, and those that do not fit"
              + " are refused. Default: keep.")
  private Precision precision;

  @Option(names = "--entry", paramLabel = "KEY", description = CheckpointListing.ENTRY)
  private @Nullable String entry;

  @Override
  public Integer call() {
    CheckpointWriter format = CheckpointWriter.of(out);
    Paths.requireNew(out, Checkpoints.files(in).toArray(Path[]::new));
    AtomicFile.requireWritable(out);
    try (StateDict dict = precision.of(Checkpoints.open(in, Optional.ofNullable(entry)))) {
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
      format.write(dict, out);
      spec.commandLine().getOut().println(out + ": " + CheckpointListing.summary(dict));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close " + in, e);
    }
    return 0;
  }
}
