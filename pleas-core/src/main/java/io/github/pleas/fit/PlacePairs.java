package io.github.pleas.fit;

import io.github.pleas.linalg.PairProducts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * X'X of a convolution all of whose positions are rows, by places of its input instead of by rows.
 * With x_u the units at place u, the block of X'X for the taps s and t is the sum of x_u' x_v over
 * the pairs (u, v) of places that s and t see from some position. Where windows overlap, most pairs
 * are seen by several pairs of taps: a window of 3 x 3 moved by one has 45 pairs of taps, but only
 * 13 distances between them. So each pair is multiplied once, in a list with those that the same
 * pairs of taps see, and the list's sum added to the blocks of all of these.
 *
 * @param lists the pairs of places
 * @param taps for each list the pairs of taps that see it, as {@code s * count + t} with s <= t
 */
public record PlacePairs(List<PairProducts.Pairs> lists, List<int[]> taps) {
  /** With fewer units, a product is less work than its overhead. */
  private static final int LEAST_UNITS = 64;

  /** Pairs that are looked at, at most. */
  private static final long MOST = 1 << 20;

  /** What pairs may be of those that rows have, lest gathering them cost more than they save. */
  private static final double SHARE = 0.6;

  /** The pairs, where they are less work than the rows. */
  public static Optional<PlacePairs> of(Unrolling unrolling) {
    long positions = unrolling.offsets().length / unrolling.taps();
    long all = positions * unrolling.taps() * (unrolling.taps() + 1) / 2;
    if (unrolling.units() < LEAST_UNITS || unrolling.taps() == 1 || all > MOST) {
      return Optional.empty();
    }
    PlacePairs pairs = all(unrolling);
    boolean small = 2L * pairs.lists.size() <= (long) unrolling.taps() * unrolling.taps();
    return small && pairs.count() <= SHARE * all ? Optional.of(pairs) : Optional.empty();
  }

  /** The pairs, whatever work they are. */
  static PlacePairs all(Unrolling unrolling) {
    Map<BitSet, List<Pair>> byTaps = new LinkedHashMap<>();
    seen(unrolling)
        .forEach((pair, taps) -> byTaps.computeIfAbsent(taps, t -> new ArrayList<>()).add(pair));
    List<PairProducts.Pairs> lists = new ArrayList<>();
    List<int[]> taps = new ArrayList<>();
    byTaps.forEach(
        (seeing, pairs) -> {
          lists.add(
              new PairProducts.Pairs(
                  pairs.stream().mapToInt(Pair::first).toArray(),
                  pairs.stream().mapToInt(Pair::second).toArray(),
                  pairs.get(0).square()));
          taps.add(seeing.stream().toArray());
        });
    return new PlacePairs(lists, taps);
  }

  /**
   * Places that two taps see.
   *
   * @param square whether it is one tap, twice
   */
  private record Pair(int first, int second, boolean square) {}

  /** Of each pair of places the pairs of taps that see it. */
  private static Map<Pair, BitSet> seen(Unrolling unrolling) {
    int count = unrolling.taps();
    int[] offsets = unrolling.offsets();
    int outside = unrolling.places();
    Map<Pair, BitSet> seen = new LinkedHashMap<>();
    for (int from = 0; from < offsets.length; from += count) {
      int[] own = Arrays.copyOfRange(offsets, from, from + count);
      for (int s = 0; s < count; s++) {
        for (int t = s; t < count; t++) {
          if (own[s] != outside && own[t] != outside) {
            seen.computeIfAbsent(new Pair(own[s], own[t], s == t), p -> new BitSet())
                .set(s * count + t);
          }
        }
      }
    }
    return seen;
  }

  /** Pairs of places of an image, all lists together. */
  long count() {
    return lists.stream().mapToLong(list -> list.first().length).sum();
  }
}
