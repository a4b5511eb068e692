package io.github.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressTest {
  @Test
  void awayFromATerminalAStageIsOneLineThatEnds() {
    StringWriter text = new StringWriter();
    try (Progress progress = Progress.lines(new PrintWriter(text))) {
      for (int i = 0; i <= 100; i++) {
        progress.update("images", i, 100);
      }
      progress.update("images", 100, 100);
      progress.update("fit", 1, 2);
      progress.update("fit", 2, 2);
    }
    assertThat(text.toString().lines())
        .satisfiesExactly(
            line -> assertThat(line).matches("images +100/100 +[0-9.]+ s"),
            line -> assertThat(line).matches("fit +2/2 +[0-9.]+ s"));
    assertThat(text.toString()).endsWith(System.lineSeparator()).doesNotContain("\r");
  }
}
