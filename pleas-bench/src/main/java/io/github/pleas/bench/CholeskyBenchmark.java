package io.github.pleas.bench;

import io.github.pleas.linalg.Blas;
import io.github.pleas.linalg.Cholesky;
import io.github.pleas.runtime.Workers;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** A factorisation with its solves, against the peak in double precision. */
public class CholeskyBenchmark extends KernelBenchmark {
  @Param({"577", "2305", "4609"})
  public int unknowns;

  private int sides;
  private Workers workers;
  private double[] matrix;
  private double[] rightSides;

  @Setup
  public void open() {
    Blas.useCallingThread();
    sides = unknowns / 9;
    workers = new Workers(Runtime.getRuntime().availableProcessors());
    matrix = new double[unknowns * unknowns];
    for (int i = 0; i < unknowns; i++) {
      for (int j = 0; j < unknowns; j++) {
        // Diagonally dominant, so positive definite.
        matrix[i * unknowns + j] = i == j ? 1 : 1.0 / unknowns / (1 + Math.abs(i - j));
      }
    }
    rightSides = new double[unknowns * sides];
    java.util.Arrays.fill(rightSides, 1);
  }

  @Benchmark
  public double[] solve(Work work) {
    try (Cholesky cholesky = Cholesky.factor(matrix, unknowns, workers)) {
      work.gmac += (Math.pow(unknowns, 3) / 6 + Math.pow(unknowns, 2) * sides) / 1e9;
      return cholesky.solve(rightSides, sides);
    }
  }

  @TearDown
  public void close() {
    workers.close();
  }
}
