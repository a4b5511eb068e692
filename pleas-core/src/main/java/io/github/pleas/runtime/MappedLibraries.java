package io.github.pleas.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Which files this process has mapped, where the system tells (on Linux). */
final class MappedLibraries {
  private static final Path MAPS = Path.of("/proc/self/maps");
  private static final Pattern FILE = Pattern.compile(" (/.*)$");

  private MappedLibraries() {}

  /** The mapped files whose names match; none where the system does not tell. */
  static Set<Path> named(Pattern name) {
    if (!Files.isReadable(MAPS)) {
      return Set.of();
    }
    Set<Path> found = new TreeSet<>();
    try (Stream<String> lines = Files.lines(MAPS)) {
      lines
          .map(FILE::matcher)
          .filter(Matcher::find)
          .map(file -> Path.of(file.group(1)))
          .filter(file -> name.matcher(String.valueOf(file.getFileName())).matches())
          .forEach(found::add);
    } catch (IOException e) {
      throw new UncheckedIOException("the mapped libraries cannot be read", e);
    }
    return found;
  }
}
