package io.github.pleas.cli;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** A command that does nothing: arguments are tried with it, all errors are noted. */
final class TrialCommand {
  /** The option by which a command tries everything and does nothing. */
  static final String DRY_RUN = "--dry-run";

  /** The commands that tell all errors in their arguments where it is given. */
  static final List<String> NAMES = List.of("merge", "sweep");

  private final CommandLine root = Main.commandLine();
  private final CommandLine command;

  /** A trial of one of our commands. */
  TrialCommand(String name) {
    this.command = requireNonNull(root.getSubcommands().get(name), name);
    command.getCommandSpec().preprocessor((words, spec, argument, info) -> false);
    root.getCommandSpec().parser().collectErrors(true);
    command.getCommandSpec().parser().collectErrors(true);
  }

  /**
   * All that is wrong with a whole command.
   *
   * @param words with the command's name among them
   */
  List<String> problems(List<String> words) {
    int name = words.indexOf(command.getCommandName());
    return parse(words.subList(name + 1, words.size())).errors().stream()
        .map(error -> String.valueOf(error.getMessage()))
        .distinct()
        .toList();
  }

  CommandSpec spec() {
    return command.getCommandSpec();
  }

  /** What some arguments say, and in its errors what is wrong with them or missing. */
  ParseResult parse(List<String> words) {
    List<String> all = new ArrayList<>(List.of(command.getCommandName()));
    all.addAll(words);
    return root.parseArgs(all.toArray(String[]::new)).subcommand();
  }
}
