package io.github.pleas.linalg;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;

import io.github.pleas.runtime.Workers;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.DoublePointer;

/**
 * A matrix X [rows, columns] in double, in native memory, for problems with fewer rows than
 * columns: there its small Gram matrix XX' says all that the large X'X does. Products are over some
 * of the columns, and do not depend on the number of threads.
 */
public final class DoubleRows implements AutoCloseable {
  /** Rows and columns of a product that one thread computes at once. */
  private static final int BAND = 256;

  private final int rows;
  private final int columns;
  private final DoublePointer pointer;
  private boolean closed;

  /**
   * Allocates the matrix; what it holds is not defined before it is put.
   *
   * @param rows at least 1
   * @param columns at least 1
   */
  public DoubleRows(int rows, int columns) {
    if (rows < 1 || columns < 1) {
      throw new IllegalArgumentException(
          "rows in double: expected at least [1, 1], found [%d, %d]".formatted(rows, columns));
    }
    this.rows = rows;
    this.columns = columns;
    this.pointer = new DoublePointer((long) rows * columns);
  }

  public int rows() {
    return rows;
  }

  public int columns() {
    return columns;
  }

  /**
   * Copies the first rows of a panel.
   *
   * @param row where to
   * @param panel [at least count, columns]
   * @throws IllegalArgumentException if they do not fit
   */
  public void put(int row, FloatPanel panel, int count) {
    open();
    if (panel.columns() != columns || row < 0 || row + count > rows || count > panel.rows()) {
      throw new IllegalArgumentException(
          "%d rows of [%d, %d] do not fit into [%d, %d] from row %d on"
              .formatted(count, panel.rows(), panel.columns(), rows, columns, row));
    }
    float[] single = new float[columns];
    double[] line = new double[columns];
    for (int k = 0; k < count; k++) {
      panel.get(k, single);
      for (int c = 0; c < columns; c++) {
        line[c] = single[c];
      }
      put(row + k, line);
    }
  }

  /**
   * Copies rows.
   *
   * @param row where to
   * @param values [rows, columns]
   * @throws IllegalArgumentException if they do not fit
   */
  public void put(int row, float[] values) {
    open();
    int count = values.length / columns;
    if (values.length % columns != 0 || row < 0 || row + count > rows) {
      throw new IllegalArgumentException(
          "%d numbers do not fit into [%d, %d] from row %d on"
              .formatted(values.length, rows, columns, row));
    }
    double[] line = new double[columns];
    for (int k = 0; k < count; k++) {
      for (int c = 0; c < columns; c++) {
        line[c] = values[k * columns + c];
      }
      put(row + k, line);
    }
  }

  private void put(int row, double[] line) {
    pointer.getPointer((long) row * columns).put(line, 0, columns);
  }

  private void get(int row, double[] line) {
    pointer.getPointer((long) row * columns).get(line, 0, columns);
  }

  /** The mean square of each column. */
  public double[] meanSquares() {
    open();
    double[] squares = new double[columns];
    double[] line = new double[columns];
    for (int r = 0; r < rows; r++) {
      get(r, line);
      for (int c = 0; c < columns; c++) {
        squares[c] += line[c] * line[c] / rows;
      }
    }
    return squares;
  }

  /** Takes its mean off each column, and gives the means. */
  public double[] center() {
    open();
    double[] means = new double[columns];
    double[] line = new double[columns];
    for (int r = 0; r < rows; r++) {
      get(r, line);
      for (int c = 0; c < columns; c++) {
        means[c] += line[c] / rows;
      }
    }
    for (int r = 0; r < rows; r++) {
      get(r, line);
      for (int c = 0; c < columns; c++) {
        line[c] -= means[c];
      }
      put(r, line);
    }
    return means;
  }

  /**
   * XX' over some columns, [rows, rows]; only the upper triangle is filled.
   *
   * @param picked the columns, ascending
   */
  public double[] gram(int[] picked, Workers workers) {
    open();
    double[] gram = new double[Sizes.elements("XX'", rows, rows)];
    List<Run> runs = runs(picked);
    int bands = (rows + BAND - 1) / BAND;
    workers.forEach(
        bands * bands,
        k -> {
          int top = k / bands * BAND;
          int left = k % bands * BAND;
          if (left >= top) {
            int height = Math.min(BAND, rows - top);
            int width = Math.min(BAND, rows - left);
            double[] tile = tile(runs, top, height, left, width);
            for (int i = 0; i < height; i++) {
              System.arraycopy(tile, i * width, gram, (top + i) * rows + left, width);
            }
          }
        });
    return gram;
  }

