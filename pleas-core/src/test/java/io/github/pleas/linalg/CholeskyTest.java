package io.github.pleas.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.PleasException;
import io.github.pleas.runtime.Workers;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CholeskyTest {
  private static double[] gram(float[] x, int n) {
    return Matrices.transposedTimes(x, n, x, n);
  }

  @Test
  void factorsTheSumOfAMatrixAndADiagonal() {
    // [4 2; 2 3] + diag(0, 2): x = (1, -2) gives (0, -8).
    double[] matrix = {4, 2, 2, 3};
    try (Workers workers = new Workers(2);
        Cholesky cholesky = Cholesky.factor(matrix, new double[] {0, 2}, workers)) {
      assertThat(cholesky.solve(new double[] {0, -8}, 1))
          .containsExactly(new double[] {1, -2}, within(1e-12));
      assertThat(matrix).containsExactly(4, 2, 2, 3);
      assertThatThrownBy(() -> Cholesky.factor(matrix, new double[] {0, -3}, workers))
          .isInstanceOf(PleasException.class)
          .hasMessageContaining("order 2");
    }
  }

  @Test
  void solvesWhatTheMatrixTimesAKnownSolutionGives() {
    Random random = new Random(1);
    for (int n : new int[] {1, 2, 10, 65, 200}) {
      int m = 1 + random.nextInt(9);
      double[] s = gram(Matrices.normal(random, 2 * n, n, 0, 1), n);
      double[] x = Matrices.uniform(random, n, m);
      double[] before = s.clone();
      try (Cholesky cholesky = Cholesky.factor(s, n)) {
        double[] solved = cholesky.solve(Matrices.times(s, n, n, x, m), m);
        for (int i = 0; i < x.length; i++) {
          assertThat(solved[i]).isCloseTo(x[i], within(1e-9));
        }
      }
      assertThat(s).isEqualTo(before);
    }
  }

  @Test
  void isTheSameToTheLastBitForAnyNumberOfThreads() {
    // Beyond two blocks of 256 columns, and more than one of as many right sides.
    Random random = new Random(5);
    int n = 600;
    int m = 300;
    double[] s = gram(Matrices.normal(random, 700, n, 0, 1), n);
    double[] x = Matrices.uniform(random, n, m);
    double[] b = Matrices.times(s, n, n, x, m);
    Blas.useCallingThread();
    try (Workers one = new Workers(1);
        Workers three = new Workers(3);
        Cholesky alone = Cholesky.factor(s, n, one);
        Cholesky together = Cholesky.factor(s, n, three)) {
      double[] solved = alone.solve(b, m);
      assertThat(together.solve(b, m)).isEqualTo(solved);
      for (int i = 0; i < x.length; i++) {
        assertThat(solved[i]).isCloseTo(x[i], within(1e-8));
      }
      assertThat(Blas.multiply(s, n, n, x, m, three)).isEqualTo(Blas.multiply(s, n, n, x, m, one));
    }
  }

  /** Selections that share nothing, some, or all of what is factored: each is as by itself. */
  @Test
  void selectionsThatBeginAlikeAreSolvedAsEachByItself() {
    Random random = new Random(7);
    int n = 1000;
    double[] s = gram(Matrices.normal(random, 1200, n, 0, 1), n);
    double[] before = s.clone();
    double[] diagonal = Matrices.uniform(random, n, 1);
    int[][] selections = {
      // Several blocks of 256 are factored, and several follow.
      joined(range(0, 620), range(999, 1000), range(620, 900)),
      joined(range(0, 620), range(999, 1000), range(620, 700)),
      joined(range(0, 620), range(999, 1000), range(700, 999)),
      joined(range(0, 620), range(999, 1000)),
      joined(range(0, 620), range(999, 1000), range(700, 999)),
      joined(range(0, 300), range(400, 950)),
      joined(range(0, 300), range(500, 510)),
      {5},
      range(20, 600),
    };
    try (Workers two = new Workers(2);
        Workers three = new Workers(3);
        Cholesky some = Cholesky.ofSelections(s, diagonal, 920, two);
        Cholesky again = Cholesky.ofSelections(s, diagonal, 920, three)) {
      for (int[] which : selections) {
        int k = which.length;
        double[] picked = new double[k * k];
        for (int i = 0; i < k; i++) {
          for (int j = 0; j < k; j++) {
            picked[i * k + j] = s[which[i] * n + which[j]];
          }
          picked[i * k + i] += diagonal[which[i]];
        }
        double[] x = Matrices.uniform(random, k, 3);
        double[] b = Matrices.times(picked, k, k, x, 3);
        some.select(which);
        double[] solved = some.solve(b, 3);
        again.select(which);
        assertThat(again.solve(b, 3)).isEqualTo(solved);
        for (int i = 0; i < x.length; i++) {
          assertThat(solved[i]).isCloseTo(x[i], within(1e-8));
        }
      }
    }
    assertThat(s).isEqualTo(before);
  }

  /** What failed is not taken for factored, and the entry that is named is the matrix's. */
  @Test
  void aSelectionThatFailsLeavesNothingForTheNext() {
    double[] s = {1, 0, 0, 0, 1, 2, 0, 2, 1};
    try (Workers workers = new Workers(2);
        Cholesky some = Cholesky.ofSelections(s, new double[3], 3, workers)) {
      assertThatThrownBy(() -> some.select(new int[] {1, 2, 0}))
          .isInstanceOf(PleasException.class)
          .hasMessageContaining("order 2");
      assertThatThrownBy(() -> some.solve(new double[3], 1))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> some.select(new int[] {1, 2})).hasMessageContaining("order 2");
      some.select(new int[] {1, 0});
      assertThat(some.solve(new double[] {3, 4}, 1)).containsExactly(3, 4);
      s[2] = Double.NaN;
      assertThatThrownBy(() -> some.select(new int[] {0, 2})).hasMessageContaining("[0, 2]");
      assertThatThrownBy(() -> some.select(new int[] {0, 1, 2, 0}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at most 3 rows, found 4");
      assertThatThrownBy(() -> Cholesky.ofSelections(s, new double[3], 4, workers))
          .hasMessageContaining("1 to 3 of its rows, found 4");
    }
  }

  @Test
  void aFactorOfOneThreadSelectsToo() {
    try (Cholesky one = Cholesky.factor(new double[] {4, 2, 0, 2, 3, 0, 0, 0, 5}, 3)) {
      one.select(new int[] {0, 2});
      assertThat(one.solve(new double[] {8, 5}, 1)).containsExactly(2, 1);
    }
  }

  private static int[] range(int from, int to) {
    return IntStream.range(from, to).toArray();
  }

  private static int[] joined(int[]... parts) {
    return Stream.of(parts).flatMapToInt(IntStream::of).toArray();
  }

  @Test
  void saysWhichLeadingMinorFailsInALaterBlock() {
    int n = 600;
    double[] s = new double[n * n];
    for (int i = 0; i < n; i++) {
      s[i * n + i] = 1;
    }
    // Unit 523 equals unit 3.
    s[3 * n + 523] = 1;
    s[523 * n + 3] = 1;
    try (Workers workers = new Workers(2)) {
      assertThatThrownBy(() -> Cholesky.factor(s, n, workers))
          .hasMessageContaining("leading minor of order 524");
      s[3 * n + 523] = Double.NaN;
      assertThatThrownBy(() -> Cholesky.factor(s, n, workers)).hasMessageContaining("[3, 523]");
    }
  }

  @Test
  void leavesAResidualThatIsOrthogonalToTheColumns() {
    // Condition number of X'X near 1e10: the solution may be off, its residual may not.
    Random random = new Random(2);
    int rows = 300;
    int n = 20;
    float[] x = Matrices.normal(random, rows, n, 0, 1);
    for (int row = 0; row < rows; row++) {
      x[row * n + 1] = (float) (x[row * n] + 1e-4 * random.nextGaussian());
    }
    float[] t = Matrices.normal(random, rows, 1, 0, 1);
    try (Cholesky cholesky = Cholesky.factor(gram(x, n), n)) {
      double[] w = cholesky.solve(Matrices.transposedTimes(x, n, t, 1), 1);
      double[] against = new double[n];
      for (int row = 0; row < rows; row++) {
        double residual = t[row];
        for (int j = 0; j < n; j++) {
          residual -= x[row * n + j] * w[j];
        }
        for (int j = 0; j < n; j++) {
          against[j] += x[row * n + j] * residual;
        }
      }
      for (double product : against) {
        assertThat(product).isCloseTo(0, within(1e-8 * rows));
      }
    }
  }

  @Test
  void readsOnlyTheUpperTriangle() {
    double[] upper = {4, 2, -7, 3};
    try (Cholesky cholesky = Cholesky.factor(upper, 2)) {
      // [4 2; 2 3] [1; -1] = [2; -1]
      assertThat(cholesky.solve(new double[] {2, -1}, 1)[0]).isCloseTo(1, within(1e-14));
      assertThat(cholesky.solve(new double[] {2, -1}, 1)[1]).isCloseTo(-1, within(1e-14));
    }
  }

  @Test
  void saysWhichLeadingMinorFailsAndWhatToDo() {
    // Leading minors 2, 3 and -1: the third is the first that is not positive.
    double[] s = {2, 1, 0, 1, 2, 1, 0, 1, 1.0 / 3};
    assertThatThrownBy(() -> Cholesky.factor(s, 3))
        .isInstanceOf(PleasException.class)
        .hasMessageContaining("[3, 3]")
        .hasMessageContaining("leading minor of order 3")
        .hasMessageContaining("ridge");
    assertThatThrownBy(() -> Cholesky.factor(new double[] {1, 0, 0, 0, 0, 0, 0, 0, 1}, 3))
        .hasMessageContaining("leading minor of order 2");
  }

  @Test
  void saysWhereTheMatrixIsNotFinite() {
    for (double wrong :
        new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
      for (int at : new int[] {0, 2, 5, 8}) {
        double[] s = {1, 0, 0, 0, 1, 0, 0, 0, 1};
        s[at] = wrong;
        assertThatThrownBy(() -> Cholesky.factor(s, 3))
            .isInstanceOf(PleasException.class)
            .hasMessageContaining("holds " + wrong + " at [" + at / 3 + ", " + at % 3 + "]");
      }
    }
    int n = 700; // beyond the block size of the blocked factorisation
    double[] large = new double[n * n];
    for (int i = 0; i < n; i++) {
      large[i * n + i] = 1;
    }
    large[10 * n + 600] = Double.NaN;
    assertThatThrownBy(() -> Cholesky.factor(large, n)).hasMessageContaining("[10, 600]");
  }

  @Test
  void refusesArraysOfAnotherLength() {
    assertThatThrownBy(() -> Cholesky.factor(new double[8], 3)).hasMessageContaining("found 8");
    assertThatThrownBy(() -> Cholesky.factor(new double[0], 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Cholesky.factor(new double[0], 50_000))
        .hasMessageContaining("[46340, 46340]");
    try (Cholesky cholesky = Cholesky.factor(new double[] {1}, 1)) {
      assertThatThrownBy(() -> cholesky.solve(new double[3], 2)).hasMessageContaining("found 3");
      assertThat(cholesky.solve(new double[0], 0)).isEmpty();
    }
  }

  @Test
  void closeTwiceIsCloseOnce() {
    Cholesky cholesky = Cholesky.factor(new double[] {4}, 1);
    cholesky.close();
    cholesky.close();
    assertThatThrownBy(() -> cholesky.solve(new double[] {1}, 1))
        .isInstanceOf(IllegalStateException.class);
  }
}
