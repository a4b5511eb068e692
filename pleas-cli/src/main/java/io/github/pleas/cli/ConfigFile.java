package io.github.pleas.cli;

import io.github.pleas.data.DataLocation;
import io.github.pleas.network.Names;
import io.github.pleas.yaml.Problems;
import io.github.pleas.yaml.YamlFile;
import io.github.pleas.yaml.YamlNode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The arguments of a command in a YAML file: a key for each option, without its dashes, and for
 * each positional argument, by its label in lower case. Which there are is the command's own list,
 * so that no option can be forgotten here. Relative paths are relative to the file.
 */
final class ConfigFile {
  private final Path file;
  private final TrialCommand command;
  private final Problems problems;
  private final Map<ArgSpec, List<String>> values = new LinkedHashMap<>();

  private ConfigFile(Path file, TrialCommand command) {
    this.file = file;
    this.command = command;
    this.problems = new Problems(file);
  }

  /**
   * Reads a file.
   *
   * @param command whose arguments it has
   * @return the values of each argument that it has, as they would be typed
   * @throws io.github.pleas.InvalidInputException all that is wrong with it: unknown keys, with the
   *     nearest known ones, and values that are none, with their lines
   */
  static Map<ArgSpec, List<String>> read(Path file, TrialCommand command) {
    ConfigFile config = new ConfigFile(file, command);
    config.read(YamlFile.read(file));
    config.problems.throwIfAny();
    return config.values;
  }

  /** The arguments of a command that can stand in a file, by their keys. */
  static Map<String, ArgSpec> keys(CommandSpec command) {
    Map<String, ArgSpec> keys = new LinkedHashMap<>();
    for (PositionalParamSpec positional : command.positionalParameters()) {
      keys.put(positional.paramLabel().toLowerCase(Locale.ROOT), positional);
    }
    for (OptionSpec option : command.options()) {
      boolean aboutTheCommand = option.usageHelp() || option.versionHelp() || option.inherited();
      if (!aboutTheCommand && !option.longestName().equals(ConfigOption.NAME)) {
        keys.put(key(option), option);
      }
    }
    return keys;
  }

  private static String key(OptionSpec option) {
    return option.longestName().replaceFirst("^-+", "");
  }

  private void read(YamlNode root) {
    if (!(root instanceof YamlNode.Mapping mapping)) {
      problems.add(root.line(), "", "expected keys with values, found " + root.kind());
      return;
    }
    Map<String, ArgSpec> known = keys(command.spec());
    mapping
        .entries()
        .forEach(
            (key, node) -> {
              ArgSpec argument = known.get(key);
              int line = mapping.lines().getOrDefault(key, node.line());
              if (argument == null) {
                problems.add(
                    line,
                    "",
                    "there is no key '%s'; the nearest is %s"
                        .formatted(key, Names.nearest(key, known.keySet()).split(", ", 2)[0]));
              } else {
                values(key, argument, node).ifPresent(texts -> put(key, line, argument, texts));
              }
            });
  }

  /** The texts of a value; none where nothing stands behind the key, or where it is wrong. */
  private Optional<List<String>> values(String key, ArgSpec argument, YamlNode node) {
    List<YamlNode> items = node instanceof YamlNode.Sequence list ? list.items() : List.of(node);
    List<String> texts = new ArrayList<>();
    for (YamlNode item : items) {
      if (!(item instanceof YamlNode.Scalar scalar)) {
        problems.add(item.line(), key, "expected a value, found " + item.kind());
        return Optional.empty();
      }
      if (scalar.empty()) {
        continue;
      }
      try {
        texts.add(resolved(argument, scalar.text()));
      } catch (InvalidPathException e) {
        problems.add(item.line(), key, "this is no path: " + e.getReason());
        return Optional.empty();
      }
    }
    boolean joined = !argument.splitRegex().isEmpty();
    if (texts.size() > 1 && !argument.isMultiValue() && !joined) {
      problems.add(node.line(), key, "expected one value, found " + texts.size());
      return Optional.empty();
    }
    if (texts.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(joined ? List.of(String.join(",", texts)) : texts);
  }

  private String resolved(ArgSpec argument, String text) {
    if (isOf(argument, Path.class)) {
      return beside(Path.of(text)).toString();
    }
    if (isOf(argument, DataLocation.class)) {
      DataLocation location = DataLocation.parse(text);
      return new DataLocation(location.format(), beside(location.path())).toString();
    }
    return text;
  }

  private Path beside(Path path) {
    Path folder = file.toAbsolutePath().getParent();
    return path.isAbsolute() || folder == null ? path : folder.resolve(path).normalize();
  }

  private static boolean isOf(ArgSpec argument, Class<?> type) {
    return argument.type() == type
        || argument.auxiliaryTypes().length > 0 && argument.auxiliaryTypes()[0] == type;
  }

  /** Each value is tried by itself, so that what is wrong with it has its line. */
  private void put(String key, int line, ArgSpec argument, List<String> texts) {
    if (isFlag(argument)) {
      String text = texts.get(0);
      if (!text.equals("true") && !text.equals("false")) {
        problems.add(line, key, "expected true or false, found '" + text + "'");
      } else if (text.equals("true")) {
        values.put(argument, List.of());
      }
      return;
    }
    try {
      command.parse(words(argument, texts)).errors().stream()
          .filter(error -> !(error instanceof CommandLine.MissingParameterException))
          .findFirst()
          .ifPresent(error -> problems.add(line, key, String.valueOf(error.getMessage())));
    } catch (CommandLine.ParameterException e) {
      problems.add(line, key, String.valueOf(e.getMessage()));
    }
    values.put(argument, texts);
  }

  /** An argument as it is typed. */
  static List<String> words(ArgSpec argument, List<String> texts) {
    if (!(argument instanceof OptionSpec option)) {
      return texts;
    }
    return isFlag(argument)
        ? List.of(option.longestName())
        : texts.stream().map(text -> option.longestName() + "=" + text).toList();
  }

  private static boolean isFlag(ArgSpec argument) {
    return argument.isOption() && argument.arity().max() == 0;
  }
}
