package io.github.pleas.symmetry;

/** Walks over all combinations of places, row-major, and gives for each its offset. */
final class Places {
  private final int[] lengths;
  private final int[] steps;
  private final int[] at;
  private int offset;
  private boolean started;

  /**
   * A walk.
   *
   * @param lengths how many places each axis has
   * @param steps what one place further along each axis adds to the offset
   */
  Places(int[] lengths, int[] steps) {
    this.lengths = lengths.clone();
    this.steps = steps.clone();
    this.at = new int[lengths.length];
  }

  /** The offset of the next combination. */
  int next() {
    if (!started) {
      started = true;
      return offset;
    }
    for (int axis = lengths.length - 1; axis >= 0; axis--) {
      offset += steps[axis];
      if (++at[axis] < lengths[axis]) {
        return offset;
      }
      offset -= steps[axis] * lengths[axis];
      at[axis] = 0;
    }
    return offset;
  }
}
