package io.github.pleas.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The temporary folder that ONNX Runtime unpacks its native libraries into. It asks Java to delete
 * the folder at the end of the program, but before the files in it, so that the folder stays; here
 * it is removed with what is in it. Where the system does not tell which libraries are mapped
 * (elsewhere than on Linux), the empty folder stays.
 */
final class UnpackedLibraries {
  private static final Pattern LIBRARY = Pattern.compile(".*onnxruntime.*");
  private static final Pattern FOLDER = Pattern.compile("onnxruntime-java[0-9]+");

  private UnpackedLibraries() {}

  /** The folders of mapped libraries that ONNX Runtime has unpacked. */
  static Set<Path> folders() {
    return MappedLibraries.named(LIBRARY).stream()
        .map(Path::getParent)
        .filter(folder -> FOLDER.matcher(String.valueOf(folder.getFileName())).matches())
        .collect(Collectors.toSet());
  }

  /** Removes the folders when the program ends; the libraries stay usable until then. */
  static void removeAtExit() {
    Set<Path> folders = folders();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> folders.forEach(UnpackedLibraries::remove), "pleas-unpacked"));
  }

  private static void remove(Path folder) {
    try {
      List<Path> files;
      try (Stream<Path> entries = Files.list(folder)) {
        files = entries.toList();
      }
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " cannot be removed", e);
    }
  }
}
