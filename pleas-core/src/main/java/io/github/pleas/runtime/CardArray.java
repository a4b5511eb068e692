package io.github.pleas.runtime;

import io.github.pleas.onnx.Tensor;

/**
 * A single-precision array in a card's memory.
 *
 * @param block where it is
 * @param shape its dimensions
 */
record CardArray(CardMemory.Block block, int[] shape) implements RunArray {
  CardArray {
    if (Math.multiplyExact(Tensor.count(shape), (long) Float.BYTES) != block.bytes()) {
      throw new IllegalArgumentException(
          "an array of %d numbers in a block of %d bytes"
              .formatted(Tensor.count(shape), block.bytes()));
    }
  }
}
