package io.github.pleas.linalg;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.CblasUpper;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;
import static org.bytedeco.openblas.global.openblas.cblas_ssyrk;

import org.bytedeco.javacpp.FloatPointer;

/**
 * The moments of a least-squares problem over rows that come in panels: X'X [unknowns, unknowns],
 * X'T [unknowns, targets] and the sums of t^2. Of each panel the products are taken in single
 * precision over at most {@value #ROWS} rows, where X still lies in the cache, and added up in
 * double: an entry's error is near 1e-7 of sqrt(diagonal x diagonal), whatever the number of rows.
 * Not for several threads at once.
 */
public final class Moments implements AutoCloseable {
  /** Rows of one single-precision product. */
  private static final int ROWS = 1024;

  /** Rows of X'X that are computed at once, so that the scratch memory is a band, not a square. */
  private static final int BAND = 512;

  private static final int TILE = 32;

  private final int unknowns;
  private final int targets;

  /** The upper triangle of X'X, and nothing below it. */
  private final double[] gram;

  private final double[] cross;
  private final double[] squares;
  private final FloatPointer scratch;
  private final float[] line;
  private long rows;
  private boolean closed;

  /**
   * Moments of no rows.
   *
   * @param unknowns columns of X, at most 46,340
   * @param targets columns of T
   * @throws IllegalArgumentException if an array cannot hold them
   */
  public Moments(int unknowns, int targets) {
    this.unknowns = unknowns;
    this.targets = targets;
    this.gram = new double[Sizes.elements("X'X", unknowns, unknowns)];
    this.cross = new double[Sizes.elements("X'T", unknowns, targets)];
    this.squares = new double[targets];
    int band = Math.min(BAND, unknowns);
    this.scratch = new FloatPointer(Math.max(1, (long) band * Math.max(unknowns, targets)));
    this.line = new float[Math.max(unknowns, targets)];
  }

  /**
   * Adds rows.
   *
   * @param x [at least count, unknowns]
   * @param t [at least count, targets]
   * @param count how many rows of both
   * @throws IllegalArgumentException if a panel has another shape
   */
  public void add(FloatPanel x, FloatPanel t, int count) {
    requireOpen();
    FloatPointer xs = x.pointer("X", unknowns, count);
    FloatPointer ts = t.pointer("T", targets, count);
    for (int from = 0; from < count; from += ROWS) {
      int part = Math.min(ROWS, count - from);
      for (int first = 0; first < unknowns; first += BAND) {
        int band = Math.min(BAND, unknowns - first);
        addGram(xs, from, part, first, band);
        addCross(xs, ts, from, part, first, band);
      }
    }
    for (int row = 0; row < count; row++) {
      t.get(row, line);
      for (int k = 0; k < targets; k++) {
        squares[k] += (double) line[k] * line[k];
      }
    }
    rows += count;
  }

  /** A band of X'X right of the diagonal: a triangle, and a rectangle beside it. */
  private void addGram(FloatPointer x, int from, int count, int first, int band) {
    int width = unknowns - first;
    FloatPointer left = at(x, (long) from * unknowns + first);
    cblas_ssyrk(
        CblasRowMajor, CblasUpper, CblasTrans, band, count, 1f, left, unknowns, 0f, scratch, width);
    if (width > band) {
      cblas_sgemm(
          CblasRowMajor,
          CblasTrans,
          CblasNoTrans,
          band,
          width - band,
          count,
          1f,
          left,
          unknowns,
          at(x, (long) from * unknowns + first + band),
          unknowns,
          0f,
          at(scratch, band),
          width);
    }
    for (int i = 0; i < band; i++) {
      read((long) i * width + i, width - i);
      int start = (first + i) * unknowns + first + i;
      for (int j = 0; j < width - i; j++) {
        gram[start + j] += line[j];
      }
    }
  }

  private void addCross(FloatPointer x, FloatPointer t, int from, int count, int first, int band) {
    if (targets == 0) {
      return;
    }
    cblas_sgemm(
        CblasRowMajor,
        CblasTrans,
        CblasNoTrans,
        band,
        targets,
        count,
        1f,
        at(x, (long) from * unknowns + first),
        unknowns,
        at(t, (long) from * targets),
        targets,
        0f,
        scratch,
        targets);
    for (int i = 0; i < band; i++) {
      read((long) i * targets, targets);
      int start = (first + i) * targets;
      for (int k = 0; k < targets; k++) {
        cross[start + k] += line[k];
      }
    }
  }

  /** A view of the same memory: not to be closed, which would free the whole. */
  private static FloatPointer at(FloatPointer whole, long element) {
    return whole.getPointer(element);
  }

  private void read(long from, int count) {
    scratch.position(from).get(line, 0, count);
    scratch.position(0);
  }

  /** The rows added so far. */
  public long rows() {
    return rows;
  }

  /**
   * X'X / R, symmetric, [unknowns, unknowns]; a new array.
   *
   * @throws IllegalStateException if there are no rows
   */
  public double[] meanGram() {
    double factor = factor();
    double[] mean = new double[gram.length];
    // In square tiles, so that both the rows that are read and the columns that are written stay in
    // the cache.
    for (int top = 0; top < unknowns; top += TILE) {
      int bottom = Math.min(unknowns, top + TILE);
      for (int left = top; left < unknowns; left += TILE) {
        int right = Math.min(unknowns, left + TILE);
        for (int i = top; i < bottom; i++) {
          for (int j = Math.max(i, left); j < right; j++) {
            double value = factor * gram[i * unknowns + j];
            mean[i * unknowns + j] = value;
            mean[j * unknowns + i] = value;
          }
        }
      }
    }
    return mean;
  }

  /** X'T / R, [unknowns, targets]; a new array. */
  public double[] meanCross() {
    return scaled(cross, factor());
  }

  /** The mean of t^2 for each target; a new array. */
  public double[] meanTargetSquares() {
    return scaled(squares, factor());
  }

  private double factor() {
    if (rows == 0) {
      throw new IllegalStateException("the moments of no rows have no mean");
    }
    return 1.0 / rows;
  }

  private static double[] scaled(double[] values, double factor) {
    double[] scaled = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      scaled[i] = factor * values[i];
    }
    return scaled;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the moments are closed");
    }
  }

  /** Frees the scratch memory; what was added can still be read, further calls do nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      scratch.deallocate();
    }
  }
}
