package io.github.pleas.report;

import java.util.List;

/**
 * A sweep, as far as its page tells of it.
 *
 * @param folder where the networks are, for the heading
 * @param merges by budget, ascending; all of one pair of networks
 * @param milliseconds for an image of A, of B, and of each merged network, timed in turns
 * @param seconds of the whole sweep
 */
public record SweepFacts(
    String folder, List<MergeFacts> merges, Milliseconds milliseconds, double seconds) {
  public SweepFacts {
    merges = List.copyOf(merges);
  }

  /**
   * Times for an image, medians.
   *
   * @param a of the first original
   * @param b of the second
   * @param merged of each merged network, in the order of the budgets
   */
  public record Milliseconds(double a, double b, List<Double> merged) {
    public Milliseconds {
      merged = List.copyOf(merged);
    }
  }
}
