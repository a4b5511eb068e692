package io.github.pleas.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The drawing against the report of the same network: which node writes whose units is known from
 * there.
 */
class GraphDrawingTest {
  private static final String GREY = "#b0b0b0";

  @TempDir private Path folder;

  /** A drawing and, from the report, for each node that writes units of one group that group. */
  private record Drawn(Dot dot, List<Map<String, Object>> groups, Map<String, Integer> groupOf) {
    /** The id of a node in the drawing. */
    String id(String name) {
      List<String> found =
          dot.nodes().entrySet().stream()
              .filter(n -> n.getValue().getOrDefault("label", "").endsWith("\\n" + name))
              .map(Map.Entry::getKey)
              .toList();
      assertThat(found).as("nodes called '%s'", name).hasSize(1);
      return found.get(0);
    }

    String fill(String name) {
      return requireNonNull(dot.nodes().get(id(name))).getOrDefault("fillcolor", "none");
    }

    /** The colours of the edges that leave a node. */
    List<String> edges(String name) {
      String id = id(name);
      return dot.edges().stream()
          .filter(edge -> edge.from().equals(id))
          .map(edge -> edge.attributes().getOrDefault("color", "none"))
          .toList();
    }
  }

  @SuppressWarnings("unchecked")
  private Drawn draw(Path model) throws IOException {
    Path json = folder.resolve("report.json");
    Path dot = folder.resolve("graph.dot");
    Outcome outcome = Outcome.of("inspect", model, "--no-check", "--json", json, "--dot", dot);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    List<Map<String, Object>> groups =
        (List<Map<String, Object>>)
            requireNonNull(JSON.std.mapFrom(Files.readString(json)).get("groups"));
    Map<String, Integer> groupOf = new TreeMap<>();
    Set<String> several = new HashSet<>();
    for (int g = 0; g < groups.size(); g++) {
      for (Map<String, Object> member :
          (List<Map<String, Object>>) requireNonNull(groups.get(g).get("members"))) {
        if (member.get("written_by") instanceof String node) {
          Integer before = groupOf.put(node, g);
          if (before != null && before != g) {
            several.add(node);
          }
        }
      }
    }
    groupOf.keySet().removeAll(several);
    return new Drawn(Dot.read(Files.readString(dot)), groups, groupOf);
  }

  /** The demo's network with its nodes and constants changed. */
  private Path changed(UnaryOperator<List<Node>> change, Map<String, Tensor> more) {
    Graph graph = Demo.graph(Demo.A);
    Map<String, Tensor> constants = new LinkedHashMap<>(graph.initializers());
    constants.putAll(more);
    return Demo.write(
        graph.withNodes(change.apply(graph.nodes())).withInitializers(constants),
        folder.resolve("changed.onnx"));
  }

  @Test
  void nodesAndEdgesOfAGroupHaveItsColourAndNoOtherGroupHas() throws IOException {
    Drawn drawn = draw(Demo.A);
    // A convolution or sum, and the ReLU behind it: for each of 12 groups two nodes at least.
    assertThat(drawn.groupOf()).hasSizeGreaterThan(2 * 12);
    Map<Integer, Set<String>> colours = new TreeMap<>();
    drawn
        .groupOf()
        .forEach(
            (node, group) -> {
              Set<String> own = colours.computeIfAbsent(group, any -> new HashSet<>());
              own.add(drawn.fill(node));
              own.addAll(drawn.edges(node));
            });
    assertThat(colours).hasSize(12).allSatisfy((group, own) -> assertThat(own).hasSize(1));
    Set<String> all = new HashSet<>();
    colours.values().forEach(all::addAll);
    assertThat(all).hasSize(12).doesNotContain(GREY).allMatch(c -> c.matches("#[0-9a-f]{6}"));
    // The legend says whose colour it is, with the group's name and units.
    List<List<String>> legend = legend(drawn.dot());
    assertThat(legend).hasSize(12 + 1);
    colours.forEach(
        (group, own) ->
            assertThat(legend.get(group))
                .containsExactly(
                    own.iterator().next(),
                    String.valueOf(drawn.groups().get(group).get("name")),
                    String.valueOf(drawn.groups().get(group).get("units"))));
    assertThat(legend.get(12)).containsExactly(GREY, "does not move");
  }

