package io.github.pleas.bench;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** The limits that the other benchmarks are held against. */
public class PeakBenchmark extends KernelBenchmark {
  private SquareProducts single;
  private SquareProducts twice;

  @Setup
  public void open() {
    int threads = Runtime.getRuntime().availableProcessors();
    single = SquareProducts.single(threads);
    twice = SquareProducts.twice(threads);
  }

  @Benchmark
  public void singlePrecision(Work work) {
    single.run();
    work.gmac += single.macs() / 1e9;
  }

  @Benchmark
  public void doublePrecision(Work work) {
    twice.run();
    work.gmac += twice.macs() / 1e9;
  }

  @TearDown
  public void close() {
    single.close();
    twice.close();
  }
}
