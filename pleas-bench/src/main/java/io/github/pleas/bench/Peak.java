package io.github.pleas.bench;

/**
 * What the machine's matrix products reach at best, in multiply-accumulates a second: the best of a
 * few runs.
 *
 * @param single in single precision
 * @param twice in double precision
 * @param perProcessorSecond in single precision, for each second of a processor's time: the same on
 *     a busy machine as on a quiet one
 */
record Peak(double single, double twice, double perProcessorSecond) {
  private static final int RUNS = 8;

  static Peak measure(int threads) {
    try (SquareProducts single = SquareProducts.single(threads);
        SquareProducts twice = SquareProducts.twice(threads)) {
      double start = ProcessorTime.seconds();
      double rate = rate(single);
      double processor = ProcessorTime.seconds() - start;
      return new Peak(rate, rate(twice), RUNS * single.macs() / processor);
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
