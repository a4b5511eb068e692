package io.github.pleas.bench;

import io.github.pleas.linalg.Blas;
import io.github.pleas.linalg.FloatPanel;
import io.github.pleas.linalg.Moments;
import io.github.pleas.runtime.Workers;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** X'X and X'T of a panel of rows, against the peak in single precision. */
public class MomentsBenchmark extends KernelBenchmark {
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
