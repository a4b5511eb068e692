package io.github.pleas.cli;

import io.github.pleas.FileTrouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Why a native library does not load, and what to do about it, in words. */
final class NativeFailure {
  /** The folder that ONNX Runtime takes its libraries from, instead of from its jar. */
  static final String FOLDER = "onnxruntime.native.path";

  /** Bytes of native libraries, about. */
  private static final long UNPACKED = 100_000_000;

  private NativeFailure() {}

  /**
   * What went wrong: the message of the deepest cause that has one. A class whose initializer fails
   * says nothing itself.
   */
  static String message(Throwable failure) {
    String said = failure.toString();
    for (Throwable each = failure; each != null; each = each.getCause()) {
      said = each.getMessage() == null ? said : each.getMessage();
    }
    return said;
  }

  /** What to do about a failure: ONNX Runtime's is told by where it was thrown. */
  static String remedy(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (Arrays.stream(each.getStackTrace())
          .anyMatch(frame -> frame.getClassName().startsWith("ai.onnxruntime."))) {
        return onnxRuntime();
      }
    }
    return otherPlatform();
  }

  /** What to do where ONNX Runtime does not load. */
  static String onnxRuntime() {
    return Optional.ofNullable(System.getProperty(FOLDER))
        .map(
            folder ->
                "-D%s names the folder %s: it must hold ONNX Runtime's libraries for this machine (docs/gpu.md); leave it out for those in pleas.jar"
                    .formatted(FOLDER, folder))
        .orElseGet(NativeFailure::otherPlatform);
  }

  /**
   * What to do where a library that pleas itself brings does not load: it is unpacked into the
   * folder for temporary files first.
   */
  static String otherPlatform() {
    Path folder = Machine.temporary();
    try {
      long free = Files.getFileStore(folder).getUsableSpace();
      if (free < UNPACKED || !Files.isWritable(folder)) {
        return "libraries are unpacked into the folder for temporary files, %s, which %s; name another by PLEAS_JAVA_OPTS=-Djava.io.tmpdir=FOLDER, or free some space there"
            .formatted(
                folder,
                Files.isWritable(folder)
                    ? "has only %s free".formatted(Checkup.size(free))
                    : "is write-protected");
      }
    } catch (IOException e) {
      return "libraries are unpacked into the folder for temporary files, %s, which cannot be used (%s); name another by PLEAS_JAVA_OPTS=-Djava.io.tmpdir=FOLDER"
          .formatted(folder, FileTrouble.reason(e));
    }
    return "this build is for another platform than %s %s; build it here, or get the one for it"
        .formatted(System.getProperty("os.name"), System.getProperty("os.arch"));
  }
}
