package io.github.pleas.layout;

import java.util.List;

/**
 * A value of the written network that stands in several, one after another along its unit axis.
 *
 * @param axis the unit axis
 * @param list the pieces in order
 */
record Pieces(int axis, List<Piece> list) {
  /**
   * A piece.
   *
   * @param value its name
   * @param length its elements on the unit axis
   */
  record Piece(String value, int length) {}

  Pieces {
    list = List.copyOf(list);
  }

  /** A value in one piece. */
  static Pieces whole(String value, int axis, int length) {
    return new Pieces(axis, List.of(new Piece(value, length)));
  }

  int length() {
    return list.stream().mapToInt(Piece::length).sum();
  }

  /** Whether another value is cut along the same axis at the same places. */
  boolean isCutAs(Pieces other) {
    return axis == other.axis
        && list.stream()
            .map(Piece::length)
            .toList()
            .equals(other.list.stream().map(Piece::length).toList());
  }
}
