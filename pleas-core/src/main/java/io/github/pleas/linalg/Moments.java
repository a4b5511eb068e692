package io.github.pleas.linalg;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.CblasUpper;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;
import static org.bytedeco.openblas.global.openblas.cblas_ssyrk;

import io.github.pleas.runtime.Workers;
import java.io.Serializable;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;

/**
 * The moments of a least-squares problem over rows that come in panels: X'X [unknowns, unknowns],
 * X'T [unknowns, targets] and the sums of t^2. Of each panel the products are taken in single
 * precision over at most {@value #ROWS} rows and added up in double: an entry's error is near 1e-7
 * of sqrt(diagonal x diagonal), whatever the number of rows.
 *
 * <p>The products are cut into tiles that fit into a core's cache, each computed and added by one
 * worker: threads do not wait for each other inside a product, and the sums do not depend on how
 * many there are. One thread adds panels at a time.
 */
public final class Moments {
  /** Rows of one single-precision product. */
  private static final int ROWS = 1024;

  /** The most columns of X or T in a tile. */
  private static final int EDGE = 512;

  private static final int CACHED = 32;

  /** A tile of X'[X T]: rows [top, bottom), columns [left, right) of X or of T. */
  private record Tile(int top, int bottom, int left, int right, boolean ofTargets) {
    boolean diagonal() {
      return !ofTargets && top == left;
    }
  }

  private final int unknowns;
  private final int targets;
  private final Workers workers;
  private final List<Tile> tiles = new ArrayList<>();

  /** Numbers of the largest tile. */
  private final long largest;

  /** The upper triangle of X'X, and nothing below it. */
  private final double[] gram;

  private final double[] cross;
  private final double[] squares;
  private long rows;
  private boolean taken;

  /**
   * Moments of no rows.
   *
   * @param unknowns columns of X, at most 46,340
   * @param targets columns of T
   * @param workers threads that compute the products
   * @throws IllegalArgumentException if an array cannot hold them
   */
  public Moments(int unknowns, int targets, Workers workers) {
    this(unknowns, targets, workers, 0);
  }

  /**
   * Moments of no rows, whose X'X rows add only the last columns of: the others are summed
   * elsewhere, and added by {@link #addGram}.
   *
   * @param from the first column of X'X that rows add
   */
  public Moments(int unknowns, int targets, Workers workers, int from) {
    this.unknowns = unknowns;
    this.targets = targets;
    this.workers = workers;
    this.gram = new double[Sizes.elements("X'X", unknowns, unknowns)];
    this.cross = new double[Sizes.elements("X'T", unknowns, targets)];
    this.squares = new double[targets];
    int edge = edge(unknowns);
    int edgeT = edge(targets);
    this.largest = (long) edge * Math.max(edge, edgeT);
    for (int top = 0; top < unknowns; top += edge) {
      int bottom = Math.min(unknowns, top + edge);
      for (int left = Math.max(top, from); left < unknowns; left += edge) {
        tiles.add(new Tile(top, bottom, left, Math.min(unknowns, left + edge), false));
      }
      for (int left = 0; left < targets; left += edgeT) {
        tiles.add(new Tile(top, bottom, left, Math.min(targets, left + edgeT), true));
      }
    }
  }

  /** An edge that cuts some columns into equal parts. */
  private static int edge(int columns) {
    int parts = Math.max(1, (columns + EDGE - 1) / EDGE);
    return Math.max(1, (columns + parts - 1) / parts);
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
    if (taken) {
      throw new IllegalStateException("rows were added to moments whose mean is taken");
    }
    FloatPointer xs = x.pointer("X", unknowns, count);
    FloatPointer ts = t.pointer("T", targets, count);
    Scratch[] scratch = new Scratch[workers.count()];
    for (int worker = 0; worker < scratch.length; worker++) {
      scratch[worker] = new Scratch();
    }
    try {
      int parts = (count + ROWS - 1) / ROWS;
      workers.forEach(
          tiles.size(),
          (worker, k) -> {
            Tile tile = tiles.get(k);
            for (int part = 0; part < parts; part++) {
              int from = (int) ((long) count * part / parts);
              int to = (int) ((long) count * (part + 1) / parts);
              multiply(tile, xs, ts, from, to - from, scratch[worker].product);
              scratch[worker].addTo(tile);
            }
            if (tile.ofTargets() && tile.top() == 0) {
              addSquares(tile, t, count, scratch[worker].line);
            }
          });
    } finally {
      for (Scratch own : scratch) {
        own.product.deallocate();
      }
    }
    rows += count;
  }

  /** What a worker multiplies into. */
  private final class Scratch {
    final FloatPointer product = new FloatPointer(largest);
    final FloatBuffer numbers = product.asBuffer();
    final float[] line = new float[EDGE];

    void addTo(Tile tile) {
      double[] sums = tile.ofTargets() ? cross : gram;
      int stride = tile.ofTargets() ? targets : unknowns;
      int width = tile.right() - tile.left();
      for (int i = tile.top(); i < tile.bottom(); i++) {
        numbers.get((i - tile.top()) * width, line, 0, width);
        int first = tile.diagonal() ? i - tile.top() : 0;
        add(line, first, sums, i * stride + tile.left() + first, width - first);
      }
    }
  }

  private static void add(float[] from, int offset, double[] to, int at, int count) {
    for (int j = 0; j < count; j++) {
      to[at + j] += from[offset + j];
    }
  }

  private void addSquares(Tile tile, FloatPanel t, int count, float[] line) {
    FloatBuffer numbers = t.buffer();
    int width = tile.right() - tile.left();
    for (int row = 0; row < count; row++) {
      numbers.get(row * targets + tile.left(), line, 0, width);
      for (int k = 0; k < width; k++) {
        squares[tile.left() + k] += (double) line[k] * line[k];
      }
    }
  }

