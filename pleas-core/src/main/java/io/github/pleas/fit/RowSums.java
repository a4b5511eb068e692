package io.github.pleas.fit;

import io.github.pleas.linalg.DoubleRows;
import io.github.pleas.runtime.Workers;
import java.io.Serializable;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What some rows add to a problem that is held as its rows: themselves, which are at most half as
 * many as the unknowns and so less than the moments would be.
 */
final class RowSums implements LayerSums {
  private static final long serialVersionUID = 1;

  /**
   * The rows of one part of the images.
   *
   * @param x X, [rows, unknowns]
   * @param left D, [rows, outputs]
   * @param predictions X W0, [rows, outputs]
   */
  private record Block(float[] x, float[] left, float[] predictions) implements Serializable {}

  private final int unknowns;
  private final BaseSums sums;

  /** By the first image, so that their order does not depend on who came first. */
  private final TreeMap<Integer, Block> blocks = new TreeMap<>();

  private RowSums(int unknowns, BaseSums sums) {
    this.unknowns = unknowns;
    this.sums = sums;
  }

  /**
   * Gathers some rows.
   *
   * @param base W0, [unknowns, outputs]
   * @param all how many rows there are of all images
   * @param first the place of the first image among all
   */
  static RowSums of(
      List<LayerRows> rows, double[] base, boolean bias, long all, int first, Workers workers) {
    int unknowns = rows.get(0).columns() + (bias ? 1 : 0);
    int outputs = rows.get(0).outputs();
    int count = Math.toIntExact(LayerRows.count(rows));
    float[] x = new float[Math.multiplyExact(count, unknowns)];
    float[] left = new float[Math.multiplyExact(count, outputs)];
    float[] predictions = new float[left.length];
    int[] next = {0};
    try (LayerPanels panels = new LayerPanels(rows, base, bias, all, workers)) {
      panels.read(
          panel -> {
            int filled = panel.count();
            read(panel.x().buffer(), x, next[0] * unknowns, filled * unknowns);
            read(panel.d().buffer(), left, next[0] * outputs, filled * outputs);
            read(panel.y().buffer(), predictions, next[0] * outputs, filled * outputs);
            next[0] += filled;
          });
      RowSums gathered = new RowSums(unknowns, panels.sums());
      if (count > 0) {
        gathered.blocks.put(first, new Block(x, left, predictions));
      }
      return gathered;
    }
  }

  private static void read(FloatBuffer from, float[] to, int at, int count) {
    from.duplicate().rewind().get(to, at, count);
  }

  @Override
  public LayerSums plus(LayerSums others) {
    RowSums other = (RowSums) others;
    sums.add(other.sums);
    blocks.putAll(other.blocks);
    return this;
  }

  /** The problem of these rows; the caller closes it. */
  RowProblem problem(double[] base, boolean bias) {
    int rows = blocks.values().stream().mapToInt(block -> block.x().length / unknowns).sum();
    double[] left = joined(blocks, Part.LEFT);
    double[] predictions = joined(blocks, Part.PREDICTIONS);
    DoubleRows x = new DoubleRows(rows, unknowns);
    boolean done = false;
    try {
      int next = 0;
      for (Block block : blocks.values()) {
        x.put(next, block.x());
        next += block.x().length / unknowns;
      }
      RowProblem problem =
          new RowProblem(x, left, predictions, LayerPanels.rounded(base), sums, bias);
      done = true;
      return problem;
    } finally {
      if (!done) {
        x.close();
      }
    }
  }

  private enum Part {
    LEFT,
    PREDICTIONS
  }

  private static double[] joined(SortedMap<Integer, Block> blocks, Part part) {
    double[] all =
        new double[blocks.values().stream().mapToInt(block -> block.left().length).sum()];
    int at = 0;
    for (Block block : blocks.values()) {
      for (float value : part == Part.LEFT ? block.left() : block.predictions()) {
        all[at++] = value;
      }
    }
    return all;
  }
}
