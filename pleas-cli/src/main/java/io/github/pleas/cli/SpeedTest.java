package io.github.pleas.cli;

import io.github.pleas.linalg.Blas;
import io.github.pleas.network.Network;
import io.github.pleas.runtime.Device;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.RunTimes;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.function.DoubleUnaryOperator;

/**
 * How fast this machine is, measured in moments. What is measured on processors is their time, not
 * the clock's: so it is the same while other programs keep them busy.
 */
final class SpeedTest {
  private static final int SIDE = 512;
  private static final double MOMENT = 0.1;
  private static final int BATCH = 16;
  private static final RunTimes.Effort WARM_UP = new RunTimes.Effort(0, 1, 1, 0);
  private static final RunTimes.Effort EFFORT = new RunTimes.Effort(0, 3, 61, 2);

  private SpeedTest() {}

  /**
   * How long the originals take.
   *
   * @param seconds that both take for an image, one after the other, in batches, if the processors
   *     have nothing else to do
   * @param slowdown how many times as long it took by the clock, at least 1: other programs ran, or
   *     threads waited for each other
   */
  record Running(double seconds, double slowdown) {}

  /** The time that two networks take for an image. */
  static Running originals(OrtRuntime runtime, Network a, Network b) {
    int batch = a.fixedBatch().orElse(BATCH);
    try (RunTimes times = new RunTimes(runtime, batch)) {
      times.add("a", a.graph(), a::shape);
      times.add("b", b.graph(), b::shape);
      times.measure(WARM_UP);
      long processors = Machine.processorNanos();
      long start = System.nanoTime();
      RunTimes.Measured measured = times.measure(EFFORT);
      double clock = (System.nanoTime() - start) / 1e9;
      double worked = (Machine.processorNanos() - processors) / 1e9 / runtime.threads();
      double images = (double) batch * measured.rounds();
      boolean told = processors >= 0 && worked > 0 && runtime.device().equals(Device.CPU);
      double seconds = told ? Math.min(clock, worked) : clock;
      return new Running(seconds / images, clock / seconds);
    }
  }

  /** Operations a second of products in single precision on one thread. */
  static double flops() {
    float[] factor = new float[SIDE * SIDE];
    Blas.useCallingThread();
    DoubleUnaryOperator seconds = secondsOfThisThread();
    Blas.multiplyTransposedRight(factor, SIDE, SIDE, factor, SIDE);
    double start = seconds.applyAsDouble(0);
    int products = 0;
    double took;
    do {
      Blas.multiplyTransposedRight(factor, SIDE, SIDE, factor, SIDE);
      products++;
      took = seconds.applyAsDouble(start);
    } while (took < MOMENT);
    return 2.0 * SIDE * SIDE * SIDE * products / took;
  }

  /** Seconds since a moment: of the processor, or of the clock where Java does not tell. */
  private static DoubleUnaryOperator secondsOfThisThread() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return threads.isCurrentThreadCpuTimeSupported() && threads.getCurrentThreadCpuTime() >= 0
        ? since -> threads.getCurrentThreadCpuTime() / 1e9 - since
        : since -> System.nanoTime() / 1e9 - since;
  }
}
