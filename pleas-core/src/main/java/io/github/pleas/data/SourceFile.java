package io.github.pleas.data;

import java.util.Comparator;

/**
 * A file of a {@link FileSource}.
 *
 * @param path relative to the source, with {@code /} between folders
 * @param size its size in bytes as the source declares it; not to be trusted
 * @param stamp what changes with its content: CRC-32 in a zip, modification time in milliseconds in
 *     a folder
 */
public record SourceFile(String path, long size, long stamp) {
  /** By Unicode code point, as Python's {@code sorted} orders paths. */
  public static final Comparator<SourceFile> BY_PATH = Names.by(SourceFile::path);

  /** Whether a relative path is hidden from datasets: dot files and what macOS adds to zips. */
  public static boolean isHidden(String path) {
    for (String part : path.split("/")) {
      if (part.startsWith(".") || part.equals("__MACOSX")) {
        return true;
      }
    }
    return false;
  }
}
