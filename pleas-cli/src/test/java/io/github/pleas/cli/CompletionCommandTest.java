package io.github.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompletionCommandTest {
  @TempDir private Path folder;

  private String completed(Path script, String... words) throws IOException, InterruptedException {
    String typed = "'" + String.join("' '", words) + "'";
    Process bash =
        new ProcessBuilder(
                "bash",
                "-c",
                "source '%s'; COMP_WORDS=(%s); COMP_CWORD=%d; _complete_pleas; echo \"${COMPREPLY[@]}\""
                    .formatted(script, typed, words.length - 1))
            .redirectErrorStream(true)
            .start();
    String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor()).as(said).isZero();
    return said;
  }

  @Test
  void bashCompletesCommandsAndOptions() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no bash on this machine");
    Path script = folder.resolve("pleas.sh");
    Files.writeString(script, Outcome.of("completion").out());
    assertThat(completed(script, "pleas", "me")).contains("merge");
    assertThat(completed(script, "pleas", "merge", "--rep")).contains("--report");
    assertThat(completed(script, "pleas", "merge", "--dry")).contains("--dry-run");
  }
}
