package io.github.pleas.budget;

import io.github.pleas.symmetry.AxisUnits;
import io.github.pleas.symmetry.Symmetry;
import java.util.stream.IntStream;

/** How long the axes of the merged network's tensors are. */
final class AxisLengths {
  private final Symmetry symmetry;

  AxisLengths(Symmetry symmetry) {
    this.symmetry = symmetry;
  }

  /**
   * The length of an axis.
   *
   * @param merged its length in the originals
   */
  AxisLength of(String tensor, int axis, int merged) {
    AxisUnits units = symmetry.axis(tensor, axis).orElse(null);
    if (units == null) {
      return AxisLength.constant(merged);
    }
    long[] elements = new long[symmetry.groups().size()];
    for (int group : units.group()) {
      if (group >= 0) {
        elements[group]++;
      }
    }
    int[] groups = IntStream.range(0, elements.length).filter(g -> elements[g] > 0).toArray();
    // Where a group can be kept separate, each of its units has as many.
    long[] perUnit =
        IntStream.of(groups)
            .mapToLong(g -> elements[g] / symmetry.groups().get(g).size())
            .toArray();
    return new AxisLength(merged, groups, perUnit);
  }
}
