package io.github.pleas.bench;

import io.github.pleas.PleasException;
import io.github.pleas.bench.budget.BudgetCommand;
import io.github.pleas.bench.families.FamiliesCommand;
import io.github.pleas.bench.families.FamilyCommand;
import io.github.pleas.bench.families.FillCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The benchmarks' command line. */
@Command(
    name = "pleas-bench",
    description = "Measures pleas against the limits of this machine.",
    mixinStandardHelpOptions = true,
    subcommands = {
      FloorCommand.class,
      JmhCommand.class,
      FamiliesCommand.class,
      FamilyCommand.class,
      LayoutsCommand.class,
      BudgetCommand.class,
      CheckpointCommand.class,
      FillCommand.class,
      NetworkCommand.class,
      ResetStatisticsCommand.class,
      RetrievalCommand.class
    })
public final class Main {
  private Main() {}

  /** Runs a command; exits with 0, 1 (failed) or 2 (bad arguments). */
  public static void main(String[] arguments) {
    NativeMemory.unlimited();
    System.exit(commandLine().execute(arguments));
  }

  /** The command line: a failure of ours is a message, of others a stack trace. */
  public static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Main());
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          if (failure instanceof PleasException) {
            command.getErr().println(failure.getMessage());
            return 1;
          }
          throw failure;
        });
    return line;
  }
}
