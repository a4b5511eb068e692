package io.github.pleas.cli;

import io.github.pleas.linalg.Blas;
import io.github.pleas.network.Network;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.RunTimes;

/** How fast this machine is, measured in moments. */
final class SpeedTest {
  private static final int SIDE = 512;
  private static final double MOMENT = 0.1;
  private static final int BATCH = 16;
  private static final RunTimes.Effort EFFORT = new RunTimes.Effort(1, 5, 61, 2);

  private SpeedTest() {}

  /** The time that each of two networks takes for an image, in seconds, in batches. */
  static double[] secondsAnImage(OrtRuntime runtime, Network a, Network b) {
    try (RunTimes times = new RunTimes(runtime, a.fixedBatch().orElse(BATCH))) {
      times.add("a", a.graph(), a::shape);
      times.add("b", b.graph(), b::shape);
      RunTimes.Measured measured = times.measure(EFFORT);
      return new double[] {measured.median("a") / 1e3, measured.median("b") / 1e3};
    }
  }

  /** Operations a second of products in single precision on one thread. */
  static double flops() {
    float[] factor = new float[SIDE * SIDE];
    Blas.useCallingThread();
    Blas.multiplyTransposedRight(factor, SIDE, SIDE, factor, SIDE);
    long start = System.nanoTime();
    int products = 0;
    double seconds;
    do {
      Blas.multiplyTransposedRight(factor, SIDE, SIDE, factor, SIDE);
      products++;
      seconds = (System.nanoTime() - start) / 1e9;
    } while (seconds < MOMENT);
    return 2.0 * SIDE * SIDE * SIDE * products / seconds;
  }
}
