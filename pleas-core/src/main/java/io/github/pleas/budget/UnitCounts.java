package io.github.pleas.budget;

import java.util.stream.IntStream;

/** How many pairs of a group of n units may stay separate: its merged width is n more. */
public final class UnitCounts {
  private UnitCounts() {}

  /** All: 0 to n. */
  public static int[] all(int units) {
    return IntStream.rangeClosed(0, units).toArray();
  }

  /**
   * Those whose merged width is a multiple of a number. All merged and all separate remain allowed
   * whatever their width: it is that of the originals, or both.
   */
  public static int[] ofWidth(int units, int multiple) {
    if (multiple < 1) {
      throw new IllegalArgumentException("width multiple: expected 1 or more, found " + multiple);
    }
    return IntStream.rangeClosed(0, units)
        .filter(s -> s == 0 || s == units || (units + s) % multiple == 0)
        .toArray();
  }

  /** One only. */
  public static int[] fixed(int separate) {
    return new int[] {separate};
  }
}
