package io.github.pleas.runtime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.pleas.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Shared libraries with operators that ONNX Runtime does not have itself. */
public final class OperatorLibraries {
  /** ONNX Runtime's own operators only. */
  public static final OperatorLibraries NONE = new OperatorLibraries(List.of());

  private final List<Path> files;

  private OperatorLibraries(List<Path> files) {
    this.files = List.copyOf(files);
  }

  /**
   * Loads libraries, for as long as the process lives.
   *
   * @param files shared libraries, each with a function RegisterCustomOps
   * @throws InvalidInputException if there is no such file, or ONNX Runtime cannot load it
   */
  public static OperatorLibraries load(List<Path> files) {
    OrtRuntime.start();
    for (Path file : files) {
      if (!Files.isRegularFile(file)) {
        throw new InvalidInputException("the library of operators " + file + " does not exist");
      }
      load(file);
    }
    return new OperatorLibraries(files);
  }

  /**
   * Options that are closed unload their libraries, under the sessions that were made with them: so
   * these are never closed.
   */
  private static void load(Path file) {
    OrtSession.SessionOptions keeper = new OrtSession.SessionOptions();
    try {
      keeper.registerCustomOpLibrary(absolute(file));
    } catch (OrtException e) {
      keeper.close();
      throw new InvalidInputException(
          "ONNX Runtime cannot load the library of operators %s: %s; it must be a shared library for this machine with a function RegisterCustomOps"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  /** Makes their operators known to sessions of these options. */
  void register(OrtSession.SessionOptions options) throws OrtException {
    for (Path file : files()) {
      options.registerCustomOpLibrary(file.toString());
    }
  }

  /** The files, by absolute paths. */
  List<Path> files() {
    return files.stream().map(Path::toAbsolutePath).toList();
  }

  /** A name without a folder would be looked for where the system's libraries are. */
  private static String absolute(Path file) {
    return file.toAbsolutePath().toString();
  }
}
