package io.github.pleas.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A Chromium without a window, where there is one on this machine. */
final class Browser {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

  private final Path program;
  private final Path work;

  private Browser(Path program, Path work) {
    this.program = program;
    this.work = work;
  }

  /**
   * What a page became.
   *
   * @param dom its elements once its scripts have run, as HTML
   * @param console what it said on the console, errors of its policy included
   */
  record Opened(String dom, List<String> console) {}

  /**
   * The browser, if there is one.
   *
   * @param work a folder for its files
   */
  static Optional<Browser> find(Path work) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Arrays.stream(path.split(java.io.File.pathSeparator))
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst()
        .map(program -> new Browser(program, work));
  }

  /**
   * Opens a page of this machine.
   *
   * @param more further switches of the browser
   */
  Opened open(Path page, int width, int height, String... more)
      throws IOException, InterruptedException {
    Path dom = Files.createTempFile(work, "dom", ".html");
    Path log = Files.createTempFile(work, "log", ".txt");
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(
        List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--enable-logging=stderr",
            "--user-data-dir=" + Files.createTempDirectory(work, "profile"),
            "--window-size=" + width + "," + height,
            "--virtual-time-budget=4000",
            "--dump-dom"));
    command.addAll(List.of(more));
    command.add(page.toUri().toString());
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(dom.toFile())
            .redirectError(log.toFile())
            .start();
    try {
      if (!process.waitFor(120, TimeUnit.SECONDS)) {
        throw new IOException("the browser does not end");
      }
    } finally {
      process.destroyForcibly();
    }
    try (var lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
      return new Opened(
          Files.readString(dom), lines.filter(line -> line.contains("CONSOLE")).toList());
    }
  }
}
