package io.github.pleas.cli;

import io.github.pleas.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Manual pages and the shells' completion, as packages have them, made from the commands
 * themselves. For the build of packages; no command of its own.
 */
public final class ManPages {
  private ManPages() {}

  /**
   * Writes {@code man1/pleas*.1}, and {@code pleas.bash} for bash and zsh.
   *
   * @param args the folder to write into
   */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    Path pages = Files.createDirectories(folder.resolve("man1"));
    for (Map.Entry<String, String> page : all().entrySet()) {
      Files.writeString(pages.resolve(page.getKey() + ".1"), page.getValue());
    }
    Files.writeString(folder.resolve("pleas.bash"), AutoComplete.bash("pleas", Main.commandLine()));
  }

  /** Every page by its name. */
  static Map<String, String> all() {
    Map<String, String> pages = new LinkedHashMap<>();
    CommandLine main = Main.commandLine();
    pages.put("pleas", page("pleas", main.getCommandSpec()));
    main.getSubcommands()
        .forEach(
            (name, command) -> {
              if (!name.equals("help")) {
                pages.put("pleas-" + name, page("pleas-" + name, command.getCommandSpec()));
              }
            });
    return pages;
  }

  private static String page(String name, CommandSpec spec) {
    List<String> lines = new ArrayList<>();
    List<String> description = Arrays.asList(spec.usageMessage().description());
    lines.add(
        ".TH %s 1 \"\" \"pleas %s\" \"pleas\""
            .formatted(name.toUpperCase(Locale.ROOT), Version.current()));
    lines.add(".SH NAME");
    lines.add(escaped(name) + " \\- " + escaped(firstSentence(String.join(" ", description))));
    lines.add(".SH SYNOPSIS");
    lines.addAll(verbatim(spec.commandLine().getHelp().synopsis(0).strip()));
    lines.add(".SH DESCRIPTION");
    description.forEach(line -> lines.add(escaped(line)));
    if (!spec.subcommands().isEmpty()) {
      lines.add(".SH COMMANDS");
      spec.subcommands()
          .forEach(
              (command, line) ->
                  lines.addAll(
                      item(
                          "\\fB" + escaped(command) + "\\fR",
                          String.join(" ", line.getCommandSpec().usageMessage().description()))));
    }
    lines.addAll(arguments(spec));
    lines.addAll(footer(Arrays.asList(spec.usageMessage().footer())));
    lines.add(".SH SEE ALSO");
    lines.add(name.equals("pleas") ? "\\fBpleas help\\fR \\fICOMMAND\\fR" : "\\fBpleas\\fR(1)");
    return String.join("\n", lines) + "\n";
  }

  private static List<String> arguments(CommandSpec spec) {
    List<String> lines = new ArrayList<>();
    if (!spec.positionalParameters().isEmpty()) {
      lines.add(".SH ARGUMENTS");
      spec.positionalParameters()
          .forEach(
              argument ->
                  lines.addAll(
                      item("\\fI" + escaped(argument.paramLabel()) + "\\fR", text(argument))));
    }
    lines.add(".SH OPTIONS");
    for (OptionSpec option : spec.options()) {
      if (!option.hidden()) {
        lines.addAll(item(names(option), text(option)));
      }
    }
    return lines;
  }

  private static String names(OptionSpec option) {
    String value = option.arity().max() > 0 ? "=\\fI" + escaped(option.paramLabel()) + "\\fR" : "";
    return Arrays.stream(option.names())
            .map(name -> "\\fB" + escaped(name) + "\\fR")
            .collect(Collectors.joining(", "))
        + value;
  }

  /** What is said of an argument, its variables filled in. */
  private static String text(ArgSpec argument) {
    String text = String.join(" ", argument.description());
    return text.replace("${DEFAULT-VALUE}", String.valueOf(argument.defaultValueString()));
  }

  private static List<String> item(String title, String text) {
    return List.of(".TP", title, escaped(text));
  }

  /** A footer's examples, whose lines stay as they are; other lines flow. */
  private static List<String> footer(List<String> footer) {
    List<String> lines = new ArrayList<>();
    boolean examples = false;
    for (String line : footer) {
      if (line.startsWith("Example")) {
        lines.addAll(List.of(".SH EXAMPLES", ".nf"));
        examples = true;
      } else if (!line.isBlank()) {
        if (lines.isEmpty()) {
          lines.add(".SH NOTES");
        }
        lines.add(escaped(line));
      }
    }
    if (examples) {
      lines.add(".fi");
    }
    return lines;
  }

  private static List<String> verbatim(String text) {
    List<String> lines = new ArrayList<>(List.of(".nf"));
    text.lines().forEach(line -> lines.add(escaped(line)));
    lines.add(".fi");
    return lines;
  }

  private static String firstSentence(String text) {
    int end = text.indexOf(". ");
    return (end < 0 ? text : text.substring(0, end)).replaceFirst("[.:]$", "");
  }

  /** Text as roff reads it: no escapes, and no line that begins like a request. */
  static String escaped(String text) {
    String plain = Ansi.OFF.string(text).replace("%%", "%").replace("%n", " ");
    String escaped = plain.replace("\\", "\\e").replace("-", "\\-");
    return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
  }
}
