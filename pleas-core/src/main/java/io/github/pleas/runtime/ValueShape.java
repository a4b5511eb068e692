package io.github.pleas.runtime;

import java.util.Arrays;

/**
 * The shape of a value of a network, for any batch size: read off by running the network on two
 * batch sizes, not inferred.
 *
 * @param dimensions the shape for a batch of one
 * @param batchAxis the axis that grows with the batch, or -1 where none does
 * @param tokenAxes the axes that run over the tokens of a text, ascending
 */
public record ValueShape(int[] dimensions, int batchAxis, int[] tokenAxes) {
  private static final int[] NONE = {};

  public ValueShape {
    dimensions = dimensions.clone();
    tokenAxes = tokenAxes.clone();
  }

  /** The shape of a value without tokens. */
  public ValueShape(int[] dimensions, int batchAxis) {
    this(dimensions, batchAxis, NONE);
  }

  /** The same shape, some of whose axes run over tokens. */
  public ValueShape withTokens(int[] axes) {
    return new ValueShape(dimensions, batchAxis, axes);
  }

  /** The same axes of other lengths. */
  public ValueShape withDimensions(int[] lengths) {
    return new ValueShape(lengths, batchAxis, tokenAxes);
  }

  @Override
  public int[] tokenAxes() {
    return tokenAxes.clone();
  }

  @Override
  public int[] dimensions() {
    return dimensions.clone();
  }

  public int rank() {
    return dimensions.length;
  }

  /** The length of one axis for a batch of one. */
  public int dimension(int axis) {
    return dimensions[axis];
  }

  /** The shape for a batch of some size. */
  public int[] forBatch(int batch) {
    int[] shape = dimensions.clone();
    if (batchAxis >= 0) {
      shape[batchAxis] *= batch;
    }
    return shape;
  }

  /** Elements for each image of a batch. */
  public long elementsPerImage() {
    long count = 1;
    for (int dimension : dimensions) {
      count *= dimension;
    }
    return count;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ValueShape that
        && batchAxis == that.batchAxis
        && Arrays.equals(dimensions, that.dimensions)
        && Arrays.equals(tokenAxes, that.tokenAxes);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Arrays.hashCode(dimensions) + batchAxis) + Arrays.hashCode(tokenAxes);
  }

  /** As users read it: [batch, 64, 8, 8]. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("[");
    for (int axis = 0; axis < dimensions.length; axis++) {
      text.append(axis == 0 ? "" : ", ");
      if (axis == batchAxis) {
        text.append(dimensions[axis] == 1 ? "batch" : "batch*" + dimensions[axis]);
      } else {
        text.append(dimensions[axis]);
      }
    }
    return text.append(']').toString();
  }
}
