package io.github.pleas.merge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class JavaHeapTest {
  // The serial collector copies to a space that Java does not count.
  @Test
  void theSpaceThatACollectorKeepsFreeCounts() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                Told.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    String[] told = said.strip().split(" ");
    assertThat(Long.parseLong(told[0])).isEqualTo(64L << 20);
    assertThat(Long.parseLong(told[1])).isLessThan(64L << 20);
  }

  static final class Told {
    public static void main(String[] arguments) {
      System.out.println(JavaHeap.most() + " " + Runtime.getRuntime().maxMemory());
    }
  }
}
