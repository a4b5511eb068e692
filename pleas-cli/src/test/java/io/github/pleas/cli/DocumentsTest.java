package io.github.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** What the documents say of the commands is so. */
class DocumentsTest {
  private static final Path DOCS = Path.of("..", "docs");

  /** A command that says all that it says under a prompt. */
  private static final Pattern EXAMPLE = Pattern.compile("(?s)```text\n\\$ (.*?)```");

  private static final Pattern PROGRESS = Pattern.compile("(?m)^[a-z ]+ +[0-9]+/[0-9]+ .*\n");

  @Test
  void everyMistakeOnThePageOfErrorsGivesTheMessageThere() throws IOException {
    List<String> examples =
        EXAMPLE
            .matcher(Files.readString(DOCS.resolve("errors.md")))
            .results()
            .map((MatchResult found) -> found.group(1))
            .toList();
    assertThat(examples).hasSizeGreaterThanOrEqualTo(10);
    for (String example : examples) {
      String joined = example.replace("\\\n", " ");
      int end = joined.indexOf('\n');
      String command = joined.substring(0, end).strip();
      assertThat(command).startsWith("pleas ");
      // the page is written from the project's folder, tests run in the module's
      String[] words =
          Stream.of(command.split("\\s+"))
              .skip(1)
              .map(word -> word.replaceFirst("^(demo/|README)", "../$1"))
              .toArray(String[]::new);
      Outcome outcome = Outcome.of((Object[]) words);
      assertThat(outcome.code()).as(command).isEqualTo(2);
      String said =
          PROGRESS
              .matcher(outcome.err())
              .replaceAll("")
              .replace("../demo/", "demo/")
              .replace("../README", "README")
              .replace(Path.of("").toAbsolutePath().toString(), "/home/you/pleas");
      assertThat(said.strip()).as(command).isEqualTo(joined.substring(end + 1).strip());
    }
    assertThat(Path.of("both.onnx")).doesNotExist();
  }

  /**
   * To write it again: {@code mvn -pl pleas-cli -am test -Dtest=DocumentsTest -Dpleas.write-docs}.
   */
  @Test
  void theReferenceOfCommandsIsWhatTheirHelpSays() throws IOException {
    Path reference = DOCS.resolve("cli.md");
    String text = reference();
    if (System.getProperty("pleas.write-docs") != null) {
      Files.writeString(reference, text);
    }
    assertThat(Files.readString(reference)).isEqualTo(text);
  }

  private static String reference() {
    StringBuilder text =
        new StringBuilder(
            "# Commands\n\nWhat `pleas help COMMAND` says of every command. This page is made from the program; a test holds it to it.\n");
    CommandLine main = Main.commandLine();
    text.append(usage("pleas", main));
    main.getSubcommands()
        .forEach(
            (name, command) -> {
              if (!name.equals("help")) {
                text.append(usage("pleas " + name, command));
              }
            });
    return text.toString();
  }

  private static String usage(String title, CommandLine command) {
    String help = command.getUsageMessage(Ansi.OFF).replace(System.lineSeparator(), "\n");
    return "\n## " + title + "\n\n```text\n" + help.strip() + "\n```\n";
  }

  @Test
  void everyPageIsLinkedAndEveryLinkLeadsSomewhere() throws IOException {
    Pattern link = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");
    Path root = Path.of("..");
    StringBuilder linked = new StringBuilder();
    List<Path> pages;
    try (Stream<Path> files = Files.list(DOCS)) {
      pages = files.filter(file -> file.toString().endsWith(".md")).sorted().toList();
    }
    List<Path> all = Stream.concat(pages.stream(), Stream.of(root.resolve("README.md"))).toList();
    for (Path page : all) {
      Path from = page.toAbsolutePath();
      link.matcher(Files.readString(page))
          .results()
          .map((MatchResult found) -> from.resolveSibling(found.group(1)).normalize())
          .forEach(
              target -> {
                assertThat(target).as("linked in " + page).exists();
                linked.append(target).append('\n');
              });
    }
    for (Path page : pages) {
      assertThat(linked.toString()).contains(page.toAbsolutePath().normalize().toString());
    }
  }
}
