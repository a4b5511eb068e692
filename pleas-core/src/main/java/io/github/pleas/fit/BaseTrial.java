package io.github.pleas.fit;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * Of a layer whose images are in parts, or of each group of a convolution, the outputs of which the
 * base leaves hardly anything on the first rows. It is taken off their rows, and of the others off
 * the moments of all parts, as where all images are in one place. Where nothing was tried, it is
 * taken off the rows of all outputs.
 */
public final class BaseTrial implements Serializable {
  private static final long serialVersionUID = 1;

  /** For each group the outputs, ascending; no groups where nothing was tried. */
  private final int[][] answered;

  private BaseTrial(int[][] answered) {
    this.answered = answered;
  }

  /** Nothing was tried: that costs more than it saves, or the first images are elsewhere. */
  public static BaseTrial none() {
    return new BaseTrial(new int[0][]);
  }

  static BaseTrial of(List<int[]> groups) {
    return new BaseTrial(groups.toArray(int[][]::new));
  }

  /** This one, or the other if nothing was tried here: that of all parts, one of which tried. */
  public BaseTrial or(BaseTrial other) {
    return isDone() ? this : other;
  }

  boolean isDone() {
    return answered.length > 0;
  }

  /** The outputs of a group that the base answers, ascending; empty where nothing was tried. */
  public Optional<int[]> answered(int group) {
    return isDone() ? Optional.of(answered[group].clone()) : Optional.empty();
  }
}
