package io.github.pleas.runtime;

import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Tensor;

/**
 * An array in a card's memory.
 *
 * @param block where it is, from its beginning on
 * @param type of its elements
 * @param shape its dimensions
 */
public record CardArray(CardMemory.Block block, ElementType type, int[] shape) implements RunArray {
  public CardArray {
    if (Math.multiplyExact(Tensor.count(shape), (long) type.bytes()) > block.bytes()) {
      throw new IllegalArgumentException(
          "an array of %d numbers in a block of %d bytes"
              .formatted(Tensor.count(shape), block.bytes()));
    }
  }

  /** An array of single precision. */
  static CardArray floats(CardMemory.Block block, int[] shape) {
    return new CardArray(block, ElementType.FLOAT, shape);
  }
}
