package io.github.pleas.bench;

import io.github.pleas.linalg.Blas;
import io.github.pleas.linalg.FloatPanel;
import io.github.pleas.linalg.Moments;
import io.github.pleas.runtime.Workers;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** X'X and X'T of a panel of rows, against the peak in single precision. */
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
public class MomentsBenchmark {
  private static final int ROWS = 2048;

  @Param({"289", "1153", "2305"})
  public int unknowns;

  private int targets;
  private Workers workers;
  private FloatPanel x;
  private FloatPanel t;
  private Moments moments;

  @Setup
  public void open() {
    Blas.useCallingThread();
    targets = unknowns / 9;
    workers = new Workers(Runtime.getRuntime().availableProcessors());
    x = filled(unknowns);
    t = filled(targets);
    moments = new Moments(unknowns, targets, workers);
  }

  private static FloatPanel filled(int columns) {
    float[] values = new float[ROWS * columns];
    Arrays.fill(values, 0.5f);
    FloatPanel panel = new FloatPanel(ROWS, columns);
    panel.put(0, 0, values, 0, values.length);
    return panel;
  }

  @Benchmark
  public void add(Work work) {
    moments.add(x, t, ROWS);
    work.gmac += ROWS * ((double) unknowns * (unknowns + 1) / 2 + unknowns * targets) / 1e9;
  }

  @TearDown
  public void close() {
    x.close();
    t.close();
    workers.close();
  }
}
