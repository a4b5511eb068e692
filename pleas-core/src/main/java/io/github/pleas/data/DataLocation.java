package io.github.pleas.data;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a data set is, and how it lies there: {@code birds/}, or {@code cub:datasets/birds}.
 *
 * @param format how it lies there
 * @param path a folder, a zip or an npz file; for lists, the folder that holds them
 */
public record DataLocation(DataFormat format, Path path) {
  /**
   * Reads what a user writes. A path that begins like a format can be given as {@code ./cub:x}.
   *
   * @param text a path, perhaps behind a format's word and a colon
   * @throws java.nio.file.InvalidPathException if it is no path
   */
  public static DataLocation parse(String text) {
    int colon = text.indexOf(':');
    Optional<DataFormat> format =
        colon < 0 ? Optional.empty() : DataFormat.of(text.substring(0, colon));
    return format.isPresent()
        ? new DataLocation(format.get(), Path.of(text.substring(colon + 1)))
        : new DataLocation(DataFormat.IMAGES, Path.of(text));
  }

  /** Class folders, a zip of them, or an npz file. */
  public static DataLocation of(Path path) {
    return new DataLocation(DataFormat.IMAGES, path);
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return format == DataFormat.IMAGES ? path.toString() : format.word() + ":" + path;
  }
}
