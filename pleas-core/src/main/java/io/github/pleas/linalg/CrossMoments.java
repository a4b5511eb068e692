package io.github.pleas.linalg;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;

import io.github.pleas.runtime.Workers;
import java.io.Serializable;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;

/**
 * How the units of two networks vary together, over rows that come in blocks: from the sums of x,
 * y, x^2, y^2 and X'Y their correlations [columns of X, columns of Y].
 *
 * <p>The sums are taken about a shift, the mean of the first rows: about zero, the variance of a
 * unit whose mean is large against its deviation would be the small difference of two large numbers
 * (Chan, Golub, LeVeque: "Algorithms for computing the sample variance", 1983). Products are cut
 * into tiles, each one thread's, so that of many moments the largest do not keep one thread busy
 * when all others are through; the sums do not depend on how many threads there are. Rows are added
 * by one caller at a time.
 */
public final class CrossMoments {
  /** Rows of one single-precision product. */
  private static final int ROWS = 1024;

  private final CrossSide x;
  private final CrossSide y;
  private final double[] products;
  private long rows;
  private boolean shifted;

  /**
   * What the sums are taken about.
   *
   * @param x [columns of X]
   * @param y [columns of Y]
   */
  public record Shift(float[] x, float[] y) implements Serializable {}

  /**
   * Moments of some of the rows, to be added to those of others that were taken about the same
   * shift.
   *
   * @param shift what they are about
   * @param x sums of X and of its squares, [2, columns of X]
   * @param y the same of Y
   * @param products X'Y, [columns of X, columns of Y]
   * @param rows how many rows
   */
  public record Sums(Shift shift, double[][] x, double[][] y, double[] products, long rows)
      implements Serializable {
    /**
     * The sums over both sets of rows; this one's arrays are taken for them.
     *
     * @throws IllegalArgumentException if the other is about another shift
     */
    public Sums plus(Sums other) {
      if (!Arrays.equals(other.shift.x, shift.x) || !Arrays.equals(other.shift.y, shift.y)) {
        throw new IllegalArgumentException("moments about another shift cannot be added");
      }
      for (int k = 0; k < 2; k++) {
        add(other.x[k], x[k]);
        add(other.y[k], y[k]);
      }
      add(other.products, products);
      return new Sums(shift, x, y, products, rows + other.rows);
    }

    private static void add(double[] from, double[] to) {
      for (int i = 0; i < to.length; i++) {
        to[i] += from[i];
      }
    }
  }

  /**
   * Native memory to add rows in. Of many moments those that one thread adds to, one after another,
   * share it: it holds nothing between two calls.
   */
  public static final class Scratch implements AutoCloseable {
    private final int most;
    private final Workers workers;
    private final FloatPointer x;
    private final FloatPointer y;
    private final FloatPointer product;
    private boolean closed;

    /**
     * Allocates it.
     *
     * @param most columns that either side of the moments has, at most
     * @param workers threads that multiply, the caller's and those that have nothing else to do
     * @throws IllegalArgumentException if an array cannot hold their products
     */
    public Scratch(int most, Workers workers) {
      long elements = Sizes.elements("X'Y", most, most);
      this.most = most;
      this.workers = workers;
      this.x = new FloatPointer((long) ROWS * most);
      this.y = new FloatPointer((long) ROWS * most);
      this.product = new FloatPointer(elements);
    }

    /** Frees the memory; further calls do nothing. */
    @Override
    public void close() {
      if (!closed) {
        closed = true;
        x.deallocate();
        y.deallocate();
        product.deallocate();
      }
    }
  }

  /**
   * Moments of no rows.
   *
   * @param columnsX units of one network, at least 1
   * @param columnsY units of the other, at least 1
   * @throws IllegalArgumentException if an array cannot hold their products
   */
  public CrossMoments(int columnsX, int columnsY) {
    this.products = new double[Sizes.elements("X'Y", columnsX, columnsY)];
    this.x = new CrossSide(columnsX);
    this.y = new CrossSide(columnsY);
  }

  /**
   * Adds rows.
   *
   * @param ofX [count, columnsX], and perhaps more that is not read
   * @param ofY [count, columnsY], the same rows
   * @param count how many rows of both
   * @param scratch to work in, on this thread only
   * @throws IllegalArgumentException if an array has fewer, or the scratch is for fewer columns
   */
  public void add(float[] ofX, float[] ofY, int count, Scratch scratch) {
    if (scratch.closed) {
      throw new IllegalStateException("the scratch is closed");
    }
    if (Math.max(x.columns, y.columns) > scratch.most) {
      throw new IllegalArgumentException(
          "scratch for %d columns, expected %d"
              .formatted(scratch.most, Math.max(x.columns, y.columns)));
    }
    x.require("X", ofX, count);
    y.require("Y", ofY, count);
    chooseShift(ofX, ofY, count);
    for (int from = 0; from < count; from += ROWS) {
      addPart(ofX, ofY, from, Math.min(ROWS, count - from), scratch);
    }
    rows += count;
  }

  private void addPart(float[] ofX, float[] ofY, int from, int count, Scratch scratch) {
    FloatBuffer shiftedX = scratch.x.asBuffer();
    FloatBuffer shiftedY = scratch.y.asBuffer();
    FloatBuffer product = scratch.product.asBuffer();
    int bandsX = x.bands();
    int bandsY = y.bands();
    scratch.workers.forEach(
        bandsX + bandsY,
        k -> {
          if (k < bandsX) {
            x.add(k, ofX, from, count, shiftedX);
          } else {
            y.add(k - bandsX, ofY, from, count, shiftedY);
          }
        });
    scratch.workers.forEach(
        bandsX * bandsY, k -> addProducts(k / bandsY, k % bandsY, count, scratch, product));
  }

