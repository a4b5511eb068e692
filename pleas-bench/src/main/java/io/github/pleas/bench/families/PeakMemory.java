package io.github.pleas.bench.families;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Memory that a process holds, Java's heap and native memory together, as Linux counts it. */
public final class PeakMemory {
  private PeakMemory() {}

  /** The most that this process has held so far, in bytes; empty on other systems. */
  public static OptionalLong ofThisProcess() {
    return find(Path.of("/proc/self/status"), "VmHWM:");
  }

  /** What a process holds now, in bytes; empty on other systems, or if it has ended. */
  static OptionalLong now(long pid) {
    return find(Path.of("/proc/" + pid + "/status"), "VmRSS:");
  }

  private static OptionalLong find(Path status, String field) {
    if (!Files.exists(status)) {
      return OptionalLong.empty();
    }
    try {
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith(field))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D+", "")))
          .findFirst();
    } catch (IOException ended) {
      // The process may end while its status is read.
      return OptionalLong.empty();
    }
  }
}
