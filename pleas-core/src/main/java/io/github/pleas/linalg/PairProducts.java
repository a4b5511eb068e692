package io.github.pleas.linalg;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.CblasUpper;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;
import static org.bytedeco.openblas.global.openblas.cblas_ssyrk;

import io.github.pleas.runtime.Workers;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Sums of products of rows with rows of the same image: for each of some lists of pairs (u, v) of
 * an image's places the matrix [columns, columns] of x_u' x_v, summed over the list and over all
 * images. As in {@link Moments}, products of at most {@value #ROWS} pairs are taken in single
 * precision and added up in double. Each list is one worker's at a time, so sums do not depend on
 * the number of threads. One thread adds at a time.
 */
public final class PairProducts implements AutoCloseable {
  /** Pairs of one single-precision product. */
  private static final int ROWS = 1024;

  /**
   * Pairs of places.
   *
   * @param first of each pair u
   * @param second of each pair v
   * @param squares whether u is v in each, so that the sum is symmetric
   */
  public record Pairs(int[] first, int[] second, boolean squares) {
    int count() {
      return first.length;
    }
  }

  private final List<Pairs> lists;
  private final int places;
  private final int columns;
  private final Workers workers;
  private final double[][] sums;
  private final int[] longestFirst;
  private final List<Scratch> scratches = new ArrayList<>();

  /**
   * Sums of no images.
   *
   * @param lists the pairs
   * @param places rows that an image has
   * @param columns numbers in a row
   * @param workers threads that multiply
   * @throws IllegalArgumentException if an array cannot hold a sum
   */
  public PairProducts(List<Pairs> lists, int places, int columns, Workers workers) {
    this.lists = List.copyOf(lists);
    this.places = places;
    this.columns = columns;
    this.workers = workers;
    this.sums = new double[lists.size()][Sizes.elements("x_u' x_v", columns, columns)];
    this.longestFirst =
        IntStream.range(0, lists.size())
            .boxed()
            .sorted(Comparator.comparing(k -> -lists.get(k).count()))
            .mapToInt(k -> k)
            .toArray();
  }

  /**
   * Adds images.
   *
   * @param rows [at least images x places, columns]
   * @throws IllegalArgumentException if the panel has another shape
   */
  public void add(FloatPanel rows, int images) {
    rows.pointer("rows", columns, Math.multiplyExact(images, places));
    FloatBuffer numbers = rows.buffer();
    while (scratches.size() < workers.count()) {
      scratches.add(new Scratch());
    }
    workers.forEach(
        longestFirst.length,
        (worker, k) -> scratches.get(worker).add(longestFirst[k], numbers, images));
  }

  /**
   * The sum of a list; of squares only the upper triangle. The array that it is in, to be read.
   *
   * @return [columns, columns], the first axis that of u
   */
  public double[] sum(int list) {
    return sums[list];
  }

  /** What a worker multiplies in. */
  private final class Scratch {
    private final FloatPanel first = new FloatPanel(ROWS, columns);
    private final FloatPanel second = new FloatPanel(ROWS, columns);
    private final FloatPanel product = new FloatPanel(columns, columns);
    private final float[] line = new float[columns];

    void add(int list, FloatBuffer numbers, int images) {
      Pairs pairs = lists.get(list);
      FloatBuffer u = first.buffer();
      FloatBuffer v = second.buffer();
      int count = 0;
      for (int image = 0; image < images; image++) {
        for (int pair = 0; pair < pairs.count(); pair++) {
          copy(numbers, image * places + pairs.first()[pair], u, count);
          if (!pairs.squares()) {
            copy(numbers, image * places + pairs.second()[pair], v, count);
          }
          if (++count == ROWS) {
            multiply(pairs.squares(), count, sums[list]);
            count = 0;
          }
        }
      }
      if (count > 0) {
        multiply(pairs.squares(), count, sums[list]);
      }
    }

    private void copy(FloatBuffer from, int row, FloatBuffer to, int at) {
      to.put(at * columns, from, row * columns, columns);
    }

    private void multiply(boolean squares, int count, double[] sum) {
      FloatPointer u = first.pointer("u", columns, count);
      FloatPointer into = product.pointer("product", columns, columns);
      if (squares) {
        cblas_ssyrk(
            CblasRowMajor, CblasUpper, CblasTrans, columns, count, 1, u, columns, 0, into, columns);
      } else {
        FloatPointer v = second.pointer("v", columns, count);
        cblas_sgemm(
            CblasRowMajor,
            CblasTrans,
            CblasNoTrans,
            columns,
            columns,
            count,
            1,
            u,
            columns,
            v,
            columns,
            0,
            into,
            columns);
      }
      FloatBuffer numbers = product.buffer();
      for (int i = 0; i < columns; i++) {
        int from = squares ? i : 0;
        int at = i * columns;
        numbers.get(at + from, line, from, columns - from);
        for (int j = from; j < columns; j++) {
          sum[at + j] += line[j];
        }
      }
    }

    void close() {
      first.close();
      second.close();
      product.close();
    }
  }

  /** Frees native memory; the sums stay. Further calls do nothing. */
  @Override
  public void close() {
    scratches.forEach(Scratch::close);
    scratches.clear();
  }
}
