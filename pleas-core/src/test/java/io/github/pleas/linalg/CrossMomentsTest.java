package io.github.pleas.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.runtime.Workers;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CrossMomentsTest {
  private static double[] correlation(float[] x, int n, float[] y, int m, int inBlock) {
    try (Workers workers = new Workers(1)) {
      return correlation(x, n, y, m, inBlock, workers);
    }
  }

  private static double[] correlation(
      float[] x, int n, float[] y, int m, int inBlock, Workers workers) {
    int rows = x.length / n;
    CrossMoments moments = new CrossMoments(n, m);
    try (CrossMoments.Scratch scratch = new CrossMoments.Scratch(Math.max(n, m) + 1, workers)) {
      for (int from = 0; from < rows; from += inBlock) {
        int to = Math.min(rows, from + inBlock);
        moments.add(
            Arrays.copyOfRange(x, from * n, to * n),
            Arrays.copyOfRange(y, from * m, to * m),
            to - from,
            scratch);
      }
      assertThat(moments.rows()).isEqualTo(rows);
      return moments.correlation();
    }
  }

  @Test
  void productsAreAboutZeroWhateverTheMeansAre() {
    int rows = 3000;
    Random random = new Random(4);
    float[] x = new float[rows * 2];
    float[] y = new float[rows * 3];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (5 + random.nextGaussian());
    }
    for (int i = 0; i < y.length; i++) {
      y[i] = (float) (i % 3 - 7 + random.nextGaussian());
    }
    CrossMoments moments = new CrossMoments(2, 3);
    try (Workers workers = new Workers(1);
        CrossMoments.Scratch scratch = new CrossMoments.Scratch(3, workers)) {
      moments.add(x, y, rows, scratch);
    }
    double[] found = moments.products();
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 3; j++) {
        double sum = 0;
        for (int row = 0; row < rows; row++) {
          sum += (double) x[row * 2 + i] * y[row * 3 + j];
        }
        assertThat(found[i * 3 + j]).isCloseTo(sum, within(1e-5 * Math.abs(sum)));
      }
    }
  }

  /** By the definition, in two passes. */
  private static double[] reference(float[] x, int n, float[] y, int m) {
    double[] dx = centred(x, n);
    double[] dy = centred(y, m);
    int rows = x.length / n;
    double[] correlation = new double[n * m];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < m; j++) {
        double xx = 0;
        double yy = 0;
        double xy = 0;
        for (int row = 0; row < rows; row++) {
          xx += dx[row * n + i] * dx[row * n + i];
          yy += dy[row * m + j] * dy[row * m + j];
          xy += dx[row * n + i] * dy[row * m + j];
        }
        correlation[i * m + j] = xy / Math.sqrt(xx * yy);
      }
    }
    return correlation;
  }

  private static double[] centred(float[] x, int n) {
    int rows = x.length / n;
    double[] mean = new double[n];
    for (int i = 0; i < x.length; i++) {
      mean[i % n] += (double) x[i] / rows;
    }
    double[] centred = new double[x.length];
    Arrays.setAll(centred, i -> x[i] - mean[i % n]);
    return centred;
  }

  private static void assertClose(double[] found, double[] expected, double error) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).isCloseTo(expected[i], within(error));
    }
  }

  @Test
  void isTheCorrelationWhateverTheBlocks() {
    Random random = new Random(1);
    float[] x = Matrices.normal(random, 2500, 7, 0.3, 1);
    float[] y = Matrices.normal(random, 2500, 5, -0.2, 3);
    for (int i = 0; i < 2500; i++) {
      y[i * 5 + 2] += 2 * x[i * 7 + 4];
    }
    for (int inBlock : new int[] {1, 100, 2500}) {
      assertClose(correlation(x, 7, y, 5, inBlock), reference(x, 7, y, 5), 1e-6);
    }
  }

  @Test
  void survivesMeansThatAreLargeAgainstDeviations() {
    // Mean 1e4, deviation 1: about zero the squares would need 1e8 +- 1 to be told apart, beyond
    // single precision.
    Random random = new Random(2);
    float[] x = Matrices.normal(random, 4000, 6, 1e4, 1);
    float[] y = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = (float) (-3 * (x[i] - 1e4) + 2 * random.nextGaussian() + 5e3);
    }
    assertClose(correlation(x, 6, y, 6, 256), reference(x, 6, y, 6), 1e-5);
  }

  @Test
  void survivesARowsOrderThatHidesTheMeanAtFirst() {
    // The first block has another mean than all rows together: images of one class first.
    Random random = new Random(3);
    float[] x = Matrices.normal(random, 4000, 4, 0, 1);
    for (int i = 100 * 4; i < x.length; i++) {
      x[i] += 50;
    }
    assertClose(correlation(x, 4, x, 4, 100), reference(x, 4, x, 4), 1e-5);
  }

  @Test
  void ofAUnitWithItselfIsOneAtEveryScale() {
    Random random = new Random(4);
    float[] x = Matrices.normal(random, 1000, 5, 1, 1);
    float[] scaled = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      scaled[i] = (float) (x[i] * Math.pow(10, 5 * (i % 5) - 10));
    }
    double[] correlation = correlation(x, 5, scaled, 5, 1000);
    for (int i = 0; i < 5; i++) {
      assertThat(correlation[i * 5 + i]).isCloseTo(1, within(1e-6)).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void ofAConstantUnitIsZero() {
    float[] x = Matrices.normal(new Random(5), 300, 3, 0, 1);
    for (int row = 0; row < 300; row++) {
      x[row * 3] = 0;
      x[row * 3 + 1] = 0.1f;
    }
    double[] correlation = correlation(x, 3, x, 3, 300);
    assertThat(Arrays.copyOf(correlation, 8)).containsOnly(0);
    assertThat(correlation[8]).isCloseTo(1, within(1e-6));
  }

  @Test
  void areTheSameToTheLastBitForAnyNumberOfThreads() {
    // Beyond a tile of 512 columns on both sides.
    int n = 700;
    int m = 530;
    float[] x = Matrices.normal(new Random(6), 90, n, 2, 1);
    float[] y = Matrices.normal(new Random(7), 90, m, -1, 3);
    try (Workers one = new Workers(1);
        Workers three = new Workers(3)) {
      double[] alone = correlation(x, n, y, m, 50, one);
      assertThat(correlation(x, n, y, m, 50, three)).isEqualTo(alone);
      double[] expected = reference(x, n, y, m);
      for (int i = 0; i < alone.length; i++) {
        assertThat(alone[i]).isCloseTo(expected[i], within(1e-5));
      }
    }
  }

  @Test
  void refusesArraysThatAreTooShortAndScratchThatIsTooSmallOrClosed() {
    CrossMoments moments = new CrossMoments(3, 2);
    float[] x = {1, 2, 3, 4, 5, 7};
    Workers workers = new Workers(1);
    CrossMoments.Scratch scratch = new CrossMoments.Scratch(3, workers);
    assertThatThrownBy(() -> moments.add(x, x, 3, scratch))
        .hasMessage("X: expected [3, 3], found 6 numbers");
    assertThatThrownBy(moments::correlation).isInstanceOf(IllegalStateException.class);
    moments.add(x, x, 0, scratch);
    moments.add(x, x, 2, scratch);
    try (CrossMoments.Scratch small = new CrossMoments.Scratch(2, workers)) {
      assertThatThrownBy(() -> moments.add(x, x, 2, small))
          .hasMessage("scratch for 2 columns, expected 3");
    }
    scratch.close();
    scratch.close();
    workers.close();
    assertThat(moments.correlation()).hasSize(6);
    assertThatThrownBy(() -> moments.add(x, x, 2, scratch))
        .isInstanceOf(IllegalStateException.class);
  }
}
