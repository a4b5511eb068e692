package io.github.pleas.cli;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * The most memory that was in use.
 *
 * @param heapBytes of Java objects, the peaks of all pools added up
 * @param processBytes of the process as a whole, the native libraries' memory included; only where
 *     the system tells (Linux)
 */
record PeakMemory(long heapBytes, OptionalLong processBytes) {
  private static final Path STATUS = Path.of("/proc/self/status");

  /** Since the program began. */
  static PeakMemory now() {
    long heap =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .map(MemoryPoolMXBean::getPeakUsage)
            .mapToLong(usage -> usage.getUsed())
            .sum();
    return new PeakMemory(heap, process("VmHWM:"));
  }

  /** What was in use, and of what it is known. */
  String text() {
    return processBytes.isPresent()
        ? "Peak memory %s (of Java's heap %s)."
            .formatted(Checkup.size(processBytes.getAsLong()), Checkup.size(heapBytes))
        : "Peak memory of Java's heap %s; this system does not tell that of the process."
            .formatted(Checkup.size(heapBytes));
  }

  /** Of the process as a whole, now; only where the system tells (Linux). */
  static OptionalLong resident() {
    return process("VmRSS:");
  }

  /** "VmHWM: 1234 kB", the high-water mark of what is resident (Linux, proc(5)). */
  private static OptionalLong process(String field) {
    try {
      return Files.readAllLines(STATUS).stream()
          .filter(line -> line.startsWith(field))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst();
    } catch (IOException noSuchSystem) {
      return OptionalLong.empty();
    }
  }
}
