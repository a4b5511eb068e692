package io.github.pleas.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.runtime.Workers;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MomentsTest {
  private static final Workers WORKERS = new Workers(2);

  private static Moments of(float[] x, int unknowns, float[] t, int targets, int inPanel) {
    int rows = x.length / unknowns;
    Moments moments = new Moments(unknowns, targets, WORKERS);
    try (FloatPanel xs = new FloatPanel(inPanel, unknowns);
        FloatPanel ts = new FloatPanel(inPanel, targets)) {
      for (int from = 0; from < rows; from += inPanel) {
        int count = Math.min(inPanel, rows - from);
        xs.put(0, 0, x, from * unknowns, count * unknowns);
        ts.put(0, 0, t, from * targets, count * targets);
        moments.add(xs, ts, count);
      }
    }
    return moments;
  }

  private static void assertMean(double[] mean, double[] sums, int rows, double[] scale, double e) {
    assertThat(mean).hasSameSizeAs(sums);
    for (int i = 0; i < sums.length; i++) {
      assertThat(mean[i]).isCloseTo(sums[i] / rows, within(e * scale[i]));
    }
  }

  /** For each entry of A'B the root of the product of the means of a^2 and b^2. */
  private static double[] scale(float[] a, int n, float[] b, int m) {
    double[] ofA = new double[n];
    double[] ofB = new double[m];
    int rows = a.length / n;
    for (int i = 0; i < a.length; i++) {
      ofA[i % n] += (double) a[i] * a[i] / rows;
    }
    for (int i = 0; i < b.length; i++) {
      ofB[i % m] += (double) b[i] * b[i] / rows;
    }
    double[] scale = new double[n * m];
    Arrays.setAll(scale, i -> Math.sqrt(ofA[i / m] * ofB[i % m]));
    return scale;
  }

  @Test
  void areTheProductsOfTheRowsWhateverThePanelsAndTiles() {
    Random random = new Random(1);
    // Below, at and above the 512 columns of a tile and the 1,024 rows of one product.
    for (int unknowns : new int[] {1, 37, 512, 513, 600}) {
      int targets = unknowns == 513 ? 520 : 1 + random.nextInt(40);
      int rows = 1100;
      float[] x = Matrices.normal(random, rows, unknowns, 0.5, 1);
      float[] t = Matrices.normal(random, rows, targets, -1, 2);
      for (int inPanel : new int[] {64, 1100}) {
        Moments moments = of(x, unknowns, t, targets, inPanel);
        assertThat(moments.rows()).isEqualTo(rows);
        assertMean(
            moments.meanGram(),
            Matrices.transposedTimes(x, unknowns, x, unknowns),
            rows,
            scale(x, unknowns, x, unknowns),
            2e-6);
        assertMean(
            moments.meanCross(),
            Matrices.transposedTimes(x, unknowns, t, targets),
            rows,
            scale(x, unknowns, t, targets),
            2e-6);
      }
    }
  }

  @Test
  void doNotLoseRowsThatAreSmallAgainstTheSum() {
    // In single precision 1e8 + 1 is 1e8: the ones would be lost.
    int rows = 20_000;
    float[] x = new float[rows];
    Arrays.fill(x, 1);
    x[0] = 1e4f;
    Moments moments = of(x, 1, x, 1, 1);
    assertThat(moments.meanGram()[0] * rows).isCloseTo(1e8 + rows - 1, within(1e-6));
    assertThat(moments.meanCross()[0] * rows).isCloseTo(1e8 + rows - 1, within(1e-6));
    assertThat(moments.meanTargetSquares()[0] * rows).isCloseTo(1e8 + rows - 1, within(1e-6));
  }

  @Test
  void giveTheSolutionOfAnIllConditionedProblem() {
    // Columns nearly equal, far from zero, as post-activation features are: condition number 1e6.
    Random random = new Random(2);
    int rows = 4000;
    int n = 24;
    float[] x = new float[rows * n];
    float[] t = new float[rows];
    for (int row = 0; row < rows; row++) {
      double common = 3 + random.nextGaussian();
      for (int j = 0; j < n; j++) {
        x[row * n + j] = (float) (common + 0.02 * random.nextGaussian());
      }
      t[row] = x[row * n] - x[row * n + 1];
    }
    Moments moments = of(x, n, t, 1, 512);
    try (Cholesky single = Cholesky.factor(ridged(moments.meanGram(), n), n);
        Cholesky exact =
            Cholesky.factor(ridged(means(Matrices.transposedTimes(x, n, x, n), rows), n), n)) {
      double[] w = single.solve(moments.meanCross(), 1);
      double[] reference = exact.solve(means(Matrices.transposedTimes(x, n, t, 1), rows), 1);
      for (int i = 0; i < n; i++) {
        assertThat(w[i]).isCloseTo(reference[i], within(5e-3));
      }
    }
  }

  private static double[] means(double[] sums, int rows) {
    return Arrays.stream(sums).map(s -> s / rows).toArray();
  }

  private static double[] ridged(double[] gram, int n) {
    double[] ridged = gram.clone();
    for (int i = 0; i < n; i++) {
      ridged[i * n + i] += 1e-4 * gram[0] / n;
    }
    return ridged;
  }

  @Test
  void gramIsSymmetricToTheLastBit() {
    int n = 100;
    float[] x = Matrices.normal(new Random(3), 50, n, 0, 1);
    double[] gram = of(x, n, x, n, 50).meanGram();
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        assertThat(gram[i * n + j]).isEqualTo(gram[j * n + i]);
      }
    }
  }

  @Test
  void areTheSameToTheLastBitForAnyNumberOfThreads() {
    Random random = new Random(4);
    int n = 600;
    float[] x = Matrices.normal(random, 300, n, 0, 1);
    float[] t = Matrices.normal(random, 300, 70, 0, 1);
    try (Workers one = new Workers(1);
        Workers three = new Workers(3);
        FloatPanel xs = Matrices.panel(x, 300, n);
        FloatPanel ts = Matrices.panel(t, 300, 70)) {
      Blas.useCallingThread();
      Moments alone = new Moments(n, 70, one);
      Moments together = new Moments(n, 70, three);
      alone.add(xs, ts, 300);
      together.add(xs, ts, 300);
      assertThat(together.meanGram()).isEqualTo(alone.meanGram());
      assertThat(together.meanCross()).isEqualTo(alone.meanCross());
    }
  }

  @Test
  void useOnlyTheRowsThatAreCounted() {
    float[] x = {1, 2, 3, 4, 100, 200};
    try (FloatPanel panel = Matrices.panel(x, 3, 2);
        FloatPanel targets = Matrices.panel(x, 3, 2)) {
      Moments moments = new Moments(2, 2, WORKERS);
      moments.add(panel, targets, 2);
      moments.add(panel, targets, 0);
      assertThat(moments.meanGram()).containsExactly(5, 7, 7, 10);
      assertThat(moments.meanTargetSquares()).containsExactly(5, 10);
    }
  }

  @Test
  void endWithTheirMean() {
    try (FloatPanel panel = Matrices.panel(new float[] {1, 2}, 1, 2)) {
      Moments moments = new Moments(2, 2, WORKERS);
      moments.add(panel, panel, 1);
      moments.meanGram();
      assertThatThrownBy(() -> moments.add(panel, panel, 1))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(moments::meanGram).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void refusePanelsOfAnotherShape() {
    Moments moments = new Moments(3, 2, WORKERS);
    try (FloatPanel x = new FloatPanel(4, 3);
        FloatPanel t = new FloatPanel(4, 2)) {
      assertThatThrownBy(() -> moments.add(x, x, 4))
          .hasMessageContaining("T: expected 4 rows of 2");
      assertThatThrownBy(() -> moments.add(x, t, 5)).hasMessageContaining("[4, 3]");
      assertThatThrownBy(moments::meanGram).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void refuseMoreUnknownsThanAnArrayHolds() {
    assertThatThrownBy(() -> new Moments(46_341, 1, WORKERS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[46341, 46341]")
        .hasMessageContaining("at most [46340, 46340]");
  }
}
