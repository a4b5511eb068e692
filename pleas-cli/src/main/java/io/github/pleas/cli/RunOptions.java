package io.github.pleas.cli;

import io.github.pleas.InvalidInputException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How commands run; the same options everywhere. */
final class RunOptions {
  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads to use. Default: as many as there are processors.")
  private @Nullable Integer threads;

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress, only the result.")
  private boolean quiet;

  int threads() {
    if (threads == null) {
      return Runtime.getRuntime().availableProcessors();
    }
    if (threads < 1) {
      throw new InvalidInputException("--threads: expected at least 1, found " + threads);
    }
    return threads;
  }

  boolean isQuiet() {
    return quiet;
  }

  /** Progress on standard error: bars on a terminal, lines elsewhere, nothing when quiet. */
  Progress progress(PrintWriter err) {
    if (quiet) {
      return Progress.quiet(err);
    }
    return System.console() != null ? Progress.bars(err) : Progress.lines(err);
  }
}
