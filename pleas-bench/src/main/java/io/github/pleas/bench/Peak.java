package io.github.pleas.bench;

/**
 * What the machine's matrix products reach at best, in multiply-accumulates a second: the best of a
 * few runs.
 *
 * @param single in single precision
 * @param twice in double precision
 */
record Peak(double single, double twice) {
  private static final int RUNS = 8;

  static Peak measure(int threads) {
    try (SquareProducts single = SquareProducts.single(threads);
        SquareProducts twice = SquareProducts.twice(threads)) {
      return new Peak(rate(single), rate(twice));
    }
  }

  private static double rate(SquareProducts products) {
    double best = Double.POSITIVE_INFINITY;
    for (int run = 0; run < RUNS; run++) {
      long start = System.nanoTime();
      products.run();
      best = Math.min(best, (System.nanoTime() - start) / 1e9);
    }
    return products.macs() / best;
  }
}
