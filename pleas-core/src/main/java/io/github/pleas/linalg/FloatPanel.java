package io.github.pleas.linalg;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;

/** TEMP. */
public final class FloatPanel implements AutoCloseable {
  private final int rows, columns;
  final FloatPointer p;
  private final FloatBuffer b;

  public FloatPanel(int rows, int columns) {
    this.rows = rows;
    this.columns = columns;
    p = new FloatPointer((long) rows * columns);
    p.zero();
    b = p.asBuffer();
  }

  public FloatBuffer buffer() {
    return b;
  }

  public int rows() {
    return rows;
  }

  public int columns() {
    return columns;
  }

  @Override
  public void close() {
    p.deallocate();
  }
}
