package io.github.pleas.eval;

import io.github.pleas.linalg.Adam;
import io.github.pleas.linalg.Blas;
import io.github.pleas.linalg.Cholesky;
import io.github.pleas.runtime.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * A linear classifier on frozen features, trained with labels: says what features are good for,
 * whatever the network's own head makes of them.
 */
public final class LinearProbe {
  /** The ridge, relative to the mean variance of a feature. */
  private static final double RIDGE = 1e-2;

  private static final int EPOCHS = 50;
  private static final int BATCH = 16;
  private static final double RATE = 1e-3;

  private final int features;
  private final int classes;

  /** [features, classes], and the biases in a last row. */
  private final double[] weights;

  private LinearProbe(int features, int classes, double[] weights) {
    this.features = features;
    this.classes = classes;
    this.weights = weights;
  }

  /**
   * Trains a probe.
   *
   * @param features [images, features]
   * @param labels of each image, 0 to {@code classes} - 1
   * @param seed where the order of images is drawn from
   * @throws IllegalArgumentException if there are no images, or a label is none of the classes
   */
  public static LinearProbe train(
      Logits features, int[] labels, int classes, ProbeSolver solver, long seed, Workers workers) {
    if (labels.length == 0 || labels.length != features.images()) {
      throw new IllegalArgumentException(
          "%d labels for %d images".formatted(labels.length, features.images()));
    }
    for (int label : labels) {
      if (label < 0 || label >= classes) {
        throw new IllegalArgumentException("label " + label + " of " + classes + " classes");
      }
    }
    return switch (solver) {
      case RIDGE -> ridge(features, labels, classes, workers);
      case ADAM -> adam(features, labels, classes, seed);
    };
  }

  private static LinearProbe ridge(Logits x, int[] labels, int classes, Workers workers) {
    int rows = x.images();
    int width = x.classes();
    double[] mean = new double[width];
    for (int i = 0; i < x.values().length; i++) {
      mean[i % width] += x.values()[i] / (double) rows;
    }
    double[] transposed = new double[width * rows];
    double[] centred = new double[rows * width];
    for (int row = 0; row < rows; row++) {
      for (int p = 0; p < width; p++) {
        double value = x.values()[row * width + p] - mean[p];
        centred[row * width + p] = value;
        transposed[p * rows + row] = value / rows;
      }
    }
    double[] share = new double[classes];
    for (int label : labels) {
      share[label] += 1.0 / rows;
    }
    double[] targets = new double[rows * classes];
    for (int row = 0; row < rows; row++) {
      for (int c = 0; c < classes; c++) {
        targets[row * classes + c] = (labels[row] == c ? 1 : 0) - share[c];
      }
    }
    double[] gram = Blas.multiply(transposed, width, rows, centred, width, workers);
    double[] cross = Blas.multiply(transposed, width, rows, targets, classes, workers);
    double variance = 0;
    for (int p = 0; p < width; p++) {
      variance += gram[p * width + p] / width;
    }
    double[] ridge = new double[width];
    Arrays.fill(ridge, variance > 0 ? RIDGE * variance : 1);
    double[] weights = new double[(width + 1) * classes];
    try (Cholesky factor = Cholesky.factor(gram, ridge, workers)) {
      System.arraycopy(factor.solve(cross, classes), 0, weights, 0, width * classes);
    }
    for (int c = 0; c < classes; c++) {
      double bias = share[c];
      for (int p = 0; p < width; p++) {
        bias -= mean[p] * weights[p * classes + c];
      }
      weights[width * classes + c] = bias;
    }
    return new LinearProbe(width, classes, weights);
  }

  private static LinearProbe adam(Logits x, int[] labels, int classes, long seed) {
    int width = x.classes();
    LinearProbe probe = new LinearProbe(width, classes, new double[(width + 1) * classes]);
    Random random = new Random(seed);
    List<Integer> order = new ArrayList<>();
    for (int row = 0; row < labels.length; row++) {
      order.add(row);
    }
    int batches = (labels.length + BATCH - 1) / BATCH;
    int steps = EPOCHS * batches;
    Adam adam = new Adam(probe.weights);
    for (int step = 0; step < steps; step++) {
      if (step % batches == 0) {
        Collections.shuffle(order, random);
      }
      int from = step % batches * BATCH;
      double[] slope =
          probe.slope(x, labels, order.subList(from, Math.min(labels.length, from + BATCH)));
      adam.step(i -> slope[i], Adam.cosine(RATE, step, steps));
    }
    return probe;
  }

  /** The gradient of the mean cross-entropy over some rows. */
  private double[] slope(Logits x, int[] labels, List<Integer> rows) {
    double[] slope = new double[weights.length];
    int[] chosen = rows.stream().mapToInt(Integer::intValue).toArray();
    float[] probabilities = predict(x.of(chosen)).softmax().values();
    for (int k = 0; k < chosen.length; k++) {
      for (int c = 0; c < classes; c++) {
        double error = probabilities[k * classes + c] - (labels[chosen[k]] == c ? 1 : 0);
        for (int p = 0; p < features; p++) {
          slope[p * classes + c] += error * x.values()[chosen[k] * features + p] / chosen.length;
        }
        slope[features * classes + c] += error / chosen.length;
      }
    }
    return slope;
  }

  /** What the probe says of other images' features, [images, features]. */
  public Logits predict(Logits x) {
    if (x.classes() != features) {
      throw new IllegalArgumentException(
          "expected %d features, found %d".formatted(features, x.classes()));
    }
    float[] values = new float[x.images() * classes];
    for (int row = 0; row < x.images(); row++) {
      double[] sums = Arrays.copyOfRange(weights, features * classes, (features + 1) * classes);
      for (int p = 0; p < features; p++) {
        double value = x.values()[row * features + p];
        for (int c = 0; c < classes; c++) {
          sums[c] += value * weights[p * classes + c];
        }
      }
      for (int c = 0; c < classes; c++) {
        values[row * classes + c] = (float) sums[c];
      }
    }
    return new Logits(x.images(), classes, values);
  }
}
