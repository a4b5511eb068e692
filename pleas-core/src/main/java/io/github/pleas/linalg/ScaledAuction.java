package io.github.pleas.linalg;

import java.util.Arrays;

/**
 * Prices of columns near those of the best assignment: rows bid for columns until each has one it
 * likes best to within epsilon, first coarsely, then ever finer (Bertsekas: "The auction algorithm:
 * a distributed relaxation method for the assignment problem", Annals of Operations Research 14,
 * 1988).
 *
 * <p>Any prices are good enough to start {@link AugmentingPaths} with, so that a round of bids may
 * end at a limit; the better they are, the shorter its paths.
 */
final class ScaledAuction {
  private static final int NOBODY = -1;

  /** Epsilon of each round, as a share of the difference between the largest and least entry. */
  private static final double[] ROUNDS = {0.1, 0.01, 0.001, 0.0002};

  /** Bids of one round for each row, at most. */
  private static final long BIDS = 64;

  private final double[] similarity;
  private final int n;
  private final double[] price;
  private final int[] rowOf;

  /**
   * An auction.
   *
   * @param similarity [n, n], row-major
   * @param price of each column; {@link #settle} changes it
   */
  ScaledAuction(double[] similarity, int n, double[] price) {
    this.similarity = similarity;
    this.n = n;
    this.price = price;
    this.rowOf = new int[n];
  }

  /** Runs all rounds. */
  void settle() {
    double least = Arrays.stream(similarity).min().orElse(0);
    double most = Arrays.stream(similarity).max().orElse(0);
    for (double share : ROUNDS) {
      // Without a difference there is nothing to bid for.
      if (most > least) {
        round(share * (most - least));
      }
    }
  }

  private void round(double epsilon) {
    Arrays.fill(rowOf, NOBODY);
    int[] waiting = new int[n];
    Arrays.setAll(waiting, k -> n - 1 - k);
    int count = n;
    for (long bids = BIDS * n; count > 0 && bids > 0; bids--) {
      int row = waiting[--count];
      int column = bid(row, epsilon);
      if (rowOf[column] != NOBODY) {
        waiting[count++] = rowOf[column];
      }
      rowOf[column] = row;
    }
  }

  /** The row's best column, at a price that leaves it worse than the second by epsilon. */
  private int bid(int row, double epsilon) {
    int first = 0;
    double least = Double.POSITIVE_INFINITY;
    double next = Double.POSITIVE_INFINITY;
    for (int column = 0, at = row * n; column < n; column++, at++) {
      double cost = -similarity[at] - price[column];
      if (cost < next) {
        if (cost < least) {
          next = least;
          least = cost;
          first = column;
        } else {
          next = cost;
        }
      }
    }
    price[first] -= next - least + epsilon;
    return first;
  }
}