  private double[] tile(List<Run> runs, int top, int height, int left, int width) {
    double[] tile = new double[height * width];
    try (DoublePointer product = new DoublePointer((long) tile.length)) {
      product.zero();
      for (Run run : runs) {
        cblas_dgemm(
            CblasRowMajor,
            CblasNoTrans,
            CblasTrans,
            height,
            width,
            run.length(),
            1,
            at(top, run.column()),
            columns,
            at(left, run.column()),
            columns,
            1,
            product,
            width);
      }
      product.get(tile);
    }
    return tile;
  }

  /** Takes some rows of a product. */
  @FunctionalInterface
  public interface Band {
    /**
     * Takes them; by several threads, each other rows.
     *
     * @param column the column of X that the row belongs to
     * @param values holds the row
     * @param offset where it begins
     */
    void take(int column, double[] values, int offset);
  }

  /**
   * X'Z over some columns, row by row.
   *
   * @param picked the columns of X, ascending
   * @param z [rows, outputs]
   * @param outputs columns of Z
   */
  public void transposedTimes(int[] picked, double[] z, int outputs, Workers workers, Band to) {
    open();
    Sizes.require("Z", z.length, rows, outputs);
    List<Run> bands = new ArrayList<>();
    for (Run run : runs(picked)) {
      for (int from = 0; from < run.length(); from += BAND) {
        bands.add(new Run(run.column() + from, Math.min(BAND, run.length() - from)));
      }
    }
    try (DoublePointer right = new DoublePointer(z)) {
      workers.forEach(
          bands.size(),
          k -> {
            Run band = bands.get(k);
            double[] product = new double[Sizes.elements("X'Z", band.length(), outputs)];
            try (DoublePointer p = new DoublePointer((long) product.length)) {
              cblas_dgemm(
                  CblasRowMajor,
                  CblasTrans,
                  CblasNoTrans,
                  band.length(),
                  outputs,
                  rows,
                  1,
                  at(0, band.column()),
                  columns,
                  right,
                  outputs,
                  0,
                  p,
                  outputs);
              p.get(product);
            }
            for (int i = 0; i < band.length(); i++) {
              to.take(band.column() + i, product, i * outputs);
            }
          });
    }
  }

  /**
   * X W in double.
   *
   * @param w [columns, outputs]
   * @param outputs columns of W
   * @return [rows, outputs]
   */
  public double[] times(double[] w, int outputs, Workers workers) {
    open();
    Sizes.require("W", w.length, columns, outputs);
    double[] product = new double[Sizes.elements("X W", rows, outputs)];
    try (DoublePointer right = new DoublePointer(w);
        DoublePointer p = new DoublePointer((long) product.length)) {
      workers.forEach(
          (outputs + BAND - 1) / BAND,
          k ->
              cblas_dgemm(
                  CblasRowMajor,
                  CblasNoTrans,
                  CblasNoTrans,
                  rows,
                  Math.min(BAND, outputs - k * BAND),
                  columns,
                  1,
                  pointer,
                  columns,
                  right.getPointer((long) k * BAND),
                  outputs,
                  0,
                  p.getPointer((long) k * BAND),
                  outputs));
      p.get(product);
    }
    return product;
  }

  /** Columns that follow each other. */
  private record Run(int column, int length) {}

  private List<Run> runs(int[] picked) {
    List<Run> runs = new ArrayList<>();
    for (int from = 0, to = 0; from < picked.length; from = to) {
      to = from + 1;
      while (to < picked.length && picked[to] == picked[to - 1] + 1) {
        to++;
      }
      if (picked[from] < 0 || picked[to - 1] >= columns) {
        throw new IllegalArgumentException(
            "columns %d to %d of %d".formatted(picked[from], picked[to - 1], columns));
      }
      runs.add(new Run(picked[from], to - from));
    }
    return runs;
  }

  /** A view of the same memory: not to be closed, which would free the whole. */
  private DoublePointer at(int row, int column) {
    return pointer.getPointer((long) row * columns + column);
  }

  private void open() {
    if (closed) {
      throw new IllegalStateException("the rows are closed");
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