  private void multiply(
      Tile tile, FloatPointer x, FloatPointer t, int from, int count, FloatPointer product) {
    int height = tile.bottom() - tile.top();
    int width = tile.right() - tile.left();
    FloatPointer left = at(x, (long) from * unknowns + tile.top());
    if (tile.diagonal()) {
      cblas_ssyrk(
          CblasRowMajor,
          CblasUpper,
          CblasTrans,
          height,
          count,
          1f,
          left,
          unknowns,
          0f,
          product,
          width);
    } else {
      int stride = tile.ofTargets() ? targets : unknowns;
      cblas_sgemm(
          CblasRowMajor,
          CblasTrans,
          CblasNoTrans,
          height,
          width,
          count,
          1f,
          left,
          unknowns,
          at(tile.ofTargets() ? t : x, (long) from * stride + tile.left()),
          stride,
          0f,
          product,
          width);
    }
  }

  /**
   * Adds to an entry of X'X; several threads may, each to others.
   *
   * @param i a row
   * @param j a column, at least i
   */
  public void addGram(int i, int j, double value) {
    gram[i * unknowns + j] += value;
  }

  /** X'X W for some W [unknowns, columns]. */
  public double[] timesGram(double[] w, int columns) {
    return Blas.multiplySymmetric(gram, unknowns, w, columns, workers);
  }

  /** The sums of x't over the rows added so far, [unknowns, targets]; a copy. */
  public double[] cross() {
    return cross.clone();
  }

  /** The sums of t^2 over the rows added so far, [targets]; a copy. */
  public double[] squares() {
    return squares.clone();
  }

  /**
   * Makes these the moments of the same rows with other targets.
   *
   * @param ofCross their X'T, [unknowns, targets]
   * @param ofSquares their sums of t^2, [targets]
   */
  public void replaceTargets(double[] ofCross, double[] ofSquares) {
    Sizes.require("X'T", ofCross.length, unknowns, targets);
    Sizes.require("t^2", ofSquares.length, 1, targets);
    System.arraycopy(ofCross, 0, cross, 0, cross.length);
    System.arraycopy(ofSquares, 0, squares, 0, targets);
  }

  /** A view of the same memory: not to be closed, which would free the whole. */
  private static FloatPointer at(FloatPointer whole, long element) {
    return whole.getPointer(element);
  }

  /** The rows added so far. */
  public long rows() {
    return rows;
  }

  /**
   * The sums over some of the rows, to be added to those over others.
   *
   * @param gram the upper triangle of X'X, row by row without what is below: [unknowns (unknowns +
   *     1) / 2]
   * @param cross X'T, [unknowns, targets]
   * @param squares of T, [targets]
   * @param rows how many rows
   */
  public record Sums(double[] gram, double[] cross, double[] squares, long rows)
      implements Serializable {
    /** The sums over both sets of rows; this one's arrays are taken for them. */
    public Sums plus(Sums other) {
      add(other.gram, gram);
      add(other.cross, cross);
      add(other.squares, squares);
      return new Sums(gram, cross, squares, rows + other.rows);
    }

    private static void add(double[] from, double[] to) {
      if (from.length != to.length) {
        throw new IllegalArgumentException(
            "moments of %d and of %d numbers".formatted(from.length, to.length));
      }
      for (int i = 0; i < to.length; i++) {
        to[i] += from[i];
      }
    }
  }

  /** The sums over the rows added so far; a copy. */
  public Sums sums() {
    if (taken) {
      throw new IllegalStateException("the mean is taken already");
    }
    double[] triangle = new double[Math.toIntExact((long) unknowns * (unknowns + 1) / 2)];
    for (int i = 0, at = 0; i < unknowns; at += unknowns - i, i++) {
      System.arraycopy(gram, i * unknowns + i, triangle, at, unknowns - i);
    }
    return new Sums(triangle, cross.clone(), squares.clone(), rows);
  }

  /** Adds the sums over other rows. */
  public void add(Sums other) {
    if (other.squares().length != targets || other.cross().length != cross.length) {
      throw new IllegalArgumentException(
          "sums of %d targets, expected %d".formatted(other.squares().length, targets));
    }
    for (int i = 0, at = 0; i < unknowns; i++) {
      for (int j = i; j < unknowns; j++) {
        gram[i * unknowns + j] += other.gram()[at++];
      }
    }
    for (int i = 0; i < cross.length; i++) {
      cross[i] += other.cross()[i];
    }
    for (int k = 0; k < targets; k++) {
      squares[k] += other.squares()[k];
    }
    rows += other.rows();
  }

  /**
   * X'X / R, symmetric, [unknowns, unknowns]. It is the array that the sums were in, since a second
   * one of this size costs time and memory: no rows can be added after this.
   *
   * @throws IllegalStateException if there are no rows, or it was taken before
   */
  public double[] meanGram() {
    double factor = factor();
    if (taken) {
      throw new IllegalStateException("the mean is taken already");
    }
    taken = true;
    // In square tiles, so that both the rows that are read and the columns that are written stay in
    // the cache.
    for (int top = 0; top < unknowns; top += CACHED) {
      int bottom = Math.min(unknowns, top + CACHED);
      for (int left = top; left < unknowns; left += CACHED) {
        int right = Math.min(unknowns, left + CACHED);
        for (int i = top; i < bottom; i++) {
          for (int j = Math.max(i, left); j < right; j++) {
            double value = factor * gram[i * unknowns + j];
            gram[i * unknowns + j] = value;
            gram[j * unknowns + i] = value;
          }
        }
      }
    }
    return gram;
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
}
