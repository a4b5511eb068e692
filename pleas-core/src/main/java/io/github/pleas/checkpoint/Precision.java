package io.github.pleas.checkpoint;

import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The precision in which floating-point tensors are wanted. Integers, such as BatchNormalization's
 * count of batches, and complex numbers stay what they are.
 */
public enum Precision {
  /** That of the file. */
  KEEP(Optional.empty()),
  FLOAT32(Optional.of(ElementType.FLOAT)),
  FLOAT16(Optional.of(ElementType.FLOAT16)),
  BFLOAT16(Optional.of(ElementType.BFLOAT16));

  private final Optional<ElementType> type;

  Precision(Optional<ElementType> type) {
    this.type = type;
  }

  /** The type that a tensor of a type becomes. */
  public ElementType of(ElementType stored) {
    return switch (stored) {
      case FLOAT, DOUBLE, FLOAT16, BFLOAT16 -> type.orElse(stored);
      default -> stored;
    };
  }

  /**
   * A tensor in this precision, each value rounded to the nearest, ties to even.
   *
   * @throws InvalidInputException if a value is beyond what the precision can hold
   */
  public Tensor of(Tensor tensor) {
    ElementType wanted = of(tensor.type());
    if (wanted == tensor.type()) {
      return tensor;
    }
    byte[] from = tensor.bytes();
    byte[] to = new byte[Math.multiplyExact(tensor.size(), wanted.bytes())];
    new Rounding(tensor.type(), wanted, "a tensor " + tensor)
        .round(
            ByteBuffer.wrap(from).order(ByteOrder.LITTLE_ENDIAN),
            ByteBuffer.wrap(to).order(ByteOrder.LITTLE_ENDIAN));
    return Tensor.ofBytes(wanted, tensor.shape(), to);
  }

  /**
   * A state dict in this precision: nothing is converted before it is read. It closes the one that
   * it is made of.
   */
  public StateDict of(StateDict dict) {
    return this == KEEP ? dict : new RoundedStateDict(dict, this);
  }
}
