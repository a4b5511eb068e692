package io.github.pleas.linalg;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Rows of activations on their way into a product: a matrix [rows, columns] in native memory,
 * row-major, filled again and again. Several threads may fill it, each its own rows. It starts as
 * zeros.
 */
public final class FloatPanel implements AutoCloseable {
  private final int rows;
  private final int columns;
  private final FloatPointer pointer;
  private final FloatBuffer buffer;
  private volatile boolean closed;

  /**
   * Allocates a panel.
   *
   * @param rows at least 1
   * @param columns at least 1
   * @throws IllegalArgumentException if it would take 2 GiB or more
   */
  public FloatPanel(int rows, int columns) {
    if (rows < 1 || columns < 1 || (long) rows * columns > Integer.MAX_VALUE / Float.BYTES) {
      throw new IllegalArgumentException(
          "a panel of [%d, %d]: expected at least one row and column, and less than 2 GiB"
              .formatted(rows, columns));
    }
    this.rows = rows;
    this.columns = columns;
    this.pointer = new FloatPointer((long) rows * columns);
    pointer.zero();
    this.buffer = pointer.asBuffer();
  }

  /**
   * Writes numbers that follow each other, perhaps over several rows.
   *
   * @param row where to begin
   * @param column where to begin
   * @param from the numbers
   * @param offset the first of them
   * @param count how many
   * @throws IndexOutOfBoundsException if they end outside the panel or the array
   */
  public void put(int row, int column, float[] from, int offset, int count) {
    open();
    buffer.put(row * columns + column, from, offset, count);
  }

  /** The numbers, row by row: a view of the panel's memory, not to be used after {@link #close}. */
  public FloatBuffer buffer() {
    open();
    return buffer.duplicate();
  }

  /** Reads a row into an array of at least {@link #columns} numbers. */
  public void get(int row, float[] into) {
    open();
    buffer.get(row * columns, into, 0, columns);
  }

  public int rows() {
    return rows;
  }

  public int columns() {
    return columns;
  }

  /**
   * The rows from one on, for BLAS.
   *
   * @throws IllegalArgumentException if the panel has other columns, or fewer rows than are asked
   *     for
   */
  FloatPointer pointer(String what, int expectedColumns, int usedRows) {
    open();
    if (columns != expectedColumns || usedRows < 0 || usedRows > rows) {
      throw new IllegalArgumentException(
          "%s: expected %d rows of %d, found a panel of [%d, %d]"
              .formatted(what, usedRows, expectedColumns, rows, columns));
    }
    return pointer;
  }

  private void open() {
    if (closed) {
      throw new IllegalStateException("the panel is closed");
    }
  }

  /** Frees its memory; further calls do nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      pointer.deallocate();
    }
  }
}
