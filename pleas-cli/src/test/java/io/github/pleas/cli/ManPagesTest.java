package io.github.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Manual pages say what the commands say. */
class ManPagesTest {
  @TempDir private Path folder;

  @Test
  void everyCommandHasAPageWithAllItsOptions() {
    Map<String, String> pages = ManPages.all();
    Main.commandLine()
        .getSubcommands()
        .forEach(
            (name, command) -> {
              if (name.equals("help")) {
                return;
              }
              CommandSpec spec = command.getCommandSpec();
              String page = pages.get("pleas-" + name);
              assertThat(page).as(name).startsWith(".TH PLEAS-" + name.toUpperCase(Locale.ROOT));
              for (OptionSpec option : spec.options()) {
                for (String own : option.names()) {
                  assertThat(page).contains("\\fB" + own.replace("-", "\\-") + "\\fR");
                }
              }
            });
    assertThat(pages).containsKey("pleas");
  }

  @Test
  void nothingOfTheTextIsARequestOrAVariable() {
    ManPages.all()
        .forEach(
            (name, page) -> {
              page.lines()
                  .filter(line -> line.startsWith(".") || line.startsWith("'"))
                  .forEach(
                      line -> assertThat(line).as(name).matches("\\.(TH .*|SH [A-Z ]+|TP|nf|fi)"));
              assertThat(page).as(name).doesNotContain("${", "\u001b");
            });
    assertThat(ManPages.escaped(".5 of a\\b-c")).isEqualTo("\\&.5 of a\\eb\\-c");
  }

  @Test
  void filesAreWherePackagesTakeThemFrom() throws IOException {
    ManPages.main(new String[] {folder.toString()});
    assertThat(folder.resolve("man1/pleas.1")).exists();
    assertThat(folder.resolve("man1/pleas-merge.1")).exists();
    assertThat(Files.readString(folder.resolve("pleas.bash"))).contains("complete -F");
  }
}
