package io.github.pleas.checkpoint;

import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

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

  // What a network computes with beside its weights (sizes, scales, limits) is smaller than this.
  private static final int LEAST_ELEMENTS = 256;

  /** Whether a tensor is a weight by its size, and no scale or limit. */
  public static boolean isLarge(Tensor tensor) {
    return tensor.size() >= LEAST_ELEMENTS;
  }

  /**
   * The precision that tensors are stored in, of which their small ones tell nothing: one of 16
   * bits if all have it, else single.
   */
  public static Precision stored(Collection<Tensor> tensors) {
    Predicate<Tensor> isReal = t -> t.isFloat() || FLOAT32.of(t.type()) != t.type();
    List<Tensor> real = tensors.stream().filter(isReal).toList();
    List<Tensor> large = real.stream().filter(Precision::isLarge).toList();
    Set<ElementType> types = EnumSet.noneOf(ElementType.class);
    (large.isEmpty() ? real : large).forEach(tensor -> types.add(tensor.type()));
    if (types.equals(EnumSet.of(ElementType.FLOAT16))) {
      return FLOAT16;
    }
    return types.equals(EnumSet.of(ElementType.BFLOAT16)) ? BFLOAT16 : FLOAT32;
  }

  /** The narrowest precision that holds all numbers of this one and of another; neither is KEEP. */
  public Precision wider(Precision other) {
    return this == other ? this : FLOAT32;
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
    return of(tensor, "a tensor " + tensor);
  }

  /**
   * The same.
   *
   * @param what the tensor, as messages call it
   * @throws InvalidInputException if a value is beyond what the precision can hold
   */
  public Tensor of(Tensor tensor, String what) {
    ElementType wanted = of(tensor.type());
    if (wanted == tensor.type()) {
      return tensor;
    }
    byte[] from = tensor.bytes();
    byte[] to = new byte[Math.multiplyExact(tensor.size(), wanted.bytes())];
    new Rounding(tensor.type(), wanted, what)
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
