package io.github.pleas.network;

import io.github.pleas.runtime.ValueShape;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Which tokens the positions of a value belong to: the rows of a {@link FeatureView}, numbered
 * alike. A position may belong to several tokens, as that of an attention's weight does, or to
 * none.
 *
 * @param positions how many there are
 * @param strides for each axis that runs over tokens, how many positions one token takes
 * @param lengths how many tokens it has
 */
public record TokenPositions(int positions, int[] strides, int[] lengths) {
  /**
   * The positions of a value seen along an axis.
   *
   * @param unitAxis the axis that the rows run over
   */
  public static TokenPositions of(ValueShape shape, int unitAxis) {
    int[] axes = Arrays.stream(shape.tokenAxes()).filter(axis -> axis != unitAxis).toArray();
    int[] strides = new int[axes.length];
    int[] lengths = new int[axes.length];
    for (int k = 0; k < axes.length; k++) {
      lengths[k] = shape.dimension(axes[k]);
      strides[k] =
          IntStream.range(axes[k] + 1, shape.rank())
              .filter(axis -> axis != unitAxis)
              .map(shape::dimension)
              .reduce(1, Math::multiplyExact);
    }
    return new TokenPositions(FeatureView.of(shape, unitAxis).positions(), strides, lengths);
  }

  /** The positions of one sample that belong to real tokens only, ascending. */
  public int[] real(TokenMask mask, int sample) {
    IntStream all = IntStream.range(0, positions);
    return strides.length == 0
        ? all.toArray()
        : all.filter(position -> isReal(mask, sample, position)).toArray();
  }

  private boolean isReal(TokenMask mask, int sample, int position) {
    for (int k = 0; k < strides.length; k++) {
      if (!mask.isReal(sample, position / strides[k] % lengths[k])) {
        return false;
      }
    }
    return true;
  }

  /** Real positions of all of some samples. */
  public long count(TokenMask mask, int samples) {
    return strides.length == 0
        ? (long) positions * samples
        : IntStream.range(0, samples).mapToLong(sample -> real(mask, sample).length).sum();
  }
}
