package io.github.pleas.matching;

import io.github.pleas.network.FeatureView;
import io.github.pleas.runtime.HostArray;
import io.github.pleas.runtime.HostMemory;
import io.github.pleas.runtime.NativeBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;

/** The rows of a value that a {@link RowGather} has gathered of one batch. */
final class GatheredRows implements AutoCloseable {
  private final String value;
  private final FeatureView view;
  private final HostMemory memory;
  private int[][] positions = {};
  private int[] starts = {0};
  private NativeBuffer places = NativeBuffer.ofEights(1);
  private NativeBuffer rows = NativeBuffer.ofFloats(1);

  /**
   * None yet.
   *
   * @param memory where they will lie
   */
  GatheredRows(String value, FeatureView view, HostMemory memory) {
    this.value = value;
    this.view = view;
    this.memory = memory;
  }

  /**
   * Says which rows they are, and makes room for them.
   *
   * @param chosen positions of each image, ascending
   */
  void choose(int[][] chosen) {
    positions = chosen;
    starts = new int[chosen.length + 1];
    for (int image = 0; image < chosen.length; image++) {
      starts[image + 1] = starts[image] + chosen[image].length;
    }
    int count = count();
    if (places.size() < (long) Long.BYTES * count) {
      places.close();
      places = memory.longs(count);
    }
    if (rows.size() < (long) Float.BYTES * count * view.units()) {
      rows.close();
      rows = memory.floats((long) count * view.units());
    }
    LongBuffer all = places.longs();
    // Where no row is asked for, one is gathered that is not read.
    all.put(0, 0);
    for (int image = 0; image < chosen.length; image++) {
      for (int position : chosen[image]) {
        all.put((long) image * view.positions() + position);
      }
    }
  }

  private int count() {
    return Math.max(1, starts[starts.length - 1]);
  }

  /** Where they are in the value, among the rows of all images of the batch. */
  HostArray.Longs places() {
    return new HostArray.Longs(places.longs().limit(count()).slice(), new int[] {count()});
  }

  /** Where they are written to. */
  HostArray array() {
    return HostArray.floats(gathered().slice(), count(), view.units());
  }

  /** The rows as they lie in memory. */
  FloatBuffer gathered() {
    return rows.floats().limit(count() * view.units());
  }

  /**
   * Reads rows of one image; by several threads at once.
   *
   * @throws IllegalArgumentException if a position is not among the chosen ones
   */
  void read(int image, int[] which, float[] out, int from, int stride) {
    FloatBuffer all = rows.floats();
    int units = view.units();
    for (int k = 0; k < which.length; k++) {
      int found = Arrays.binarySearch(positions[image], which[k]);
      if (found < 0) {
        throw new IllegalArgumentException(
            "row %d of '%s' was not asked for".formatted(which[k], value));
      }
      all.get((starts[image] + found) * units, out, from + k * stride, units);
    }
  }

  @Override
  public void close() {
    places.close();
    rows.close();
  }
}
