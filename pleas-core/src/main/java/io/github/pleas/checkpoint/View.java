package io.github.pleas.checkpoint;

import java.util.Arrays;
import java.util.Optional;

/**
 * How a tensor lies in its storage, as PyTorch describes it: element [i, j, ...] stands at {@code
 * offset + i strides[0] + j strides[1] + ...}, counted in elements. Dimensions, strides and offset
 * are not negative, and no number below overflows.
 *
 * @param shape the dimensions
 * @param strides as many; 0 repeats
 * @param offset the place of the first element
 */
record View(long[] shape, long[] strides, long offset) {
  /** A view of a whole storage, row-major. */
  static View rowMajor(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= shape[axis];
    }
    return new View(shape, strides, 0);
  }

  /** The number of elements, unless it is past what a long holds. */
  static Optional<Long> count(long[] shape) {
    long count = 1;
    for (long dimension : shape) {
      if (dimension == 0) {
        return Optional.of(0L);
      }
    }
    for (long dimension : shape) {
      if (Math.multiplyHigh(count, dimension) != 0 || count * dimension < 0) {
        return Optional.empty();
      }
      count *= dimension;
    }
    return Optional.of(count);
  }

  /** The number of elements. */
  long count() {
    return count(shape).orElseThrow();
  }

  /** How many elements a storage must have to hold this view, unless that is past a long. */
  Optional<Long> end() {
    if (count(shape).equals(Optional.of(0L))) {
      return Optional.of(0L);
    }
    try {
      return Optional.of(Math.addExact(offset, span()));
    } catch (ArithmeticException e) {
      return Optional.empty();
    }
  }

  /**
   * From the first element in the storage to the last, both included; at least one element.
   *
   * @throws ArithmeticException if that is past a long, which no view has whose {@link #end} is one
   */
  long span() {
    long last = 0;
    for (int axis = 0; axis < shape.length; axis++) {
      last = Math.addExact(last, Math.multiplyExact(shape[axis] - 1, strides[axis]));
    }
    return Math.addExact(last, 1);
  }

  /** Whether the elements stand in the storage one after the other, as they are counted. */
  boolean isContiguous() {
    long expected = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      if (shape[axis] != 1 && strides[axis] != expected) {
        return count() == 0;
      }
      expected *= shape[axis];
    }
    return true;
  }

  /** The view at one index of the first axis. */
  View slice(long index) {
    return new View(
        Arrays.copyOfRange(shape, 1, shape.length),
        Arrays.copyOfRange(strides, 1, strides.length),
        offset + index * strides[0]);
  }

  /** The same view without the strides that say nothing: those of axes of one element. */
  View normalised() {
    long[] telling = strides.clone();
    for (int axis = 0; axis < shape.length; axis++) {
      if (shape[axis] == 1) {
        telling[axis] = 0;
      }
    }
    return new View(shape, telling, offset);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof View that
        && offset == that.offset
        && Arrays.equals(shape, that.shape)
        && Arrays.equals(strides, that.strides);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Arrays.hashCode(shape) + Arrays.hashCode(strides)) + Long.hashCode(offset);
  }

  @Override
  public String toString() {
    return Arrays.toString(shape) + " with strides " + Arrays.toString(strides) + " at " + offset;
  }
}
