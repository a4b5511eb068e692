package io.github.pleas.layout;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.Network;
import io.github.pleas.network.OwnRows;
import io.github.pleas.onnx.Tensor;
import java.util.List;

/**
 * The constants of the merged network that no fit solves for: those of merged units are the
 * originals' means, a separate unit has its own. What is the same in both stays so, bit for bit. Of
 * embeddings of two vocabularies each row is its own network's, for a token has no mean with
 * another.
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
      return together(name, x, y);
    }
    for (int axis = 0; axis < shape.length; axis++) {
      MergedAxis merging = layout.axis(name, axis, shape[axis]);
      if (merging.hasSeparate() && separated) {
        throw separateTwice(name);
      }
      separated |= merging.hasSeparate();
      if (merging.zipped().isPresent()) {
        requireFinite(name, x, y);
        x = zipped(x, y, axis, merging);
        y = x;
        continue;
      }
      // A separate unit has its own constant: both sides of the mean take it from its original.
      Tensor[] both = gather(x, y, axis, merging.a(), merging.b());
      x = both[0];
      y = both[1];
    }
    OwnRows own = a.ownRows().get(name);
    return own != null ? rows(x, y, own) : x.isFloat() ? mean(name, x, y) : x;
  }

  /**
   * A constant on which units stand on several axes together: a merged unit meets its partner, and
   * separate blocks have their own along the axis on which they stand in a row.
   */
  private Tensor together(String name, Tensor x, Tensor y) {
    Tensor aligned = layout.aligned(name, y);
    Tensor left = x;
    Tensor right = aligned;
    boolean separated = false;
    for (int axis = 0; axis < x.rank(); axis++) {
      MergedAxis merging = layout.stretches(name, axis, x.dimension(axis));
      if (merging.hasSeparate()) {
        if (separated) {
          throw separateTwice(name);
        }
        separated = true;
        // One after another: A's, B's in the order of its partners, and with B's own.
        Tensor apart = layout.alignedBut(name, axis, y);
        int length = x.dimension(axis);
        Tensor all = x.joined(axis, aligned).joined(axis, apart);
        int[] from = new int[merging.length()];
        int[] other = new int[merging.length()];
        for (int e = 0; e < from.length; e++) {
          from[e] = merging.isOnlyB(e) ? 2 * length + merging.b()[e] : merging.a()[e];
          other[e] = merging.isMerged(e) ? length + merging.a()[e] : from[e];
        }
        left = all.gather(axis, from);
        right = all.gather(axis, other);
      }
    }
    return x.isFloat() ? mean(name, left, right) : left;
  }

  /** A's own rows of the first, and all others, which are B's, of the second. */
  private static Tensor rows(Tensor x, Tensor y, OwnRows own) {
    float[] rows = new float[x.size()];
    int width = x.size() / x.dimension(0);
    for (int row = 0; row < x.dimension(0); row++) {
      float[] from = own.contains(row) ? x.floats() : y.floats();
      System.arraycopy(from, row * width, rows, row * width, width);
    }
    return Tensor.ofFloats(x.shape(), rows);
  }

  private static InvalidInputException separateTwice(String name) {
    return new InvalidInputException(
        "'" + name + "' has separate units on two axes, which only layers may have");
  }

  /** Both tensors along an axis, each element the mean of all that it stands for. */
  private static Tensor zipped(Tensor x, Tensor y, int axis, MergedAxis merging) {
    if (!x.isFloat()) {
      return gather(x, y, axis, merging.a(), merging.b())[0];
    }
    int[][] ofA = merging.allA();
    int[][] ofB = merging.allB();
    int inner = 1;
    for (int k = axis + 1; k < x.rank(); k++) {
      inner *= x.dimension(k);
    }
    int outer = x.size() / Math.max(1, x.dimension(axis) * inner);
    int[] shape = x.shape();
    shape[axis] = merging.length();
    float[] means = new float[outer * merging.length() * inner];
    for (int o = 0; o < outer; o++) {
      for (int e = 0; e < merging.length(); e++) {
        for (int i = 0; i < inner; i++) {
          double sum = 0;
          for (int element : ofA[e]) {
            sum += x.floats()[(o * x.dimension(axis) + element) * inner + i];
          }
          for (int element : ofB[e]) {
            sum += y.floats()[(o * y.dimension(axis) + element) * inner + i];
          }
          means[(o * merging.length() + e) * inner + i] =
              (float) (sum / (ofA[e].length + ofB[e].length));
        }
      }
    }
    return Tensor.ofFloats(shape, means);
  }

  private void requireFinite(String name, Tensor x, Tensor y) {
    for (Tensor tensor : x.isFloat() ? List.of(x, y) : List.<Tensor>of()) {
      for (float value : tensor.floats()) {
        if (!Float.isFinite(value)) {
          throw new InvalidInputException(
              "'%s' has the value %s in %s or %s, which has no mean with others; choose another method than zipping"
                  .formatted(name, value, a.source(), b.source()));
        }
      }
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
