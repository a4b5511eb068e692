package io.github.pleas.layout;

import java.util.Arrays;
import java.util.Optional;

/**
 * What each element of an axis of the merged network stands for: a merged element for one of A and
 * one of B, a separate one for one of either. Where units are zipped (Stoica et al., "ZipIt!"), an
 * element may stand for several of each.
 *
 * @param a for each element the element of A's axis, the first if there are several, or -1 where it
 *     is B's alone
 * @param b for each element the element of B's axis, or -1 where it is A's alone
 * @param zipped all elements that each element stands for, where it may be several
 */
public record MergedAxis(int[] a, int[] b, Optional<Zipped> zipped) {
  /**
   * All elements that each element stands for.
   *
   * @param a for each element those of A's axis
   * @param b for each element those of B's axis
   */
  public record Zipped(int[][] a, int[][] b) {}

  public MergedAxis {
    if (a.length != b.length) {
      throw new IllegalArgumentException(a.length + " elements of A, " + b.length + " of B");
    }
  }

  /** An axis whose elements stand for one of each original at most. */
  public MergedAxis(int[] a, int[] b) {
    this(a, b, Optional.empty());
  }

  /** An axis whose elements may stand for several of each original. */
  static MergedAxis zipped(int[][] a, int[][] b) {
    return new MergedAxis(firsts(a), firsts(b), Optional.of(new Zipped(a, b)));
  }

  private static int[] firsts(int[][] all) {
    return Arrays.stream(all).mapToInt(own -> own.length == 0 ? -1 : own[0]).toArray();
  }

  /** For each element all elements of A's axis that it stands for. */
  public int[][] allA() {
    return zipped.map(Zipped::a).orElseGet(() -> singles(a));
  }

  /** For each element all elements of B's axis that it stands for. */
  public int[][] allB() {
    return zipped.map(Zipped::b).orElseGet(() -> singles(b));
  }

  private static int[][] singles(int[] own) {
    int[][] all = new int[own.length][];
    for (int e = 0; e < own.length; e++) {
      all[e] = own[e] < 0 ? new int[0] : new int[] {own[e]};
    }
    return all;
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
