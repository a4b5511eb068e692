package io.github.pleas.cli;

import io.github.pleas.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Stack;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** A file that has a command's arguments; those of the command line go before. */
final class ConfigOption {
  static final String NAME = "--config";

  /** Options that say the same in two ways: one on the command line stands for both. */
  private static final List<Set<String>> EITHER =
      List.of(Set.of("--budget", "--separate"), Set.of("--report", "--no-report"));

  @Option(
      names = NAME,
      paramLabel = "FILE.yaml",
      description =
          "A file with arguments: a key for each option, without its dashes, and a and b for the"
              + " networks. What the command line says goes before. Relative paths are relative to the"
              + " file. 'pleas config' prints one with every key. Default: none.")
  @SuppressWarnings("UnusedVariable") // read by the preprocessor, before there is this object
  private @Nullable Path file;

  /** Adds the file's arguments to those that were typed, before they are parsed. */
  static final class Preprocessor implements IParameterPreprocessor {
    @Override
    public boolean preprocess(
        Stack<String> words,
        CommandSpec command,
        @Nullable ArgSpec argument,
        Map<String, Object> info) {
      if (words.stream().noneMatch(word -> word.equals(NAME) || word.startsWith(NAME + "="))) {
        return false;
      }
      List<String> typed = new ArrayList<>(words);
      Collections.reverse(typed); // the first word lies on top
      List<String> all;
      try {
        all = expanded(command.name(), typed);
      } catch (InvalidInputException e) {
        throw new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
      }
      Collections.reverse(all);
      words.clear();
      words.addAll(all);
      return false;
    }
  }

  private static List<String> expanded(String name, List<String> typed) {
    TrialCommand command = new TrialCommand(name);
    ParseResult parsed = command.parse(typed);
    Path file = parsed.matchedOptionValue(NAME, null);
    if (file == null || parsed.isUsageHelpRequested() || parsed.isVersionHelpRequested()) {
      return typed; // what is wrong will be told of the words themselves
    }
    Set<ArgSpec> given = new HashSet<>(parsed.matchedOptions());
    given.addAll(parsed.matchedPositionals());
    Set<String> settled = new HashSet<>();
    for (Set<String> either : EITHER) {
      if (either.stream().anyMatch(parsed::hasMatchedOption)) {
        settled.addAll(either);
      }
    }
    List<String> options = new ArrayList<>();
    List<String> positionals = new ArrayList<>();
    ConfigFile.read(file, command)
        .forEach(
            (argument, texts) -> {
              boolean decided =
                  argument instanceof OptionSpec option && settled.contains(option.longestName());
              if (!given.contains(argument) && !decided) {
                (argument.isOption() ? options : positionals)
                    .addAll(ConfigFile.words(argument, texts));
              }
            });
    options.addAll(typed);
    options.addAll(positionals);
    return options;
  }
}
