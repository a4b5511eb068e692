package io.github.pleas.cli;

import io.github.pleas.Words;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * A YAML file with every argument of a command: what has a default stands there with it, all else
 * is commented out. It is made from the command itself, as its help is.
 */
final class ConfigTemplate {
  private static final int WIDTH = 96;

  private final CommandSpec command;

  ConfigTemplate(CommandSpec command) {
    this.command = command;
  }

  String text() {
    StringBuilder text = new StringBuilder();
    comment(
        text,
        "Arguments of 'pleas %s', for --config. What stands behind # has no default or is required; remove the # to set it. The command line goes before, and relative paths are relative to this file."
            .formatted(command.name()));
    // What is required comes first.
    ConfigFile.keys(command).entrySet().stream()
        .sorted(Comparator.comparing(entry -> !entry.getValue().required()))
        .forEach(entry -> entry(text, entry.getKey(), entry.getValue()));
    return text.toString();
  }

  private static void entry(StringBuilder text, String key, ArgSpec argument) {
    text.append('\n');
    String required = argument.required() ? "Required. " : "";
    comment(text, required + String.join(" ", argument.description()));
    Optional<String> standard = standard(argument);
    if (standard.isPresent()) {
      text.append(key).append(": ").append(standard.get()).append('\n');
    } else if (argument.isMultiValue() && argument.splitRegex().isEmpty()) {
      text.append("# ").append(key).append(":\n#   - ").append(label(argument)).append('\n');
    } else {
      text.append("# ").append(key).append(": ").append(label(argument)).append('\n');
    }
  }

  private static String label(ArgSpec argument) {
    return argument instanceof PositionalParamSpec
        ? argument.paramLabel() + ".onnx"
        : argument.paramLabel();
  }

  /** What a value is unless asked otherwise, where that does not depend on anything. */
  private static Optional<String> standard(ArgSpec argument) {
    Object value = argument.initialValue();
    if (value instanceof float[] numbers) {
      List<String> texts = new ArrayList<>();
      for (float number : numbers) {
        texts.add(Float.toString(number));
      }
      return Optional.of(texts.size() == 1 ? texts.get(0) : texts.toString());
    }
    if (value instanceof List<?> || value == null) {
      return Optional.empty();
    }
    return Optional.of(value instanceof Enum<?> word ? Words.of(word) : value.toString());
  }

  private static void comment(StringBuilder text, String sentence) {
    StringBuilder line = new StringBuilder("#");
    for (String word : sentence.split("\\s+")) {
      if (line.length() + 1 + word.length() > WIDTH) {
        text.append(line).append('\n');
        line.setLength(1);
      }
      line.append(' ').append(word);
    }
    text.append(line).append('\n');
  }
}
