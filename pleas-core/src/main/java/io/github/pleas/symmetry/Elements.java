package io.github.pleas.symmetry;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Elements that stand on one axis of a tensor, or on several together. On one axis each of its
 * places has an element; where a tensor has been cut into heads, say, [heads, positions, features],
 * each pair of a head and a feature has one: its axes are 0 and 2.
 *
 * @param axes the axes, ascending
 * @param lengths how long each of them is
 * @param ids an element for each combination of places, row-major over the axes
 */
public record Elements(int[] axes, int[] lengths, int[] ids) {
  public Elements {
    if (axes.length != lengths.length
        || Arrays.stream(lengths).reduce(1, (a, b) -> a * b) != ids.length) {
      throw new IllegalArgumentException(
          "%d elements over axes %s of lengths %s"
              .formatted(ids.length, Arrays.toString(axes), Arrays.toString(lengths)));
    }
  }

  /** Elements on a single axis. */
  public static Elements on(int axis, int[] ids) {
    return new Elements(new int[] {axis}, new int[] {ids.length}, ids);
  }

  /** Whether they stand on this axis, alone or with others. */
  public boolean has(int axis) {
    return Arrays.binarySearch(axes, axis) >= 0;
  }

  /** Whether they stand on this axis and on no other. */
  public boolean isOn(int axis) {
    return axes.length == 1 && axes[0] == axis;
  }

  /** How long one of their axes is. */
  public int length(int axis) {
    return lengths[Arrays.binarySearch(axes, axis)];
  }

  /** Those of its axes for which something holds. */
  public int[] axes(IntPredicate which) {
    return Arrays.stream(axes).filter(which).toArray();
  }

  /** The same elements where each axis is called by another number. */
  public Elements renamed(IntUnaryOperator name) {
    int[] named = Arrays.stream(axes).map(name).toArray();
    int[] order =
        IntStream.range(0, named.length)
            .boxed()
            .sorted(Comparator.comparingInt(k -> named[k]))
            .mapToInt(Integer::intValue)
            .toArray();
    int[] sorted = Arrays.stream(order).map(k -> named[k]).toArray();
    int[] sizes = Arrays.stream(order).map(k -> lengths[k]).toArray();
    int[] steps = Arrays.stream(order).map(k -> step(k)).toArray();
    int[] moved = new int[ids.length];
    Places places = new Places(sizes, steps);
    for (int e = 0; e < moved.length; e++) {
      moved[e] = ids[places.next()];
    }
    return new Elements(sorted, sizes, moved);
  }

  /** How far apart neighbours along the k-th axis are. */
  private int step(int k) {
    int step = 1;
    for (int later = k + 1; later < lengths.length; later++) {
      step *= lengths[later];
    }
    return step;
  }

  /** At each place of an axis what stands at another: a selection, a repetition, an order. */
  public Elements gathered(int axis, int[] from) {
    int k = Arrays.binarySearch(axes, axis);
    int inner = step(k);
    int outer = ids.length / (inner * lengths[k]);
    int[] changed = lengths.clone();
    changed[k] = from.length;
    int[] taken = new int[outer * from.length * inner];
    int at = 0;
    for (int o = 0; o < outer; o++) {
      for (int source : from) {
        System.arraycopy(ids, (o * lengths[k] + source) * inner, taken, at, inner);
        at += inner;
      }
    }
    return new Elements(axes, changed, taken);
  }

  /**
   * These and more before and behind them on an axis.
   *
   * @param more as many as are missing, in their order
   */
  public Elements padded(int axis, int before, int after, int[] more) {
    int k = Arrays.binarySearch(axes, axis);
    int inner = step(k);
    int run = lengths[k] * inner;
    int[] changed = lengths.clone();
    changed[k] += before + after;
    int[] all = new int[ids.length + more.length];
    int at = 0;
    int used = 0;
    for (int from = 0; from < ids.length; from += run) {
      System.arraycopy(more, used, all, at, before * inner);
      System.arraycopy(ids, from, all, at + before * inner, run);
      used += before * inner;
      at += before * inner + run;
      System.arraycopy(more, used, all, at, after * inner);
      used += after * inner;
      at += after * inner;
    }
    return new Elements(axes, changed, all);
  }

  /** Those at the first place of an axis, without the axis. */
  public Elements first(int axis) {
    Elements one = gathered(axis, new int[] {0});
    int k = Arrays.binarySearch(axes, axis);
    int[] rest = IntStream.range(0, axes.length).filter(i -> i != k).toArray();
    return new Elements(
        Arrays.stream(rest).map(i -> axes[i]).toArray(),
        Arrays.stream(rest).map(i -> lengths[i]).toArray(),
        one.ids);
  }

  /** The same over more axes, alike at all places of those that are new. */
  public Elements spread(int[] over, int[] sizes) {
    int[] steps = new int[over.length];
    int count = 1;
    for (int i = 0; i < over.length; i++) {
      int k = Arrays.binarySearch(axes, over[i]);
      steps[i] = k < 0 ? 0 : step(k);
      count *= sizes[i];
    }
    int[] all = new int[count];
    Places places = new Places(sizes, steps);
    for (int e = 0; e < count; e++) {
      all[e] = ids[places.next()];
    }
    return new Elements(over, sizes, all);
  }

  /** For each combination of places on some of its axes, row-major, all elements there. */
  public int[][] rows(int[] keep) {
    int[] kept = IntStream.range(0, axes.length).filter(k -> contains(keep, axes[k])).toArray();
    int[] steps = new int[axes.length];
    int count = 1;
    for (int i = kept.length - 1; i >= 0; i--) {
      steps[kept[i]] = count;
      count *= lengths[kept[i]];
    }
    int[][] rows = new int[count][ids.length / count];
    int[] filled = new int[count];
    Places row = new Places(lengths, steps);
    for (int id : ids) {
      int r = row.next();
      rows[r][filled[r]++] = id;
    }
    return rows;
  }

  /** The lengths of some of its axes. */
  public int[] lengths(int[] of) {
    return Arrays.stream(of).map(this::length).toArray();
  }

  private static boolean contains(int[] axes, int axis) {
    return Arrays.stream(axes).anyMatch(a -> a == axis);
  }
}
