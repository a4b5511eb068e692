package io.github.pleas.matching;

import io.github.pleas.network.FeatureView;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.onnx.ValueInfo.Dimension;
import io.github.pleas.runtime.HostArray;
import io.github.pleas.runtime.NativeBuffer;
import io.github.pleas.runtime.Tap;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Gathers some rows of a value where it is computed, so that on a GPU they alone come to the
 * processor's memory: of large images they are a hundredth of it.
 */
final class RowGather implements Tap, AutoCloseable {
  private static final String PREFIX = "pleas.rows/";

  private final String value;
  private final FeatureView view;
  private int[][] positions = {};
  private int[] starts = {0};
  private NativeBuffer places = NativeBuffer.ofEights(1);
  private NativeBuffer rows = NativeBuffer.ofFloats(1);

  RowGather(String value, FeatureView view) {
    this.value = value;
    this.view = view;
  }

  /**
   * Says which rows of the next batch are gathered.
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
      places = NativeBuffer.ofEights(count);
    }
    if (rows.size() < (long) Float.BYTES * count * view.units()) {
      rows.close();
      rows = NativeBuffer.ofFloats((long) count * view.units());
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

  /** The rows of the batch that was run last, as they lie in memory. */
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
  public List<String> values() {
    return List.of(value);
  }

  private String name(String what) {
    return PREFIX + value + "/" + what;
  }

  @Override
  public List<Node> nodes() {
    Map<String, Attribute> last = Map.of("perm", new Attribute.Ints(List.of(0L, 2L, 1L)));
    return List.of(
        node("Reshape", List.of(value, name("parted")), "parts", Map.of()),
        node("Transpose", List.of(name("parts")), "turned", last),
        node("Reshape", List.of(name("turned"), name("flat")), "all", Map.of()),
        node(
            "Gather",
            List.of(name("all"), name("places")),
            "gathered",
            Map.of("axis", new Attribute.Int(0))));
  }

  private Node node(
      String op, List<String> inputs, String output, Map<String, Attribute> attributes) {
    return new Node(name(output), op, "", inputs, List.of(name(output)), attributes);
  }

  @Override
  public Map<String, Tensor> constants() {
    return Map.of(
        name("parted"), Tensor.ofLongs(new int[] {3}, new long[] {-1, view.units(), view.inner()}),
        name("flat"), Tensor.ofLongs(new int[] {2}, new long[] {-1, view.units()}));
  }

  @Override
  public List<ValueInfo> inputs() {
    return List.of(
        new ValueInfo(name("places"), ElementType.INT64, List.of(Dimension.free(name("count")))));
  }

  @Override
  public List<ValueInfo> outputs() {
    return List.of(
        new ValueInfo(
            name("gathered"),
            ElementType.FLOAT,
            List.of(Dimension.free(name("count")), Dimension.of(view.units()))));
  }

  @Override
  public Batch open(int chunk) {
    return new Batch() {
      @Override
      public Map<String, HostArray> given() {
        LongBuffer all = places.longs().limit(count()).slice();
        return Map.of(name("places"), new HostArray.Longs(all, new int[] {count()}));
      }

      @Override
      public Map<String, HostArray> made() {
        return Map.of(
            name("gathered"), HostArray.floats(gathered().slice(), count(), view.units()));
      }

      @Override
      public void take() {
        // It is read where it was written.
      }
    };
  }

  @Override
  public void close() {
    places.close();
    rows.close();
  }
}
