package io.github.pleas.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints a file for {@code --config}. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description = {
      "Prints a YAML file with every argument of a command, what each is for, and its default, to be"
          + " changed and given back by --config."
    },
    footer = {
      "",
      "Example:",
      "  pleas config merge > merge.yaml",
      "  pleas merge --config merge.yaml"
    })
final class ConfigCommand implements Callable<Integer> {
  static final List<String> COMMANDS = List.of("merge", "sweep");

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "merge|sweep", description = "The command whose arguments are printed.")
  private String command;

  @Override
  public Integer call() {
    if (!COMMANDS.contains(command)) {
      throw new ParameterException(
          spec.commandLine(),
          "expected " + String.join(" or ", COMMANDS) + ", found '" + command + "'");
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(new ConfigTemplate(new TrialCommand(command).spec()).text());
    out.flush();
    return 0;
  }
}
