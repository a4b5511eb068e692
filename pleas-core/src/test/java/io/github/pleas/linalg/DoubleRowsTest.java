package io.github.pleas.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.runtime.Workers;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DoubleRowsTest {
  /** More than one band of rows and of columns. */
  private static final int ROWS = 300;

  private static final int COLUMNS = 700;
  private static final int[] EVERY_THIRD_AND_A_RUN =
      IntStream.range(0, COLUMNS).filter(c -> c % 3 == 0 || c >= 300 && c < 610).toArray();

  private static float[][] numbers() {
    Random random = new Random(1);
    float[][] numbers = new float[ROWS][COLUMNS];
    for (float[] row : numbers) {
      for (int c = 0; c < COLUMNS; c++) {
        row[c] = (float) random.nextGaussian() + c % 5;
      }
    }
    return numbers;
  }

  /** In two parts. */
  private static DoubleRows of(float[][] numbers) {
    DoubleRows rows = new DoubleRows(ROWS, COLUMNS);
    try (FloatPanel panel = new FloatPanel(200, COLUMNS)) {
      for (int from = 0; from < ROWS; from += 200) {
        int count = Math.min(200, ROWS - from);
        for (int r = 0; r < count; r++) {
          panel.put(r, 0, numbers[from + r], 0, COLUMNS);
        }
        rows.put(from, panel, count);
      }
    }
    return rows;
  }

  @Test
  void theGramOfSomeColumnsIsTheSumOfTheirProducts() {
    float[][] x = numbers();
    try (DoubleRows rows = of(x)) {
      double[] one = rows.gram(EVERY_THIRD_AND_A_RUN, new Workers(1));
      double[] two = rows.gram(EVERY_THIRD_AND_A_RUN, new Workers(3));
      assertThat(two).isEqualTo(one);
      for (int[] at : new int[][] {{0, 0}, {3, 290}, {255, 256}, {270, 299}}) {
        double sum = 0;
        for (int c : EVERY_THIRD_AND_A_RUN) {
          sum += (double) x[at[0]][c] * x[at[1]][c];
        }
        assertThat(one[at[0] * ROWS + at[1]]).isCloseTo(sum, within(1e-9));
      }
    }
  }

  @Test
  void productsWithAMatrixAreTheirs() {
    float[][] x = numbers();
    int outputs = 5;
    double[] z = new Random(2).doubles(ROWS * outputs).toArray();
    double[] w = new Random(3).doubles(COLUMNS * outputs).toArray();
    try (DoubleRows rows = of(x)) {
      double[] product = new double[COLUMNS * outputs];
      rows.transposedTimes(
          EVERY_THIRD_AND_A_RUN,
          z,
          outputs,
          new Workers(2),
          (column, values, offset) ->
              System.arraycopy(values, offset, product, column * outputs, outputs));
      double[] times = rows.times(w, outputs, new Workers(2));
      for (int o = 0; o < outputs; o++) {
        double transposed = 0;
        double plain = 0;
        for (int r = 0; r < ROWS; r++) {
          transposed += x[r][609] * z[r * outputs + o];
        }
        for (int c = 0; c < COLUMNS; c++) {
          plain += x[299][c] * w[c * outputs + o];
        }
        assertThat(product[609 * outputs + o]).isCloseTo(transposed, within(1e-9));
        assertThat(product[outputs + o]).as("column 1 is not asked for").isZero();
        assertThat(times[299 * outputs + o]).isCloseTo(plain, within(1e-9));
      }
    }
  }

  @Test
  void centredColumnsHaveNoMean() {
    float[][] x = numbers();
    try (DoubleRows rows = of(x)) {
      double square = 0;
      for (float[] row : x) {
        square += (double) row[4] * row[4] / ROWS;
      }
      assertThat(rows.meanSquares()[4]).isCloseTo(square, within(1e-9));
      double[] means = rows.center();
      assertThat(means[4]).isCloseTo(4, within(0.3));
      double variance = square - means[4] * means[4];
      assertThat(rows.meanSquares()[4]).isCloseTo(variance, within(1e-9));
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    try (DoubleRows rows = new DoubleRows(2, 3);
        FloatPanel panel = new FloatPanel(3, 3)) {
      assertThatThrownBy(() -> rows.put(0, panel, 3))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("3 rows of [3, 3] do not fit into [2, 3]");
      assertThatThrownBy(() -> rows.gram(new int[] {3}, new Workers(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("columns 3 to 3 of 3");
    }
    DoubleRows closed = new DoubleRows(1, 1);
    closed.close();
    assertThatThrownBy(closed::meanSquares).isInstanceOf(IllegalStateException.class);
  }
}
