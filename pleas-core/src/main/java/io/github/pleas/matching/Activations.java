package io.github.pleas.matching;

import io.github.pleas.network.FeatureView;
import java.nio.FloatBuffer;
import java.util.Map;

/** What one network computed of a batch: whole values, and of others the rows that are read. */
public final class Activations {
  private final Map<String, FloatBuffer> whole;
  private final Map<String, GatheredRows> rows;
  private final Rectified rectified;

  Activations(Map<String, FloatBuffer> whole, Map<String, GatheredRows> rows, Rectified rectified) {
    this.whole = whole;
    this.rows = rows;
    this.rectified = rectified;
  }

  /** Whole values alone, by name, images one after another. */
  public static Activations ofWhole(Map<String, FloatBuffer> values) {
    return new Activations(values, Map.of(), Rectified.NONE);
  }

  /**
   * A whole value, images one after another.
   *
   * @throws IllegalArgumentException if it is not there, or only its rows are
   */
  public FloatBuffer whole(String value) {
    FloatBuffer all = whole.get(value);
    if (all == null) {
      throw new IllegalArgumentException("the value '" + value + "' was not asked for as a whole");
    }
    return all;
  }

  /**
   * Reads rows of one image.
   *
   * @param view the value's rows
   * @param image which of the batch
   * @param positions which rows
   * @param out where to write
   * @param from index of the first row's first unit there
   * @param stride from each row to the next
   * @throws IllegalArgumentException if a row is not there
   */
  public void read(
      String value,
      FeatureView view,
      int image,
      int[] positions,
      float[] out,
      int from,
      int stride) {
    String source = rectified.sources().get(value);
    GatheredRows gathered = rows.get(value);
    if (source != null) {
      read(source, view, image, positions, out, from, stride);
      Rectified.apply(out, from, stride, positions.length, view.units());
    } else if (gathered != null) {
      gathered.read(image, positions, out, from, stride);
    } else {
      view.read(whole(value), image, positions, out, from, stride);
    }
  }
}
