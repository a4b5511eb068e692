package io.github.pleas.fit;

import io.github.pleas.linalg.FloatPanel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Some rows of a layer's problem in native memory, filled again and again. */
final class RowPanel implements AutoCloseable {
  private final List<FloatPanel> all = new ArrayList<>();
  private final FloatPanel x;
  private final FloatPanel d;
  private final FloatPanel y;
  private final Optional<FloatPanel> places;
  private int count;

  /**
   * A panel without rows yet.
   *
   * @param rows how many it may hold
   * @param outputs columns of the targets
   * @param predicted columns of the base's prediction
   * @param images whose rows they are
   * @param unrolling what images have at all places, if there is to be room for it
   */
  RowPanel(
      int rows,
      int unknowns,
      int outputs,
      int predicted,
      int images,
      Optional<Unrolling> unrolling) {
    boolean done = false;
    try {
      this.x = panel(rows, unknowns);
      this.d = panel(rows, outputs);
      // Also without predictions: a panel has a column.
      this.y = panel(rows, Math.max(1, predicted));
      this.places = unrolling.map(u -> panel(images * u.places(), u.units()));
      done = true;
    } finally {
      if (!done) {
        close();
      }
    }
  }

  private FloatPanel panel(int rows, int columns) {
    FloatPanel panel = new FloatPanel(rows, columns);
    all.add(panel);
    return panel;
  }

  /** What the layer reads, [rows, unknowns]. */
  FloatPanel x() {
    return x;
  }

  /**
   * What the base leaves of the targets, [rows, outputs]; the targets where it is not predicted.
   */
  FloatPanel d() {
    return d;
  }

  /** The base's prediction of the outputs for which it is asked, [rows, those outputs]. */
  FloatPanel y() {
    return y;
  }

  /** What its images have at all places, [images x places, units], where that is asked for. */
  FloatPanel places() {
    return places.orElseThrow();
  }

  /** How many rows are filled. */
  int count() {
    return count;
  }

  void fillTo(int rows) {
    count = rows;
  }

  @Override
  public void close() {
    all.forEach(FloatPanel::close);
    all.clear();
  }
}
