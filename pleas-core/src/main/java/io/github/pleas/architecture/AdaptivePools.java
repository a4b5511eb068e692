package io.github.pleas.architecture;

import io.github.pleas.onnx.Attribute;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * PyTorch's AdaptiveAvgPool2d: means over m x m cells of a map, whatever its size. Along an axis of
 * n positions, cell i goes from floor(i n / m) to before ceil((i + 1) n / m): cells may overlap,
 * and where n is smaller than m, positions repeat. As cells are rectangles, the axes are done one
 * after the other.
 */
final class AdaptivePools {
  private final GraphDraft draft;

  AdaptivePools(GraphDraft draft) {
    this.draft = draft;
  }

  /**
   * The cells of one axis.
   *
   * @param positions n
   * @param count m
   */
  private record Cells(int positions, int count) {
    int start(int cell) {
      return (int) ((long) cell * positions / count);
    }

    int end(int cell) {
      return (int) (((long) (cell + 1) * positions + count - 1) / count);
    }

    int kernel() {
      return end(0);
    }

    int stride() {
      return count == 1 ? 1 : start(1);
    }

    /** Whether they are windows of one size at equal distances. */
    boolean areRegular() {
      for (int cell = 0; cell < count; cell++) {
        if (start(cell) != cell * stride() || end(cell) - start(cell) != kernel()) {
          return false;
        }
      }
      return stride() > 0;
    }
  }

  /** Means over {@code side} x {@code side} cells of a map of known size. */
  Value to(Value map, int side, String label) {
    Cells rows = new Cells(map.height(), side);
    Cells columns = new Cells(map.width(), side);
    if (rows.areRegular() && columns.areRegular()) {
      return map.named(pool(map.name(), rows, columns, label)).ofSize(side, side);
    }
    String pooled = axis(map.name(), rows, 2, label + ".rows");
    return map.named(axis(pooled, columns, 3, label + ".columns")).ofSize(side, side);
  }

  private String axis(String value, Cells cells, int axis, String label) {
    if (cells.positions() == cells.count()) {
      return value;
    }
    Cells one = new Cells(1, 1);
    if (cells.areRegular()) {
      return axis == 2 ? pool(value, cells, one, label) : pool(value, one, cells, label);
    }
    List<String> means = new ArrayList<>();
    for (int cell = 0; cell < cells.count(); cell++) {
      String at = label + "." + cell;
      String[] in = {
        value,
        draft.longs(at + ".start", cells.start(cell)),
        draft.longs(at + ".end", cells.end(cell)),
        draft.longs(at + ".axis", axis)
      };
      Map<String, Attribute> over = Map.of("axes", GraphDraft.ints(axis));
      means.add(draft.node(at + ".mean", "ReduceMean", over, draft.node(at, "Slice", in)));
    }
    Map<String, Attribute> along = Map.of("axis", new Attribute.Int(axis));
    return draft.node(label, "Concat", along, means.toArray(String[]::new));
  }

  private String pool(String value, Cells rows, Cells columns, String label) {
    Map<String, Attribute> attributes =
        Map.of(
            "kernel_shape", GraphDraft.ints(rows.kernel(), columns.kernel()),
            "strides", GraphDraft.ints(rows.stride(), columns.stride()));
    return draft.node(label, "AveragePool", attributes, value);
  }
}
