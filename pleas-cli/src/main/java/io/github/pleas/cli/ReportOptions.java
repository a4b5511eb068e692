package io.github.pleas.cli;

import io.github.pleas.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Whether there is a report to look at, and where. */
final class ReportOptions {
  @Option(
      names = "--report",
      paramLabel = "FILE.html",
      description =
          "The report as a page: one file with its charts inside, which opens offline. Default: beside"
              + " the output, with the extension .html.")
  private @Nullable Path file;

  @Option(names = "--no-report", description = "Write no page.")
  private boolean none;

  /**
   * The page.
   *
   * @param standard where it is unless asked otherwise
   * @throws InvalidInputException if it is both asked for and not
   */
  Optional<Path> page(Path standard) {
    if (none && file != null) {
      throw new InvalidInputException("--report and --no-report: give one of them");
    }
    return none ? Optional.empty() : Optional.of(Optional.ofNullable(file).orElse(standard));
  }

  /** The words of the command that was given. */
  static List<String> words(CommandSpec spec) {
    List<String> words = new ArrayList<>(List.of("pleas"));
    words.addAll(spec.root().commandLine().getParseResult().originalArgs());
    return words;
  }
}
