package io.github.pleas.symmetry;

import io.github.pleas.runtime.ValueShape;

/**
 * A shape in which the batch has an axis of its own: of batch x 3 rows, heads on the batch's axis
 * say, the batch and 3. The rest of the axis is numbered as within one image, wherever in it the
 * batch lies.
 *
 * @param lengths of the axes for one image; one for the batch
 * @param batch the axis of the batch, or -1 where there is none
 */
record Apart(int[] lengths, int batch) {
  static Apart of(ValueShape shape) {
    int batch = shape.batchAxis();
    if (batch < 0) {
      return new Apart(shape.dimensions(), batch);
    }
    int[] lengths = new int[shape.rank() + 1];
    for (int axis = 0; axis < lengths.length; axis++) {
      lengths[axis] = axis == batch ? 1 : shape.dimension(axis < batch ? axis : axis - 1);
    }
    return new Apart(lengths, batch);
  }

  int length(int axis) {
    return lengths[axis];
  }

  /** Where an axis of the shape is here; the batch's axis is what remains of it. */
  int apart(int axis) {
    return batch < 0 || axis < batch ? axis : axis + 1;
  }

  /** Elements on these axes as they stand on those of the shape. */
  Elements together(Elements e) {
    Elements left = batch >= 0 && e.has(batch) ? e.first(batch) : e;
    return left.renamed(axis -> batch < 0 || axis < batch ? axis : axis - 1);
  }

  /** The lengths with a number that stands for the batch. */
  long[] lengths(long ofBatch) {
    long[] all = new long[lengths.length];
    for (int axis = 0; axis < all.length; axis++) {
      all[axis] = axis == batch ? ofBatch : lengths[axis];
    }
    return all;
  }
}
