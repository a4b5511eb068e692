package io.github.pleas.cli;

import io.github.pleas.AtomicFile;
import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.ModelFiles;
import io.github.pleas.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Checks of the files that a command writes. */
final class Paths {
  private Paths() {}

  /** Refuses a network and a report that are one file, however they are spelt. */
  static void requireDifferent(Path network, Path report) {
    requireDifferent(network, report, "the network");
  }

  /** Refuses an output and a report that are one file; {@code what} names the output. */
  static void requireDifferent(Path output, Path report, String what) {
    if (resolved(output).equals(resolved(report))) {
      throw new InvalidInputException(
          what
              + " and the report cannot both be "
              + output
              + "; give the report another name by --json");
    }
  }

  /** Refuses a page that is another output, however they are spelt. */
  static void requireOtherThan(Path page, Path... outputs) {
    for (Path output : outputs) {
      if (resolved(output).equals(resolved(page))) {
        throw new InvalidInputException(
            page
                + " cannot be the page, too, besides "
                + output
                + "; give the page another name by --report, or --no-report");
      }
    }
  }

  /** A path without links and detours; the file need not be there, its folder is. */
  private static Path resolved(Path file) {
    try {
      if (Files.exists(file)) {
        return file.toRealPath();
      }
      Path absolute = file.toAbsolutePath().normalize();
      Path folder = absolute.getParent();
      return folder == null ? absolute : folder.toRealPath().resolve(name(absolute));
    } catch (IOException e) {
      throw new InvalidInputException(file + " cannot be resolved: " + e.getMessage(), e);
    }
  }

  /** What to say of data files that a model no longer names. */
  static List<String> olderData(ModelFiles written) {
    return OnnxWriter.olderData(written).stream()
        .map(
            file ->
                "%s holds weights of a model that was called %s before; delete it if no copy of that model is left"
                    .formatted(file, name(written.model())))
        .toList();
  }

  /** The name of a file without folders. */
  static String name(Path path) {
    Path name = path.getFileName();
    return name == null ? path.toString() : name.toString();
  }

  /** A file beside another one, its extension replaced. */
  static Path beside(Path file, String extension) {
    String name = name(file);
    int dot = name.lastIndexOf('.');
    return file.resolveSibling((dot > 0 ? name.substring(0, dot) : name) + extension);
  }

  /** The file that holds a network's weights, and its size, for messages. */
  static String beside(Path network, AtomicFile.Beside data) {
    return String.format(
        Locale.ROOT,
        "%s (%,.1f MB; keep it in the folder of %s)",
        network.resolveSibling(name(data.path())),
        data.bytes() / 1e6,
        name(network));
  }
}
