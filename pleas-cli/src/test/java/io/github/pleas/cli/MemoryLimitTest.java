package io.github.pleas.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code --memory} bounds the process, as the system sees it: a process of its own, therefore. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "the peak is told by Linux's /proc")
class MemoryLimitTest {
  private static final long MEBIBYTE = 1L << 20;

  /** Little enough that tensors go to disk: of it, some 70 MiB are left for them. */
  private static final long LIMIT = 1200;

  @TempDir private Path folder;

  @Test
  void aMergeWhoseTensorsGoToDiskStaysWithinIt() throws Exception {
    Path spilled = Files.createDirectory(folder.resolve("tmp"));
    Path out = folder.resolve("out.onnx");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-Xmx" + LIMIT / 2 + "m",
            "-Djava.io.tmpdir=" + spilled,
            "-cp",
            System.getProperty("java.class.path"),
            "io.github.pleas.cli.Main",
            "merge",
            Demo.A.toString(),
            Demo.B.toString(),
            "--data=" + Demo.ZIP_A,
            "--data=" + Demo.ZIP_B,
            "--labels=separate",
            "--samples=1000",
            "--budget=1.5",
            "--memory=" + LIMIT + "m",
            "--threads=2",
            "--no-accuracy",
            "--no-report",
            "-o",
            out.toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    Map<String, Object> json = JSON.std.mapFrom(Files.readString(folder.resolve("out.json")));
    long tensors = bytes(json, "peak_tensor_bytes");
    assertThat(tensors).as("kept tensors").isGreaterThan(64 * MEBIBYTE);
    assertThat(bytes(json, "peak_process_bytes")).isLessThanOrEqualTo(LIMIT * MEBIBYTE);
    assertThat(spilled).as("temporary files").isEmptyDirectory();
  }

  private static long bytes(Map<String, Object> json, String key) {
    return ((Number) requireNonNull(json.get(key), key)).longValue();
  }
}
