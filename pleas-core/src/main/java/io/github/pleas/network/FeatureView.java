package io.github.pleas.network;

import io.github.pleas.runtime.ValueShape;
import java.nio.FloatBuffer;

/**
 * A value seen as rows of units: one row for each position of each image, one column for each
 * element of the unit axis.
 *
 * @param units elements of the unit axis
 * @param outer elements of all axes before it, for one image
 * @param inner elements of all axes after it
 */
public record FeatureView(int units, int outer, int inner) {
  /**
   * The view of a value along an axis.
   *
   * @throws IllegalArgumentException if the batch is not the value's first axis, or is the unit
   *     axis
   */
  public static FeatureView of(ValueShape shape, int unitAxis) {
    if (shape.batchAxis() != 0 || unitAxis == 0) {
      throw new IllegalArgumentException("no rows of units in a value of shape " + shape);
    }
    int outer = 1;
    int inner = 1;
    for (int axis = 0; axis < shape.rank(); axis++) {
      if (axis < unitAxis) {
        outer = Math.multiplyExact(outer, shape.dimension(axis));
      } else if (axis > unitAxis) {
        inner = Math.multiplyExact(inner, shape.dimension(axis));
      }
    }
    return new FeatureView(shape.dimension(unitAxis), outer, inner);
  }

  /** Rows that each image gives. */
  public int positions() {
    return outer * inner;
  }

  /** Elements of one image. */
  public int elements() {
    return outer * units * inner;
  }

  /**
   * Reads some rows of an image.
   *
   * @param batch images one after another
   * @param image which of them
   * @param positions which rows
   * @param rows where to write, from index 0: {@link #units} numbers for each position, one row
   *     after another
   */
  public void read(FloatBuffer batch, int image, int[] positions, float[] rows) {
    read(batch, image, positions, rows, 0, units);
  }

  /**
   * The same, to anywhere.
   *
   * @param from index of the first row's first unit
   * @param stride from each row to the next
   */
  public void read(
      FloatBuffer batch, int image, int[] positions, float[] rows, int from, int stride) {
    int[] starts = new int[positions.length];
    for (int row = 0; row < starts.length; row++) {
      starts[row] = start(image, positions[row]);
    }
    UnitGather.read(batch, starts, units, inner, rows, from, stride);
  }

  /** Where the first unit of a row is; the others follow it at distances of {@link #inner}. */
  public int start(int image, int position) {
    return image * elements() + position / inner * units * inner + position % inner;
  }
}