  /** The cells of each row; of the first its colour. */
  private static List<List<String>> legend(Dot dot) {
    List<List<String>> rows = new ArrayList<>();
    Matcher row =
        Pattern.compile("<TR>(.*?)</TR>")
            .matcher(requireNonNull(dot.nodes().get("legend")).getOrDefault("label", ""));
    while (row.find()) {
      List<String> cells = new ArrayList<>();
      Matcher cell =
          Pattern.compile("<TD(?: BGCOLOR=\"([^\"]*)\")?[^>]*>(.*?)</TD>").matcher(row.group(1));
      while (cell.find()) {
        cells.add(cell.group(1) != null ? cell.group(1) : cell.group(2));
      }
      rows.add(cells);
    }
    return rows;
  }

  @Test
  void whatDoesNotMoveIsGreyAndAnOperatorWithoutRuleIsFramedInRed() throws IOException {
    Tensor scale = Tensor.ofFloats(new int[0], new float[] {0.05f});
    Tensor zero = Tensor.ofBytes(ElementType.UINT8, new int[0], new byte[1]);
    Path file =
        changed(
            nodes -> {
              // Behind the ReLU of the first block, which is the stem's stream.
              List<Node> all = new ArrayList<>();
              String stem = nodes.get(1).output();
              for (Node node : nodes) {
                boolean later = all.size() > 1;
                all.add(
                    node.withInputs(
                        node.inputs().stream()
                            .map(i -> later && i.equals(stem) ? "restored" : i)
                            .toList()));
                if (node.output().equals(stem)) {
                  all.add(node("quantize", "QuantizeLinear", stem, "levels"));
                  all.add(node("restore", "DequantizeLinear", "levels", "restored"));
                }
              }
              return all;
            },
            Map.of("scale", scale, "zero", zero));
    Drawn drawn = draw(file);
    assertThat(drawn.groups()).hasSize(11);
    for (String fixed : List.of("quantize", "restore", "/conv1/Conv", "/fc/Gemm")) {
      assertThat(drawn.fill(fixed)).as(fixed).isEqualTo(GREY);
      assertThat(drawn.edges(fixed)).as(fixed).isNotEmpty().containsOnly(GREY);
    }
    for (String unknown : List.of("quantize", "restore")) {
      assertThat(drawn.dot().nodes().get(drawn.id(unknown))).containsEntry("color", "red");
    }
    assertThat(drawn.dot().nodes().get(drawn.id("/conv1/Conv"))).doesNotContainKey("color");
    assertThat(drawn.groupOf()).isNotEmpty();
    drawn
        .groupOf()
        .forEach((node, group) -> assertThat(drawn.fill(node)).as(node).isNotEqualTo(GREY));
  }

  private static Node node(String name, String op, String input, String output) {
    return new Node(name, op, "", List.of(input, "scale", "zero"), List.of(output), Map.of());
  }

  /** A concatenation writes units of two groups: its edge has both colours, it has none. */
  @Test
  void whatHoldsUnitsOfTwoGroupsHasBothColours() throws IOException {
    Graph graph = TwoBranches.graph();
    Drawn drawn = draw(Demo.write(graph, folder.resolve("branches.onnx")));
    assertThat(drawn.groups()).hasSize(2);
    String left = drawn.fill("left");
    String right = drawn.fill("right");
    assertThat(left).isNotEqualTo(right);
    assertThat(drawn.fill("both")).isEqualTo("none");
    // Two channels of five and three.
    assertThat(drawn.edges("both")).containsExactly(left + ";0.4000:" + right);
  }

  @Test
  void namesWithQuotesAndBackslashesAreThemselvesInLabelsAndTips() throws IOException {
    String evil = "\"a\\b\\\"; n0 -> n1";
    Path file =
        changed(
            nodes ->
                nodes.stream()
                    .map(node -> node.is("Relu") ? node.withName(node.name() + evil) : node)
                    .toList(),
            Map.of());
    Dot plain = draw(Demo.A).dot();
    Dot dot = draw(file).dot();
    assertThat(dot.nodes().keySet()).isEqualTo(plain.nodes().keySet());
    assertThat(dot.edges()).hasSameSizeAs(plain.edges());
    // The reader takes the quotation marks' backslashes away; a backslash is written as two.
    String written = evil.replace("\\", "\\\\");
    assertThat(dot.nodes().values())
        .filteredOn(n -> n.getOrDefault("label", "").startsWith("Relu"))
        .hasSize(19)
        .allSatisfy(n -> assertThat(n.get("label")).endsWith(written));
  }
}
