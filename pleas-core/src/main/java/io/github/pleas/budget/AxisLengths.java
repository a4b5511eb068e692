package io.github.pleas.budget;

import io.github.pleas.symmetry.Separability;
import io.github.pleas.symmetry.UnitRow;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** How long the axes of the merged network's tensors are. */
final class AxisLengths {
  private final Separability separability;

  AxisLengths(Separability separability) {
    this.separability = separability;
  }

  /**
   * The length of an axis. Units in blocks are counted with their blocks; those that cannot be
   * separate do not make it longer.
   *
   * @param merged its length in the originals
   */
  AxisLength of(String tensor, int axis, int merged) {
    Optional<UnitRow> row = separability.row(tensor, axis);
    if (row.isEmpty()) {
      return AxisLength.constant(merged);
    }
    Map<Integer, Long> elements = new TreeMap<>();
    for (UnitRow.Segment segment : row.get().segments()) {
      if (segment.group() >= 0 && separability.isSeparable(segment.group())) {
        elements.merge(segment.group(), (long) segment.run(), Long::sum);
      }
    }
    return new AxisLength(
        merged,
        elements.keySet().stream().mapToInt(Integer::intValue).toArray(),
        elements.values().stream().mapToLong(Long::longValue).toArray());
  }
}
