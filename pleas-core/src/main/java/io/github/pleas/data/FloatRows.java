package io.github.pleas.data;

import java.nio.FloatBuffer;
import java.nio.file.Path;

/**
 * Equal rows of floats: in Java's heap where they are few, else in a temporary file, so that memory
 * does not grow with them. Different rows may be written, and read, by different threads at once.
 */
interface FloatRows extends AutoCloseable {
  /** What rows may take of the largest heap; a merge has up to four sets of them. */
  int HEAP_SHARE = 16;

  /**
   * Rows, not written yet.
   *
   * @param rows how many
   * @param rowLength numbers in each
   * @throws io.github.pleas.PleasException if a temporary file is needed and cannot be made
   */
  static FloatRows of(int rows, int rowLength) {
    long bytes = (long) rows * rowLength * Float.BYTES;
    return bytes <= Runtime.getRuntime().maxMemory() / HEAP_SHARE
        ? new FloatStore(rows, rowLength)
        : new FloatFile(Path.of(System.getProperty("java.io.tmpdir")), rowLength);
  }

  void put(int row, float[] values);

  /** Copies a row that was written to a buffer, from its position on, which moves behind it. */
  void get(int row, FloatBuffer target);

  @Override
  void close();
}
