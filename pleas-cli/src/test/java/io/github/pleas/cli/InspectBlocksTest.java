package io.github.pleas.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What inspect tells of units that stand in blocks, and of a network without hidden units. */
class InspectBlocksTest {
  @TempDir private Path folder;

  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Tensor> constants = new LinkedHashMap<>();
  private final Random random = new Random(6);

  private String node(String op, Map<String, Attribute> attributes, String... in) {
    String name = op + nodes.size();
    nodes.add(new Node(name, op, "", List.of(in), List.of(name + "_out"), attributes));
    return name + "_out";
  }

  private String weight(int... shape) {
    float[] values = new float[(int) Tensor.count(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.4 * random.nextGaussian());
    }
    return constant(Tensor.ofFloats(shape, values));
  }

  private String longs(long... values) {
    return constant(Tensor.ofLongs(new int[] {values.length}, values));
  }

  private String constant(Tensor tensor) {
    String name = "c" + constants.size();
    constants.put(name, tensor);
    return name;
  }

  private static Attribute ints(long... values) {
    return new Attribute.Ints(LongStream.of(values).boxed().toList());
  }

  /** The report on the graph so far, of an input "x" [batch, shape...]. */
  private Outcome inspect(Path report, String output, int... shape) {
    List<ValueInfo.Dimension> dimensions = new ArrayList<>();
    dimensions.add(ValueInfo.Dimension.free("batch"));
    for (int length : shape) {
      dimensions.add(ValueInfo.Dimension.of(length));
    }
    Graph graph =
        new Graph(
            "blocks",
            List.of(new ValueInfo("x", ElementType.FLOAT, dimensions)),
            List.of(new ValueInfo(output, ElementType.FLOAT, List.of())),
            nodes,
            constants,
            Map.of("", 17),
            8,
            Map.of());
    Path file = Demo.write(graph, folder.resolve("blocks.onnx"));
    Outcome outcome = Outcome.of("inspect", file, "--json", report);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return outcome;
  }

  private Map<String, Object> report(String output, int... shape) throws IOException {
    Path report = folder.resolve("report.json");
    inspect(report, output, shape);
    return JSON.std.mapFrom(Files.readString(report));
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> groups(Map<String, Object> report) {
    return (List<Map<String, Object>>) requireNonNull(report.get("groups"));
  }

  // Four channels for each of two groups, and three that each of these writes.
  @Test
  void theChannelsOfAGroupStandInBlocks() throws IOException {
    String h = node("Conv", Map.of(), "x", weight(8, 3, 1, 1));
    h = node("Conv", Map.of("group", new Attribute.Int(2)), h, weight(6, 4, 3, 3));
    h = node("Conv", Map.of(), node("Relu", Map.of(), h), weight(2, 6, 1, 1));
    List<Map<String, Object>> groups = groups(report(h, 3, 6, 6));
    assertThat(groups).hasSize(3);
    assertThat(groups.get(0)).containsEntry("units", 2).doesNotContainKey("in_blocks");
    assertThat(groups.subList(1, 3))
        .extracting(g -> g.get("in_blocks"))
        .containsExactlyInAnyOrder(
            Map.of("group", 0, "blocks", 2, "units_in_each", 4),
            Map.of("group", 0, "blocks", 2, "units_in_each", 3));
    assertThat(groups)
        .allSatisfy(
            g ->
                assertThat(g)
                    .containsEntry("can_be_separate", false)
                    .containsEntry(
                        "why_not_separate", "Conv 'Conv1' cannot be made to take more of them"));
  }

  // Two heads of four features over five positions: query and key share an order in each.
  @Test
  void theFeaturesOfAHeadStandInBlocks() throws IOException {
    String query = head("x", 0, 2, 1, 3);
    String key = head("x", 0, 2, 3, 1);
    String value = head("x", 0, 2, 1, 3);
    String scores = node("Softmax", Map.of(), node("MatMul", Map.of(), query, key));
    String seen = node("MatMul", Map.of(), scores, value);
    seen = node("Transpose", Map.of("perm", ints(0, 2, 1, 3)), seen);
    seen = node("Reshape", Map.of(), seen, longs(0, 5, 8));
    String out = node("MatMul", Map.of(), seen, weight(8, 3));
    List<Map<String, Object>> groups = groups(report(out, 5, 3));
    assertThat(groups).hasSize(3);
    assertThat(groups.get(0)).containsEntry("units", 2).doesNotContainKey("in_blocks");
    assertThat(groups.subList(1, 3))
        .allSatisfy(
            g ->
                assertThat(g)
                    .containsEntry("units", 8)
                    .containsEntry("in_blocks", Map.of("group", 0, "blocks", 2, "units_in_each", 4))
                    .containsEntry("can_be_separate", true)
                    .doesNotContainKey("why_not_separate"));
  }

  // Four heads of queries, of which two share one of keys and values.
  @Test
  void howManyQueryHeadsShareAHeadIsSaid() throws IOException {
    String all = node("MatMul", Map.of(), "x", weight(3, 16));
    String cut = node("Reshape", Map.of(), all, longs(0, 5, 4, 4));
    String query = node("Transpose", Map.of("perm", ints(0, 2, 1, 3)), cut);
    String key = node("Reshape", Map.of(), twice(head("x", 0, 2, 3, 1)), longs(0, 4, 4, 5));
    String value = node("Reshape", Map.of(), twice(head("x", 0, 2, 1, 3)), longs(0, 4, 5, 4));
    String scores = node("Softmax", Map.of(), node("MatMul", Map.of(), query, key));
    String seen = node("MatMul", Map.of(), scores, value);
    seen = node("Transpose", Map.of("perm", ints(0, 2, 1, 3)), seen);
    seen = node("Reshape", Map.of(), seen, longs(0, 5, 16));
    Path file = folder.resolve("shared.json");
    Outcome outcome = inspect(file, node("MatMul", Map.of(), seen, weight(16, 3)), 5, 3);
    assertThat(outcome.out()).contains("g0: each is shared by 2 query heads");
    List<Map<String, Object>> groups = groups(JSON.std.mapFrom(Files.readString(file)));
    assertThat(groups.get(0)).containsEntry("units", 2).containsEntry("query_heads", 2);
    assertThat(groups.subList(1, 3)).noneMatch(group -> group.containsKey("query_heads"));
  }

  /** Each head of [batch, 2, ...] twice, one after the other: [batch, 2, 2, ...]. */
  private String twice(String heads) {
    String alone = node("Unsqueeze", Map.of(), heads, longs(2));
    return node("Concat", Map.of("axis", new Attribute.Int(2)), alone, alone);
  }

  private String head(String x, long... order) {
    String all = node("MatMul", Map.of(), x, weight(3, 8));
    String cut = node("Reshape", Map.of(), all, longs(0, 5, 2, 4));
    return node("Transpose", Map.of("perm", ints(order)), cut);
  }

  // One layer, whose units are the output.
  @Test
  void aNetworkWithoutHiddenUnitsIsSaidToHaveNone() throws IOException {
    Path file = folder.resolve("none.json");
    Outcome outcome = inspect(file, node("Conv", Map.of(), "x", weight(2, 3, 1, 1)), 3, 4, 4);
    assertThat(outcome.out()).contains("no layer whose units could move").doesNotContain("all can");
    assertThat(JSON.std.mapFrom(Files.readString(file)))
        .containsEntry("hidden_units", Map.of("total", 0, "moving", 0));
  }
}
