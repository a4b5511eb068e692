package io.github.pleas.eval;

/**
 * A share of images.
 *
 * @param correct how many are right
 * @param images of how many
 */
public record Accuracy(int correct, int images) {
  /** The share, from 0 to 1. */
  public double rate() {
    return (double) correct / images;
  }

  /** The standard error of the share. */
  public double standardError() {
    return Math.sqrt(rate() * (1 - rate()) / images);
  }

  /** The share over both sets of images. */
  public Accuracy plus(Accuracy other) {
    return new Accuracy(correct + other.correct, images + other.images);
  }
}
