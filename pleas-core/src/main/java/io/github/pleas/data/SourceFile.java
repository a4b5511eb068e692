package io.github.pleas.data;

/**
 * A file of a {@link FileSource}.
 *
 * @param path relative to the source, with {@code /} between folders
 * @param size its size in bytes as the source declares it; not to be trusted
 * @param stamp what changes with its content: CRC-32 in a zip, modification time in milliseconds in
 *     a folder
 */
record SourceFile(String path, long size, long stamp) {
  /** Whether a relative path is hidden from datasets: dot files and what macOS adds to zips. */
  static boolean isHidden(String path) {
    for (String part : path.split("/")) {
      if (part.startsWith(".") || part.equals("__MACOSX")) {
        return true;
      }
    }
    return false;
  }
}
