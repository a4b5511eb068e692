package io.github.pleas.layout;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Tensor;

/**
 * The constants of the merged network that no fit solves for: those of merged units are the
 * originals' means, a separate unit has its own. What is the same in both stays so, bit for bit.
 */
final class MergedConstants {
  private final Network a;
  private final Network b;
  private final MergedLayout layout;

  MergedConstants(Network a, Network b, MergedLayout layout) {
    this.a = a;
    this.b = b;
    this.layout = layout;
  }

  /**
   * A constant in the merged layout.
   *
   * @throws InvalidInputException if it has separate units on two axes, or is infinite in one
   *     network only
   */
  Tensor of(String name) {
    Tensor x = a.constant(name);
    Tensor y = b.constant(name);
    int[] shape = x.shape();
    boolean separated = false;
    if (layout.standsTogether(name)) {
      // Units on several axes together are all merged: each meets its partner.
      return x.isFloat() ? mean(name, x, layout.aligned(name, y)) : x;
    }
    for (int axis = 0; axis < shape.length; axis++) {
      MergedAxis merging = layout.axis(name, axis, shape[axis]);
      if (merging.hasSeparate() && separated) {
        throw new InvalidInputException(
            "'" + name + "' has separate units on two axes, which only layers may have");
      }
      separated |= merging.hasSeparate();
      if (merging.zipped().isPresent()) {
        requireUniform(name, x, y, axis);
        continue;
      }
      // A separate unit has its own constant: both sides of the mean take it from its original.
      Tensor[] both = gather(x, y, axis, merging.a(), merging.b());
      x = both[0];
      y = both[1];
    }
    return x.isFloat() ? mean(name, x, y) : x;
  }

  /**
   * Zipped units have no constant of their own that no fit solves for, unless all have the same.
   */
  private static void requireUniform(String name, Tensor x, Tensor y, int axis) {
    int[] first = new int[x.dimension(axis)];
    if (!x.gather(axis, first).equals(x) || !y.gather(axis, first).equals(y)) {
      throw new InvalidInputException(
          "'%s' differs from unit to unit, which zipping cannot merge; choose another method"
              .formatted(name));
    }
  }

  private Tensor mean(String name, Tensor x, Tensor y) {
    float[] mean = new float[x.size()];
    for (int i = 0; i < mean.length; i++) {
      float left = x.floats()[i];
      float right = y.floats()[i];
      if (left != right && (Float.isInfinite(left) || Float.isInfinite(right))) {
        throw new InvalidInputException(
            "'%s' is %s in %s where it is %s in %s: there is nothing between them; export both networks with the same mask"
                .formatted(name, left, a.source(), right, b.source()));
      }
      mean[i] = (float) (0.5 * ((double) left + right));
    }
    return Tensor.ofFloats(x.shape(), mean);
  }

  /** Both tensors along a merged axis, a missing side filled from the other. */
  private static Tensor[] gather(Tensor x, Tensor y, int axis, int[] a, int[] b) {
    Tensor joined = x.joined(axis, y);
    int length = x.dimension(axis);
    int[] left = new int[a.length];
    int[] right = new int[a.length];
    for (int e = 0; e < a.length; e++) {
      left[e] = a[e] >= 0 ? a[e] : length + b[e];
      right[e] = b[e] >= 0 ? length + b[e] : a[e];
    }
    return new Tensor[] {joined.gather(axis, left), joined.gather(axis, right)};
  }
}
