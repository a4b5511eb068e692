package io.github.pleas.eval;

/**
 * A share of images.
 *
 * @param correct how many are right
 * @param images of how many
 */
public record Accuracy(int correct, int images) {
  /** Of the normal distribution 95 % lie within so many deviations. */
  private static final double Z = 1.959963984540054;

  /** The share, from 0 to 1. */
  public double rate() {
    return (double) correct / images;
  }

  /** The standard error of the share. */
  public double standardError() {
    return Math.sqrt(rate() * (1 - rate()) / images);
  }

  /**
   * The interval that holds the true share with 95 % confidence (Wilson, 1927): unlike the share
   * plus or minus two standard errors it stays within 0 and 1, and is right near both.
   */
  public Interval interval() {
    double p = rate();
    double z2 = Z * Z / images;
    double centre = (p + z2 / 2) / (1 + z2);
    double half = Z * Math.sqrt(p * (1 - p) / images + z2 / (4.0 * images)) / (1 + z2);
    return new Interval(Math.max(0, centre - half), Math.min(1, centre + half));
  }

  /**
   * Bounds of a share.
   *
   * @param low the lower
   * @param high the upper
   */
  public record Interval(double low, double high) {}

  /** The share over both sets of images. */
  public Accuracy plus(Accuracy other) {
    return new Accuracy(correct + other.correct, images + other.images);
  }
}
