package io.github.pleas.bench.families;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs {@link FamilyCommand} on one graph in a process of its own, with an end to its time and
 * memory.
 *
 * @param main the class whose command line has the command
 * @param options further arguments
 * @param seconds after which it is ended
 * @param bytes of memory beyond which it is ended; half of them may be Java's heap
 */
record GraphProcess(String main, List<String> options, long seconds, long bytes) {
  private static final int POLL_MILLISECONDS = 200;

  /** What the process found out, with a failure if it ended otherwise than it should. */
  Facts run(Path graph) throws IOException, InterruptedException {
    Path out = Files.createTempFile("pleas-families", ".out");
    Path err = Files.createTempFile("pleas-families", ".err");
    try {
      Process process =
          new ProcessBuilder(command(graph))
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      String ended;
      try {
        ended = await(process);
      } finally {
        process.destroyForcibly();
      }
      Facts facts = Facts.read(Files.readAllLines(out));
      if (ended.isEmpty() && process.exitValue() != 0 && facts.get(Fact.FAILURE).isEmpty()) {
        ended = lastWords(process.exitValue(), Files.readAllLines(err));
      }
      return ended.isEmpty() ? facts : facts.with(Fact.FAILURE, ended);
    } finally {
      Files.deleteIfExists(out);
      Files.deleteIfExists(err);
    }
  }

  private List<String> command(Path graph) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + (bytes >> 21) + "m");
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main, "family"));
    command.addAll(options);
    command.add(graph.toString());
    return command;
  }

  /** Waits; why the process was ended, "" if it ended by itself. */
  private String await(Process process) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (!process.waitFor(POLL_MILLISECONDS, TimeUnit.MILLISECONDS)) {
      boolean late = System.nanoTime() > end;
      if (late || PeakMemory.now(process.pid()).orElse(0) > bytes) {
        process.destroyForcibly().waitFor();
        return late
            ? "not done after %d s".formatted(seconds)
            : "took more than %d MB of memory".formatted(bytes >> 20);
      }
    }
    return "";
  }

  /** What a process said last, of what is no stack trace. */
  private static String lastWords(int exit, List<String> lines) {
    List<String> said =
        lines.stream().filter(line -> !line.isBlank() && !line.startsWith("\tat ")).toList();
    return said.isEmpty() ? "ended with exit code " + exit : said.get(0);
  }
}
