package io.github.pleas.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class ConjugateTest {
  private static int[] ascending(Random random, int size) {
    int[] x = new int[size];
    for (int k = 0; k < size; k++) {
      x[k] = (k == 0 ? 0 : x[k - 1]) + 1 + random.nextInt(5);
    }
    return x;
  }

  /** By its definition, the minimum over all y, for any phi. */
  @Property(tries = 300)
  void itIsTheLargestFunctionThatStaysBelowTheProduct(@ForAll long seed) {
    Random random = new Random(seed);
    int[] x = ascending(random, 1 + random.nextInt(20));
    int[] y = ascending(random, 1 + random.nextInt(20));
    double q = (random.nextBoolean() ? 1 : -1) * (0.1 + random.nextDouble());
    boolean ties = random.nextBoolean();
    double[] phi = random.doubles(y.length).map(v -> ties ? Math.rint(4 * v) : 50 * v).toArray();
    int from = random.nextInt(y.length);
    int to = from + random.nextInt(y.length - from);
    double[] psi = new double[x.length];
    new Conjugate().into(q, y, phi, from, to, x, psi, 0, x.length - 1);
    for (int k = 0; k < x.length; k++) {
      double least = Double.POSITIVE_INFINITY;
      for (int m = from; m <= to; m++) {
        least = Math.min(least, q * x[k] * y[m] - phi[m]);
      }
      assertThat(psi[k]).isCloseTo(least, within(1e-9));
    }
  }
}
