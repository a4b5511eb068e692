package io.github.pleas.symmetry;

import java.util.Arrays;

/**
 * For each class of elements a fingerprint of where they stand and how they are tied. Two classes
 * can change places, the n-th element of one on an axis with the n-th of the other, only if both
 * have their elements in the same places, each time in the same order, and tied and in blocks in
 * the same way: channels that a shuffle ties to each other in a ring stand in the same places as
 * another such ring, but need not run around it in the same sense.
 *
 * <p>128 bits that depend on the order of what was taken in (multiply and xor-shift).
 */
final class Fingerprints {
  /** Tells partitions from places. */
  private static final int PARTITION = 1 << 30;

  private final ElementClasses classes;
  private final long[] low;
  private final long[] high;

  /** Elements numbered within their class, in the order in which they are first met; from 1. */
  private final int[] number;

  private final int[] count;

  Fingerprints(ElementClasses classes) {
    this.classes = classes;
    int size = classes.count();
    low = new long[size];
    high = new long[size];
    number = new int[size];
    count = new int[size];
    Arrays.fill(low, 1);
    Arrays.fill(high, 2);
  }

  /** Takes in that elements stand on a place in this order. */
  void stand(int place, int[] ids) {
    for (int id : ids) {
      int root = classes.find(id);
      mix(root, place);
      mix(root, number(root, id));
    }
  }

  /** Takes in what stands beside elements that nothing may take to another. */
  void hold(int place, int[] ids, long[] contents) {
    for (int e = 0; e < ids.length; e++) {
      int root = classes.find(ids[e]);
      mix(root, place);
      mix(root, number(root, ids[e]));
      mix(root, contents[e]);
    }
  }

  /** Takes in that elements are tied pair by pair. */
  void tie(int call, int[] a, int[] b) {
    for (int e = 0; e < a.length; e++) {
      int root = classes.find(a[e]);
      mix(root, -call - 1);
      mix(root, number(root, a[e]));
      mix(root, number(root, b[e]));
    }
  }

  /**
   * Takes in who stands in which block: the n-th element of a unit goes where the n-th of the other
   * was, so it must stand in the same of the blocks that hold it, in the element of the same
   * number; or in the very same element, where the block does not move.
   */
  void stand(int call, Blocks.Partition partition, Blocks blocks) {
    for (int k = 0; k < partition.blocks().length; k++) {
      int id = partition.blocks()[k];
      int block = classes.find(id);
      boolean fixed = classes.whyFixed(block).isPresent();
      for (int inside : partition.contents()[k]) {
        int root = classes.find(inside);
        mix(root, PARTITION | call);
        mix(root, number(root, inside));
        if (classes.whyFixed(root).isEmpty()) {
          mix(root, fixed ? -1 : blocks.between(root, block) + 1);
          mix(root, fixed ? id : number(block, id));
        }
      }
    }
  }

  /** The fingerprint of a class, equal for equal ones. */
  Object of(int root) {
    return java.util.List.of(low[root], high[root]);
  }

  private int number(int root, int id) {
    if (number[id] == 0) {
      number[id] = ++count[root];
    }
    return number[id];
  }

  private void mix(int root, long value) {
    low[root] = scrambled(low[root] ^ value, 0xbf58476d1ce4e5b9L);
    high[root] = scrambled(high[root] ^ value, 0x94d049bb133111ebL);
  }

  private static long scrambled(long value, long factor) {
    long mixed = (value + 0x9e3779b97f4a7c15L) * factor;
    return mixed ^ (mixed >>> 29) ^ (mixed >>> 47);
  }
}
