package io.github.pleas.linalg;

import java.util.function.IntToDoubleFunction;

/** Adam's steps (Kingma and Ba, 2015, algorithm 1), with its usual constants. */
public final class Adam {
  private static final double MEAN = 0.9;
  private static final double SQUARE = 0.999;
  private static final double SMALL = 1e-8;

  private final double[] weights;
  private final double[] mean;
  private final double[] square;
  private int steps;

  /**
   * Steps from a starting point.
   *
   * @param weights what is changed, in place
   */
  public Adam(double[] weights) {
    this.weights = weights;
    this.mean = new double[weights.length];
    this.square = new double[weights.length];
  }

  /**
   * Takes one step.
   *
   * @param slope the gradient at each weight
   * @param rate the learning rate
   */
  public void step(IntToDoubleFunction slope, double rate) {
    steps++;
    double unbiasedMean = 1 - Math.pow(MEAN, steps);
    double unbiasedSquare = 1 - Math.pow(SQUARE, steps);
    for (int i = 0; i < weights.length; i++) {
      double s = slope.applyAsDouble(i);
      mean[i] = MEAN * mean[i] + (1 - MEAN) * s;
      square[i] = SQUARE * square[i] + (1 - SQUARE) * s * s;
      weights[i] -=
          rate * (mean[i] / unbiasedMean) / (Math.sqrt(square[i] / unbiasedSquare) + SMALL);
    }
  }

  /** A learning rate that falls along a cosine, from the first at step 0 to zero at the last. */
  public static double cosine(double first, int step, int steps) {
    return first * 0.5 * (1 + Math.cos(Math.PI * step / steps));
  }
}
