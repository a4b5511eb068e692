package io.github.pleas.bench;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The limits that the other benchmarks are held against. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "-Dorg.bytedeco.javacpp.maxbytes=0",
      "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
      "-Xmx3g"
    })
public class PeakBenchmark {
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
