package io.github.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The packaged script, run with a Java that only says what it was given. */
class LauncherTest {
  private static final Path PACKAGED = Path.of("..", "pleas-dist", "src", "pleas");

  @TempDir private Path folder;
  private Path script = Path.of("");

  @BeforeEach
  void unpack() throws IOException {
    assumeTrue(Files.exists(Path.of("/bin/sh")), "there is no shell");
    script = Files.createDirectories(folder.resolve("bin")).resolve("pleas");
    Files.copy(PACKAGED, script);
    Path java = Files.createDirectories(folder.resolve("runtime/bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\necho \"$@\"\n");
    for (Path file : List.of(script, java)) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  private String java(String options, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(script.toString(), "merge"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("PLEAS_JAVA_OPTS", options);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  @ParameterizedTest
  @CsvSource({
    "4g, -Xmx2048m",
    "4GB, -Xmx2048m",
    "500m, -Xmx250m",
    "08g, -Xmx4096m",
  })
  void javasHeapGetsHalfOfTheMemory(String memory, String heap) throws Exception {
    assertThat(java("", "--memory", memory)).contains(" " + heap + " ");
    assertThat(java("", "--memory=" + memory)).contains(" " + heap + " ");
    Path config = Files.writeString(folder.resolve("c.yaml"), "a: x\nmemory: " + memory + "\n");
    assertThat(java("", "--config", config.toString())).contains(" " + heap + " ");
    assertThat(java("", "--config", config.toString(), "--memory", "1g")).contains(" -Xmx512m ");
  }

  @ParameterizedTest
  @CsvSource({"1k", "x", "''", "g", "1000000"})
  void whatIsNoUsefulSizeIsLeftToTheCommand(String memory) throws Exception {
    assertThat(java("", "--memory", memory)).doesNotContain("-Xmx").contains("--memory " + memory);
  }

  @Test
  void whatTheUserSaysOfTheHeapHolds() throws Exception {
    assertThat(java("-Xmx7g", "--memory", "4g")).contains("-Xmx7g").doesNotContain("-Xmx2048m");
    assertThat(java("", "-q")).doesNotContain("-Xmx");
  }

  // tools/gpu-bundle.sh
  @Test
  void aBundleForGpusBringsItsNatives() throws Exception {
    assertThat(java("", "--memory", "4g")).contains("SerialGC").doesNotContain("native.path");
    Path natives = Files.createDirectory(folder.resolve("natives"));
    assertThat(java("-Da=b", "--memory", "4g"))
        .contains(" -Xmx2048m -Donnxruntime.native.path=" + natives.toRealPath() + " -Da=b -jar ")
        .doesNotContain("SerialGC");
  }

  @Test
  void theProjectsScriptDoesTheSame() throws IOException {
    assertThat(choice(Path.of("..", "pleas"))).isEqualTo(choice(PACKAGED)).contains("-Xmx");
  }

  private static String choice(Path file) throws IOException {
    String text = Files.readString(file);
    return text.substring(
            text.indexOf("# What --memory says"), text.indexOf("# jdk.console: since"))
        .strip();
  }
}
