package io.github.pleas.cli;

import io.github.pleas.AtomicFile;
import io.github.pleas.InvalidInputException;
import io.github.pleas.checkpoint.Precision;
import io.github.pleas.data.DataLocation;
import io.github.pleas.layout.Heads;
import io.github.pleas.merge.MergeOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Merges the two networks that come with the program. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Merges two bundled networks on bundled images: two ResNet-20, trained from different random"
          + " weights on different halves of Fashion-MNIST's classes.",
      "Writes the merged network, its numbers, and the report, a page."
    },
    footer = {"", "Example:", "  pleas demo -o demo-output"})
final class DemoCommand implements Callable<Integer> {
  private static final List<String> FILES =
      List.of(
          "resnet20w16-0to4.onnx",
          "resnet20w16-5to9.onnx",
          "fashion-0to4.zip",
          "fashion-5to9.zip",
          "LICENSE-Fashion-MNIST.txt");

  @Spec private CommandSpec spec;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description = "The folder to write into. Default: demo-output.")
  private Path folder = Path.of("demo-output");

  @Mixin private RunOptions run;

  @Override
  public Integer call() {
    Path inputs = folder.resolve("inputs");
    Path out = folder.resolve("merged.onnx");
    Path page = folder.resolve("index.html");
    unpack(inputs);
    MergeRequest request =
        new MergeRequest(
            inputs.resolve(FILES.get(0)),
            inputs.resolve(FILES.get(1)),
            FILES.subList(2, 4).stream().map(inputs::resolve).map(DataLocation::of).toList(),
            MergeOptions.defaults(Heads.separate("0to4", "5to9")).withThreads(run.threads()),
            500,
            new ImageOptions(),
            true,
            Optional.empty(),
            Precision.KEEP,
            out,
            folder.resolve("merged.json"));
    List<String> words =
        List.of(
            "pleas",
            "merge",
            request.a().toString(),
            request.b().toString(),
            "--data",
            request.data().get(0).toString(),
            "--data",
            request.data().get(1).toString(),
            "--labels",
            "separate",
            "--name-a",
            "0to4",
            "--name-b",
            "5to9",
            "--report",
            page.toString(),
            "-o",
            out.toString());
    PrintWriter to = spec.commandLine().getOut();
    to.println(ShellWords.of(words));
    to.flush();
    try (Progress progress = run.progress(spec.commandLine().getErr())) {
      MergeReport report = new MergeRun(request.withPage(Optional.of(page), words), progress).run();
      to.print(new MergeTable(report).text());
      to.flush();
    }
    return 0;
  }

  private void unpack(Path inputs) {
    try {
      Files.createDirectories(inputs);
    } catch (IOException e) {
      throw new InvalidInputException(
          "the folder %s cannot be made%s; choose another one by -o"
              .formatted(inputs, Files.isRegularFile(folder) ? ", " + folder + " is a file" : ""),
          e);
    }
    for (String file : FILES) {
      AtomicFile.replace(
          inputs.resolve(file),
          out -> {
            try (InputStream in = DemoCommand.class.getResourceAsStream("demo/" + file)) {
              Objects.requireNonNull(in, file + " is part of the program").transferTo(out);
            }
          });
    }
  }
}
