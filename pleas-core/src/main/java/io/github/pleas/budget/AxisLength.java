package io.github.pleas.budget;

import java.util.Arrays;

/**
 * The length of an axis of the merged network, as the groups on it keep pairs separate: L(s) = L0 +
 * sum over g of e_g s_g. A separate pair takes twice the elements of a merged one, so e_g is how
 * many elements one unit of group g has there: one, or more where an axis has been flattened or the
 * group stands on it several times.
 *
 * @param merged L0, its length with everything merged, which is its length in the originals
 * @param groups the groups on it, ascending
 * @param perUnit e_g, elements for each unit of these groups
 */
record AxisLength(long merged, int[] groups, long[] perUnit) {
  AxisLength {
    if (groups.length != perUnit.length) {
      throw new IllegalArgumentException(
          groups.length + " groups, elements for units of " + perUnit.length);
    }
  }

  /** An axis whose length never changes. */
  static AxisLength constant(long length) {
    return new AxisLength(length, new int[0], new long[0]);
  }

  /** Whether it changes at all. */
  boolean moves() {
    return groups.length > 0;
  }

  /** By how much it is longer than with everything merged. */
  AxisLength growth() {
    return new AxisLength(0, groups, perUnit);
  }

  /** The part of this length that is a share of it, for everything merged and for each pair. */
  AxisLength share(long numerator, long denominator) {
    AxisLength all = times(numerator);
    return new AxisLength(
        all.merged / denominator,
        groups,
        Arrays.stream(all.perUnit).map(e -> e / denominator).toArray());
  }

  /** This length so many times. */
  AxisLength times(long factor) {
    return new AxisLength(
        Math.multiplyExact(merged, factor),
        groups,
        Arrays.stream(perUnit).map(e -> Math.multiplyExact(e, factor)).toArray());
  }
}
