package io.github.pleas.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints what a shell needs to complete commands and options. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = {
      "Prints a script by which bash and zsh complete this program's commands, options and words."
    },
    footer = {
      "",
      "Examples:",
      "  For this shell:",
      "    source <(pleas completion)",
      "  For all to come (bash):",
      "    pleas completion > ~/.local/share/bash-completion/completions/pleas"
    })
final class CompletionCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    out.print(AutoComplete.bash("pleas", spec.root().commandLine()));
    out.flush();
    return 0;
  }
}
