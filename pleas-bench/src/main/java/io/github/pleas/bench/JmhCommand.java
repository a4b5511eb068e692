package io.github.pleas.bench;

import java.util.concurrent.Callable;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Runs the benchmarks of kernels. */
@Command(
    name = "jmh",
    description = "Runs the benchmarks of kernels, beside the peak of matrix products.",
    mixinStandardHelpOptions = true)
final class JmhCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      defaultValue = ".*",
      paramLabel = "REGEX",
      description = "Which benchmarks. Default: all.")
  private String pattern;

  @Override
  public Integer call() throws RunnerException {
    new Runner(new OptionsBuilder().include(pattern).build()).run();
    return 0;
  }
}