  /**
   * Takes the sums about the mean of some rows, unless what they are about is known already: said
   * here, given, or chosen from the first rows that were added.
   *
   * @param ofX [count, columnsX], and perhaps more that is not read
   * @param ofY [count, columnsY]
   */
  public void chooseShift(float[] ofX, float[] ofY, int count) {
    if (!shifted && count > 0) {
      shifted = true;
      x.chooseShift(ofX, count);
      y.chooseShift(ofY, count);
    }
  }

  /** Adds a tile of the product: a band of X's columns with one of Y's. */
  private void addProducts(int bandX, int bandY, int count, Scratch scratch, FloatBuffer product) {
    int top = x.start(bandX);
    int bottom = x.start(bandX + 1);
    int left = y.start(bandY);
    int width = y.start(bandY + 1) - left;
    // Views of the same memory: not to be closed, which would free the whole.
    cblas_sgemm(
        CblasRowMajor,
        CblasTrans,
        CblasNoTrans,
        bottom - top,
        width,
        count,
        1f,
        scratch.x.getPointer((long) top),
        x.columns,
        scratch.y.getPointer((long) left),
        y.columns,
        0f,
        scratch.product.getPointer((long) top * y.columns + left),
        y.columns);
    float[] line = new float[width];
    for (int i = top; i < bottom; i++) {
      int at = i * y.columns + left;
      product.get(at, line);
      for (int j = 0; j < width; j++) {
        products[at + j] += line[j];
      }
    }
  }

  /** The rows added so far. */
  public long rows() {
    return rows;
  }

  /**
   * Takes the sums about a shift that others chose.
   *
   * @throws IllegalStateException if rows were added already
   * @throws IllegalArgumentException if it is of other columns
   */
  public void startAt(Shift shift) {
    if (shifted) {
      throw new IllegalStateException("the shift is chosen already");
    }
    if (shift.x().length != x.columns || shift.y().length != y.columns) {
      throw new IllegalArgumentException(
          "a shift of %d and %d columns, expected %d and %d"
              .formatted(shift.x().length, shift.y().length, x.columns, y.columns));
    }
    shifted = true;
    System.arraycopy(shift.x(), 0, x.shift, 0, x.columns);
    System.arraycopy(shift.y(), 0, y.shift, 0, y.columns);
  }

  /** What the sums are taken about: chosen from the first rows, unless it was given. */
  public Shift shift() {
    return new Shift(x.shift.clone(), y.shift.clone());
  }

  /** What the rows so far add to those of others; no copy. */
  public Sums sums() {
    return new Sums(
        new Shift(x.shift, y.shift),
        new double[][] {x.sum, x.squares},
        new double[][] {y.sum, y.squares},
        products,
        rows);
  }

  /**
   * Adds the moments of other rows.
   *
   * @throws IllegalArgumentException if they are about another shift
   */
  public void add(Sums other) {
    if (!shifted) {
      startAt(other.shift());
    }
    rows = sums().plus(other).rows();
  }

  /**
   * The sums of products of each unit of X with each of Y, X'Y [columnsX, columnsY], about zero.
   */
  public double[] products() {
    double[] all = new double[products.length];
    for (int i = 0; i < x.columns; i++) {
      for (int j = 0; j < y.columns; j++) {
        int at = i * y.columns + j;
        all[at] =
            products[at]
                + x.shift[i] * (y.sum[j] + rows * (double) y.shift[j])
                + x.sum[i] * y.shift[j];
      }
    }
    return all;
  }

  /**
   * The correlation of each unit of X with each of Y, [columnsX, columnsY]; 0 where one of the two
   * is constant to the rounding of single precision, relative to its size.
   *
   * @throws IllegalStateException if there are no rows
   */
  public double[] correlation() {
    double[] correlation = new double[products.length];
    addCorrelation(1, 0, x.columns, correlation);
    return correlation;
  }

  /**
   * Adds a multiple of the {@link #correlation} of some units of X with all of Y. Several threads
   * may do so at once, if they add to different numbers.
   *
   * @param factor of the correlation
   * @param first the first of X's units
   * @param end behind the last of them
   * @param sum [columnsX, columnsY], of which these units' rows are added to
   * @throws IllegalStateException if there are no rows
   */
  public void addCorrelation(double factor, int first, int end, double[] sum) {
    if (rows == 0) {
      throw new IllegalStateException("no rows, so no correlation");
    }
    double[] deviations = new double[y.columns];
    for (int j = 0; j < y.columns; j++) {
      deviations[j] = y.deviation(j, rows);
    }
    for (int i = first; i < end; i++) {
      double deviation = x.deviation(i, rows);
      double mean = x.sum[i] / rows;
      for (int j = 0; j < y.columns && deviation > 0; j++) {
        int at = i * y.columns + j;
        if (deviations[j] > 0) {
          double covariance = products[at] / rows - mean * (y.sum[j] / rows);
          // Rounding must not make a unit more like another than like itself.
          double correlation = Math.max(-1, Math.min(1, covariance / deviation / deviations[j]));
          sum[at] += factor * correlation;
        }
      }
    }
  }
}
