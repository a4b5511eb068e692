package io.github.pleas.fit;

import io.github.pleas.network.UnitGather;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;

/**
 * What a layer sees at its positions, as indices: its input, seen as [images, outer, units, inner],
 * has for each of the {@code images * outer * inner} places a row of units, and what the layer sees
 * at a position is one such row for each tap.
 *
 * @param all units of the input
 * @param first the first unit that the layer, or its group, sees
 * @param units how many it sees
 * @param outer elements of the axes before the units', for one image
 * @param inner elements of those behind it
 * @param taps of the layer's window
 * @param offsets for each position and tap a place of its image, or the number of places where the
 *     tap is outside
 */
public record Unrolling(
    int all, int first, int units, int outer, int inner, int taps, int[] offsets) {
  /** Places of one image. */
  int places() {
    return outer * inner;
  }

  /** Numbers that an image has at all places. */
  int numbers() {
    return Math.multiplyExact(places(), units);
  }

  /** Numbers that the layer sees at a position. */
  int columns() {
    return units * taps;
  }

  /**
   * Writes the places of some positions of an image, those of the taps of a position after each
   * other, from an index on.
   *
   * @param image which image of a batch
   * @param to the places; where a tap is outside, any
   * @param within 1 for each of them, or 0 where a tap is outside
   */
  void write(int image, int[] positions, LongBuffer to, FloatBuffer within, int at) {
    int places = places();
    long start = (long) image * places;
    for (int position : positions) {
      for (int tap = 0; tap < taps; tap++) {
        int offset = offsets[position * taps + tap];
        boolean inside = offset < places;
        to.put(at, inside ? start + offset : start);
        within.put(at++, inside ? 1 : 0);
      }
    }
  }

  /**
   * Reads what one image has at all places.
   *
   * @param batch the layer's input, images one after another
   * @param rows where to write, [places, units]
   */
  void readPlaces(FloatBuffer batch, int image, float[] rows) {
    int[] starts = new int[places()];
    for (int place = 0; place < starts.length; place++) {
      starts[place] = ((image * outer + place / inner) * all + first) * inner + place % inner;
    }
    UnitGather.read(batch, starts, units, inner, rows, 0, units);
  }
}
