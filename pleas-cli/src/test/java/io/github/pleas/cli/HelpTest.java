package io.github.pleas.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.Version;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class HelpTest {
  /** Every command but help, which explains the others. */
  private static Stream<String> commands() {
    return Main.commandLine().getSubcommands().keySet().stream()
        .filter(name -> !name.equals("help"));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandExplainsItselfWithExamplesThatAreNotBroken(String command) {
    Outcome help = Outcome.of("help", command);
    assertThat(help.code()).isZero();
    assertThat(help.out())
        .contains("Example", "pleas " + command)
        .isEqualTo(Outcome.of(command, "--help").out());
    assertThat(help.err()).isEmpty();
    String footer = help.out().substring(help.out().indexOf("Example"));
    for (String line : footer.lines().skip(1).toList()) {
      assertThat(line).startsWith("  "); // a broken line would go on at the margin
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyOptionThatTakesAValueSaysItsDefaultOrIsRequired(String command) {
    CommandLine found = requireNonNull(Main.commandLine().getSubcommands().get(command));
    for (OptionSpec option : found.getCommandSpec().options()) {
      boolean takesValue = option.arity().max() > 0;
      boolean free = List.of("--input-size").contains(option.longestName());
      if (takesValue && !option.required() && !free) {
        assertThat(String.join(" ", option.description()))
            .as(command + " " + option.longestName())
            .contains("Default: ");
      }
    }
  }

  @Test
  void mergeHasTheOptionsThatItPromises() {
    assertThat(Outcome.of("help", "merge").out())
        .contains(
            "--data",
            "--labels=shared|separate",
            "--separate",
            "--fit=progressive|published|regmean|none",
            "--heads=joint|tasks|original",
            "--match=activations|weights|none|zip",
            "--method=NAME",
            "--targets=averaged|separate|mixed",
            "--solver=closed|adam",
            "--probe=ridge|adam",
            "--cost=macs|params|latency",
            "--allocation=predicted|uniform|stages|leave-one-out",
            "--samples",
            "--seed",
            "--input-size=HxW",
            "--mean",
            "--std",
            "--resize",
            "--tokenizer",
            "--max-tokens",
            "--text-field",
            "--label-field",
            "--pooling=tokens|mean|cls",
            "--name-a",
            "--name-b",
            "--threads",
            "--device=DEVICE",
            "--memory=",
            "-o, --output",
            "--json",
            "--report=FILE.html",
            "--no-report",
            "--config=FILE.yaml",
            "--dry-run",
            "--quiet",
            "--no-accuracy");
    assertThat(Outcome.of("help", "experiment").out())
        .contains(
            "-o, --output",
            "--set=NAME=DIR",
            "--dry-run",
            "--tables-only",
            "--device=DEVICE",
            "--threads");
    assertThat(Outcome.of("help", "sweep").out()).contains("--budgets=", "--dry-run");
    assertThat(Outcome.of("help", "eval").out())
        .contains("--data", "--output", "--class-offset", "--against", "--tokenizer");
    assertThat(Outcome.of("help", "permute").out()).contains("--seed", "-o, --output");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void theVersionIsToldEverywhere(String command) {
    for (Outcome version : List.of(Outcome.of("--version"), Outcome.of(command, "--version"))) {
      assertThat(version.code()).isZero();
      assertThat(version.out()).isEqualTo("pleas " + Version.current() + System.lineSeparator());
    }
  }

  @Test
  void aMissingOrUnknownCommandIsAUsageError() {
    Outcome none = Outcome.of();
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("pleas: a command is missing", "pleas --help");
    Outcome misspelt = Outcome.of("mrege");
    assertThat(misspelt.code()).isEqualTo(2);
    assertThat(misspelt.err()).contains("mrege", "pleas merge");
  }
}
