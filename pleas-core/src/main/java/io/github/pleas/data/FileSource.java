package io.github.pleas.data;

import java.io.IOException;
import java.util.List;

/**
 * A tree of files to read, in a folder, in a zip, or wherever somebody else keeps one. Reads may
 * run on several threads at once.
 */
public interface FileSource extends AutoCloseable {
  /** The name of the folder or zip, for messages. */
  String name();

  /**
   * All files but hidden ones ({@link SourceFile#isHidden}), sorted by path ({@link
   * SourceFile#BY_PATH}).
   */
  List<SourceFile> files();

  /** How a message names a file of this source. */
  String describe(SourceFile file);

  /**
   * Reads a file.
   *
   * @param limit the most bytes that it may have
   * @throws IOException if it cannot be read or is larger
   */
  byte[] read(SourceFile file, int limit) throws IOException;

  @Override
  void close();
}
