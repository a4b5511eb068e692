package io.github.pleas.matching;

import io.github.pleas.network.FeatureView;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.onnx.ValueInfo.Dimension;
import io.github.pleas.runtime.HostArray;
import io.github.pleas.runtime.HostMemory;
import io.github.pleas.runtime.Tap;
import java.util.ArrayList;
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
  private final List<GatheredRows> turns = new ArrayList<>();
  private int turn;

  /**
   * A gathering.
   *
   * @param kept of how many batches the rows stay where they are: of the last ones
   * @param memory where that is
   */
  RowGather(String value, FeatureView view, int kept, HostMemory memory) {
    this.value = value;
    this.view = view;
    for (int k = 0; k < kept; k++) {
      turns.add(new GatheredRows(value, view, memory));
    }
  }

  /**
   * Says which rows of the next batch are gathered.
   *
   * @param chosen positions of each image, ascending
   * @return where they are, once the batch was run
   */
  GatheredRows choose(int[][] chosen) {
    turn = (turn + 1) % turns.size();
    GatheredRows rows = turns.get(turn);
    rows.choose(chosen);
    return rows;
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
    GatheredRows rows = turns.get(turn);
    return new Batch() {
      @Override
      public Map<String, HostArray> given() {
        return Map.of(name("places"), rows.places());
      }

      @Override
      public Map<String, HostArray> made() {
        return Map.of(name("gathered"), rows.array());
      }

      @Override
      public void take() {
        // It is read where it was written.
      }
    };
  }

  @Override
  public void close() {
    turns.forEach(GatheredRows::close);
  }
}
