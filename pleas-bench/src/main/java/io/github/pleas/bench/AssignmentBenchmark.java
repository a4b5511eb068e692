package io.github.pleas.bench;

import io.github.pleas.linalg.Assignment;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** Exact assignment of units, for matrices of several kinds. */
public class AssignmentBenchmark extends KernelBenchmark {
  /** Kinds of similarity. */
  public enum Kind {
    /** Noise around a hidden matching. */
    PARTNERS,
    /** Units that are mixtures of forty factors, unrelated between the networks. */
    FACTORS,
    UNIFORM,
    /** Three different values. */
    TIED
  }

  @Param({"512", "2048"})
  public int units;

  @Param public Kind kind;

  private double[] similarity;

  @Setup
  public void fill() {
    Random random = new Random(1);
    similarity = new double[units * units];
    int factors = 40;
    double[] left = random.doubles((long) units * factors, -1, 1).toArray();
    double[] right = random.doubles((long) units * factors, -1, 1).toArray();
    for (int i = 0; i < units; i++) {
      for (int j = 0; j < units; j++) {
        similarity[i * units + j] =
            switch (kind) {
              case PARTNERS -> (i == j ? 0.3 : 0) + 0.05 * random.nextGaussian();
              case FACTORS -> product(left, i * factors, right, j * factors, factors);
              case UNIFORM -> random.nextDouble();
              case TIED -> random.nextInt(3);
            };
      }
    }
  }

  private static double product(double[] left, int i, double[] right, int j, int count) {
    double sum = 0;
    for (int f = 0; f < count; f++) {
      sum += left[i + f] * right[j + f];
    }
    return sum;
  }

  @Benchmark
  public int[] maximize() {
    return Assignment.maximize(similarity, units);
  }
}
