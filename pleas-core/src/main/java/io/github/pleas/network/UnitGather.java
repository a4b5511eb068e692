package io.github.pleas.network;

import java.nio.FloatBuffer;

/** Gathers rows of units, which may lie apart in memory as the channels of an image do. */
public final class UnitGather {
  /**
   * Numbers for each one that is wanted, up to which all of them are copied at once: that is done
   * at the speed of memory, where looking up one number waits for a whole line of the cache.
   */
  private static final int WINDOW = 32;

  /** Units of one row that are written one after another: a line of the cache. */
  private static final int LINE = 16;

  /** Numbers that are copied before rows are made of them, at most: they stay in the cache. */
  private static final int CACHED = 1 << 15;

  private UnitGather() {}

  /**
   * Writes a row for each start.
   *
   * @param values where they are
   * @param starts for each row the index of its first unit
   * @param units how many
   * @param distance from each unit to the next
   * @param rows where to write
   * @param from index of the first row's first unit there
   * @param stride from each row to the next
   */
  public static void read(
      FloatBuffer values,
      int[] starts,
      int units,
      int distance,
      float[] rows,
      int from,
      int stride) {
    if (starts.length == 0) {
      return;
    }
    if (distance == 1) {
      for (int row = 0; row < starts.length; row++) {
        values.get(starts[row], rows, from + row * stride, units);
      }
      return;
    }
    int first = Integer.MAX_VALUE;
    int last = 0;
    for (int start : starts) {
      first = Math.min(first, start);
      last = Math.max(last, start);
    }
    int span = last - first + 1;
    if (span / WINDOW > starts.length) {
      lookUp(values, starts, units, distance, rows, from, stride);
      return;
    }
    int together = Math.min(units, Math.max(1, Math.min(LINE, CACHED / span)));
    float[] window = new float[together * span];
    for (int u = 0; u < units; u += together) {
      int count = Math.min(together, units - u);
      for (int k = 0; k < count; k++) {
        values.get(first + (u + k) * distance, window, k * span, span);
      }
      transpose(window, span, starts, first, count, rows, from + u, stride);
    }
  }

  /** Writes all rows, each number read where it is. */
  private static void lookUp(
      FloatBuffer values,
      int[] starts,
      int units,
      int distance,
      float[] rows,
      int from,
      int stride) {
    for (int u = 0; u < units; u += LINE) {
      int count = Math.min(LINE, units - u);
      for (int row = 0, at = from + u; row < starts.length; row++, at += stride) {
        int start = starts[row] + u * distance;
        for (int k = 0; k < count; k++) {
          rows[at + k] = values.get(start + k * distance);
        }
      }
    }
  }

  /** Writes as many units of all rows as were copied, [count, span] from the first start on. */
  private static void transpose(
      float[] window,
      int span,
      int[] starts,
      int first,
      int count,
      float[] rows,
      int from,
      int stride) {
    for (int row = 0, at = from; row < starts.length; row++, at += stride) {
      for (int k = 0, place = starts[row] - first; k < count; k++, place += span) {
        rows[at + k] = window[place];
      }
    }
  }
}
