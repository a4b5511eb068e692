package io.github.pleas.layout;

import java.util.Arrays;

/**
 * What each element of an axis of the merged network stands for: a merged element for one of A and
 * one of B, a separate one for one of either.
 *
 * @param a for each element the element of A's axis, or -1 where it is B's alone
 * @param b for each element the element of B's axis, or -1 where it is A's alone
 */
public record MergedAxis(int[] a, int[] b) {
  public MergedAxis {
    if (a.length != b.length) {
      throw new IllegalArgumentException(a.length + " elements of A, " + b.length + " of B");
    }
  }

  /** An axis whose elements do not move: element e stands for element e of both. */
  public static MergedAxis same(int length) {
    int[] all = new int[length];
    for (int e = 0; e < length; e++) {
      all[e] = e;
    }
    return new MergedAxis(all, all.clone());
  }

  /** An axis that only A has. */
  public static MergedAxis onlyA(int length) {
    int[] none = new int[length];
    Arrays.fill(none, -1);
    return new MergedAxis(same(length).a, none);
  }

  /** An axis that only B has. */
  public static MergedAxis onlyB(int length) {
    MergedAxis swapped = onlyA(length);
    return new MergedAxis(swapped.b, swapped.a);
  }

  public int length() {
    return a.length;
  }

  public boolean isMerged(int element) {
    return a[element] >= 0 && b[element] >= 0;
  }

  public boolean isOnlyA(int element) {
    return b[element] < 0;
  }

  public boolean isOnlyB(int element) {
    return a[element] < 0;
  }

  /** Whether any element is separate. */
  public boolean hasSeparate() {
    for (int e = 0; e < a.length; e++) {
      if (!isMerged(e)) {
        return true;
      }
    }
    return false;
  }
}
