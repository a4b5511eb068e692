package io.github.pleas.linalg;

/** Checks of sizes: every matrix here is one array, so it has at most 2^31 - 1 elements. */
final class Sizes {
  /** The largest n whose n x n elements an int still counts: 46,340. */
  private static final int LARGEST_SQUARE = (int) Math.sqrt(Integer.MAX_VALUE);

  private Sizes() {}

  /**
   * The elements of a matrix.
   *
   * @param what names the matrix in messages
   * @throws IllegalArgumentException if a size is negative, or there are more elements than an
   *     array has
   */
  static int elements(String what, int rows, int columns) {
    if (rows < 0 || columns < 0) {
      throw new IllegalArgumentException(
          "%s: sizes must not be negative, found [%d, %d]".formatted(what, rows, columns));
    }
    long elements = (long) rows * columns;
    if (elements > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "%s: [%d, %d] is more than one array holds (%d elements, square at most [%d, %d])"
              .formatted(what, rows, columns, Integer.MAX_VALUE, LARGEST_SQUARE, LARGEST_SQUARE));
    }
    return (int) elements;
  }

  /**
   * Requires that an array holds a matrix exactly.
   *
   * @param what names the matrix in messages
   * @throws IllegalArgumentException if its length is another
   */
  static void require(String what, int length, int rows, int columns) {
    if (length != elements(what, rows, columns)) {
      throw new IllegalArgumentException(
          "%s: expected %d elements for [%d, %d], found %d"
              .formatted(what, (long) rows * columns, rows, columns, length));
    }
  }
}
