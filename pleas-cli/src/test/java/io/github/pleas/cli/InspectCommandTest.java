package io.github.pleas.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.symmetry.OperatorRule;
import io.github.pleas.symmetry.OperatorRules;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What inspect tells of the demo's network: resnet20 of widths 16, 32 and 64. */
class InspectCommandTest {
  /** Nine outputs of 16 channels (the stem and two for each block), 32 and 64, less one block. */
  private static final int HIDDEN = 7 * 16 + 7 * 32 + 7 * 64;

  /** A rule that forgets that what comes out is what went in. */
  private static final OperatorRule FORGETFUL =
      (node, ties) -> {
        ties.elements(node.input(0));
        ties.newUnits(node.output(), 1);
      };

  @TempDir private Path folder;

  private Map<String, Object> json(Object... arguments) throws IOException {
    Path file = folder.resolve("report.json");
    List<Object> all = new ArrayList<>(List.of("inspect"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--json", file));
    Outcome outcome = Outcome.of(all.toArray());
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return JSON.std.mapFrom(Files.readString(file));
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> list(Map<String, Object> tree, String key) {
    return (List<Map<String, Object>>) requireNonNull(tree.get(key));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Map<String, Object> tree, String key) {
    return (Map<String, Object>) requireNonNull(tree.get(key));
  }

  private static long number(Map<String, Object> tree, String key) {
    return ((Number) requireNonNull(tree.get(key))).longValue();
  }

  private static Outcome withRules(OperatorRules rules, Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Object command =
        arguments[0].equals("inspect") ? new InspectCommand(rules) : new PermuteCommand(rules);
    int code =
        new CommandLine(command)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(Arrays.stream(arguments).skip(1).map(Object::toString).toArray(String[]::new));
    return new Outcome(code, out.toString(), err.toString());
  }

  /** The demo's network with its nodes changed. */
  private Path changed(UnaryOperator<List<Node>> change) {
    return changed(change, Map.of());
  }

  private Path changed(UnaryOperator<List<Node>> change, Map<String, Tensor> more) {
    Graph graph = Demo.graph(Demo.A);
    Map<String, Tensor> constants = new LinkedHashMap<>(graph.initializers());
    constants.putAll(more);
    return Demo.write(
        graph.withNodes(change.apply(graph.nodes())).withInitializers(constants),
        folder.resolve("changed.onnx"));
  }

  /** The demo's network with other operators behind the value that its first ReLU gives. */
  private Path behindTheStem(List<Node> more, String last, Map<String, Tensor> constants) {
    return changed(
        nodes -> {
          List<Node> all = new ArrayList<>();
          String stem = nodes.get(1).output();
          for (Node node : nodes) {
            boolean before = all.isEmpty() || node.output().equals(stem);
            List<String> inputs =
                node.inputs().stream().map(i -> !before && i.equals(stem) ? last : i).toList();
            all.add(node.withInputs(inputs));
            if (node.output().equals(stem)) {
              more.forEach(
                  m ->
                      all.add(
                          m.withInputs(
                              m.inputs().stream().map(i -> i.equals("stem") ? stem : i).toList())));
            }
          }
          return all;
        },
        constants);
  }

  @Test
  void theReportIsWholeAndAgreesWithItself() throws IOException {
    Map<String, Object> report = json(Demo.A);
    List<Map<String, Object>> groups = list(report, "groups");
    assertThat(groups).hasSize(12);
    assertThat(groups.stream().mapToLong(g -> number(g, "units")).sum()).isEqualTo(448);
    for (int g = 0; g < 12; g++) {
      assertThat(number(groups.get(g), "index")).isEqualTo(g);
      assertThat(groups.get(g))
          .containsEntry("can_be_separate", true)
          .doesNotContainKey("in_blocks");
    }
    List<Map<String, Object>> layers = list(report, "layers");
    assertThat(layers).hasSize(22);
    assertThat(layers.stream().mapToLong(l -> number(l, "macs")).sum())
        .isEqualTo(number(map(report, "network"), "macs"));
    assertThat(layers.stream().mapToLong(l -> number(l, "parameters")).sum())
        .isEqualTo(number(map(report, "network"), "parameters"));
    // The stem writes the stream, which the second convolution of the first block writes too.
    assertThat(map(layers.get(0), "reads"))
        .containsEntry("groups", List.of())
        .containsEntry("fixed_units", 1);
    assertThat(map(layers.get(0), "writes")).containsEntry("groups", List.of(0));
    assertThat(map(layers.get(1), "reads")).containsEntry("groups", List.of(0));
    assertThat(map(layers.get(1), "writes")).containsEntry("groups", List.of(1));
    assertThat(map(layers.get(2), "writes")).containsEntry("groups", List.of(0));
    assertThat(report)
        .containsEntry("hidden_units", Map.of("total", HIDDEN, "moving", HIDDEN, "share", 1.0))
        .containsEntry("fixed", List.of())
        .containsEntry("unknown_operators", List.of());
    assertThat(map(report, "self_check"))
        .containsEntry("verdict", "passed")
        .doesNotContainKey("amplification");
    assertThat(map(report, "seconds")).containsOnlyKeys("read", "analyse", "check");
    assertThat(number(map(report, "peak_memory"), "heap_bytes")).isPositive();
  }

  @Test
  void everyMemberNamesTheNodesThatUseIt() throws IOException {
    Map<String, Object> report = json(Demo.A, "--no-check");
    // The second group is what two convolutions share: 16 units, written, rectified and read.
    List<Map<String, Object>> members = list(list(report, "groups").get(1), "members");
    assertThat(members).hasSize(5);
    String conv1 = "/layers/layers.0/conv1/Conv";
    String conv2 = "/layers/layers.0/conv2/Conv";
    assertThat(members)
        .filteredOn(m -> requireNonNull(m.get("kind")).equals("constant"))
        .hasSize(3)
        .allSatisfy(m -> assertThat(m).doesNotContainKey("written_by"))
        .extracting(m -> m.get("read_by") + " " + m.get("axes"))
        .containsExactlyInAnyOrder(
            "[" + conv1 + "] [0]", "[" + conv1 + "] [0]", "[" + conv2 + "] [1]");
    assertThat(members)
        .filteredOn(m -> requireNonNull(m.get("kind")).equals("value"))
        .hasSize(2)
        .anySatisfy(m -> assertThat(m).containsEntry("written_by", conv1))
        .anySatisfy(m -> assertThat(m).containsEntry("read_by", List.of(conv2)));
  }

  @Test
  void aDashPutsTheReportOnStandardOutputAndNothingElse() throws IOException {
    Outcome outcome = Outcome.of("inspect", Demo.A, "--no-check", "--json", "-");
    assertThat(outcome.code()).isZero();
    assertThat(list(JSON.std.mapFrom(outcome.out()), "groups")).hasSize(12);
    assertThat(outcome.err()).isEmpty();
  }

  @Test
  void theCheckIsLeftOutOnDemand() throws IOException {
    Outcome outcome = Outcome.of("inspect", Demo.A, "--no-check");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out())
        .contains("self-check left out (--no-check): nothing is proven")
        .doesNotContain("self-check passed", "check 0");
    Map<String, Object> report = json(Demo.A, "--no-check");
    assertThat(report).doesNotContainKey("self_check");
    assertThat(map(report, "seconds")).containsOnlyKeys("read", "analyse");
  }

  @Test
  void rowsThatDifferInNumbersAreOneUnlessAllAreWanted() {
    Outcome folded = Outcome.of("inspect", Demo.A, "--no-check");
    assertThat(folded.out())
        .containsPattern("(?m)^g0 +/conv1/Conv +1 +16 +24 +yes$")
        .containsPattern("(?m)^g1\\* +/layers/layers.\\*/conv1/Conv +3 +16 +5 +yes$")
        .containsPattern(
            "(?m)^/layers/layers.\\*/conv2/Conv +3 +convolution +16 of g1\\* +16 of g0")
        .containsPattern("(?m)^/fc/Gemm +1 +gemm +64 of g[0-9]+ +5 fixed +320 +325$");
    Outcome all = Outcome.of("inspect", Demo.A, "--no-check", "--all");
    assertThat(all.out().lines().filter(line -> line.matches("g[0-9]+ .*"))).hasSize(12);
    assertThat(all.out().lines().filter(line -> line.matches(".*(Conv|Gemm) +1 .*(convo|gemm).*")))
        .hasSize(22);
    assertThat(all.out()).doesNotContain("*");
  }

  @Test
  void whatCannotMoveIsCountedByReasonAndOperator() throws IOException {
    Tensor scale = Tensor.ofFloats(new int[0], new float[] {0.05f});
    Tensor zero = Tensor.ofBytes(ElementType.UINT8, new int[0], new byte[1]);
    Path file =
        behindTheStem(
            List.of(
                node("quantize", "QuantizeLinear", List.of("stem", "scale", "zero"), "q"),
                node("restore", "DequantizeLinear", List.of("q", "scale", "zero"), "r")),
            "r",
            Map.of("scale", scale, "zero", zero));
    // The stem's stream: one convolution, and the last one of three blocks.
    Outcome outcome = Outcome.of("inspect", file);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out())
        .contains(
            "hidden units: 784, of which 64 (8.2 %) cannot move:",
            "no rule for: QuantizeLinear 'quantize', DequantizeLinear 'restore'",
            "self-check passed");
    Map<String, Object> report = json(file);
    assertThat(map(report, "hidden_units"))
        .containsEntry("moving", HIDDEN - 64)
        .containsEntry("share", (HIDDEN - 64) / (double) HIDDEN);
    List<Map<String, Object>> fixed = list(report, "fixed");
    assertThat(fixed.stream().mapToLong(f -> number(f, "units")).sum()).isEqualTo(64);
    assertThat(fixed.get(0))
        .containsEntry("layer", "/conv1/Conv")
        .containsKey("tensor")
        .containsEntry("axes", List.of(1))
        .containsEntry("ranges", List.of(List.of(0, 15)))
        .containsEntry("units", 16)
        .containsEntry("reason", "no rule for operator QuantizeLinear 'quantize'")
        .containsEntry("operator", Map.of("name", "quantize", "op", "QuantizeLinear"));
    assertThat(fixed)
        .extracting(f -> f.get("layer"))
        .containsExactlyInAnyOrder(
            "/conv1/Conv",
            "/layers/layers.0/conv2/Conv",
            "/layers/layers.1/conv2/Conv",
            "/layers/layers.2/conv2/Conv");
  }

  /** An operator's rule that throws: what the operator touches stays, and it is said. */
  @Test
  void aRuleThatThrowsIsReportedByOperator() throws IOException {
    Path file = behindTheStem(List.of(node("tanh", "Tanh", List.of("stem"), "t")), "t", Map.of());
    OperatorRule failing =
        (node, ties) -> {
          throw new IllegalStateException("no such thing");
        };
    OperatorRules rules = OperatorRules.standard().with("", "Tanh", failing);
    Path report = folder.resolve("failed.json");
    Outcome outcome = withRules(rules, "inspect", file, "--json", report);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    String failed = "Tanh 'tanh': java.lang.IllegalStateException: no such thing";
    assertThat(outcome.out())
        .contains("the rule failed for " + failed, "self-check passed", "of which 64 (8.2 %)");
    assertThat(JSON.std.mapFrom(Files.readString(report)))
        .containsEntry("failed_rules", List.of(failed));
  }

  private static Node node(String name, String op, List<String> inputs, String output) {
    return new Node(name, op, "", inputs, List.of(output), Map.of());
  }

  @Test
  void aDefectIsNamedAndEndsWithCodeOneAndTheRestIsShown() throws IOException {
    Path file = behindTheStem(List.of(node("tanh", "Tanh", List.of("stem"), "t")), "t", Map.of());
    OperatorRules wrong = OperatorRules.standard().with("", "Tanh", FORGETFUL);
    Path report = folder.resolve("defect.json");
    Outcome outcome = withRules(wrong, "inspect", file, "--json", report);
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out())
        .containsPattern("self-check DEFECT: .* without 2 groups by [0-9.]+e-0[5-9]")
        .containsPattern(
            "group '/conv1/Conv' \\(16 units\\): .* it stands at 1 Conv, 1 Relu, 1 Tanh")
        .contains("64: refuted by the self-check");
    Map<String, Object> tree = JSON.std.mapFrom(Files.readString(report));
    assertThat(list(tree, "groups")).hasSize(11);
    Map<String, Object> check = map(tree, "self_check");
    assertThat(check).containsEntry("verdict", "defect");
    assertThat(list(check, "defects"))
        .hasSize(2)
        .allSatisfy(
            defect ->
                assertThat(list(defect, "operators"))
                    .contains(Map.of("name", "tanh", "op", "Tanh")));
    // Without the culprits units are reordered as ever, and the function stays.
    Path permuted = folder.resolve("permuted.onnx");
    Outcome permute = withRules(wrong, "permute", file, "-o", permuted);
    assertThat(permute.code()).isZero();
    assertThat(permute.err()).contains("Note: self-check DEFECT", "group '/conv1/Conv'");
    assertThat(permute.out()).containsPattern("432 units in 11 groups .* by [0-9.]+e-0[5-9]");
  }

  /** What single precision holds more of than half precision is rounding, blown up 4,096 times. */
  @Test
  void aNetworkThatAmplifiesRoundingIsUnprovenAndNoFailure() throws IOException {
    Path file =
        changed(
            nodes -> {
              List<Node> all = new ArrayList<>(nodes);
              Node last = all.remove(all.size() - 1);
              all.add(last.withOutputs(List.of("whole")));
              Attribute half = new Attribute.Int(ElementType.FLOAT16.code());
              Attribute single = new Attribute.Int(ElementType.FLOAT.code());
              all.add(node("half", "Cast", List.of("whole"), "h").withAttribute("to", half));
              all.add(node("back", "Cast", List.of("h"), "b").withAttribute("to", single));
              all.add(node("rest", "Sub", List.of("whole", "b"), last.output()));
              return all;
            });
    Outcome outcome = Outcome.of("inspect", file);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out()).contains("self-check unproven: the network amplifies rounding by ");
    Map<String, Object> check = map(json(file), "self_check");
    assertThat(check).containsEntry("verdict", "unproven").containsEntry("defects", List.of());
    assertThat(number(check, "amplification")).isGreaterThan(100);
  }

  /** The square root of what is below zero. */
  @Test
  void aNetworkWhoseOutputIsNoNumberIsUnprovenAndNoFailure() throws IOException {
    Path file =
        changed(
            nodes -> {
              List<Node> all = new ArrayList<>(nodes);
              Node last = all.remove(all.size() - 1);
              all.add(last.withOutputs(List.of("whole")));
              all.add(node("above", "Exp", List.of("whole"), "e"));
              all.add(node("below", "Neg", List.of("e"), "n"));
              all.add(node("root", "Sqrt", List.of("n"), last.output()));
              return all;
            });
    Outcome outcome = Outcome.of("inspect", file);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out()).contains("self-check unproven: ", "no finite number");
    assertThat(map(json(file), "self_check"))
        .containsEntry("verdict", "unproven")
        .containsEntry("silent_outputs", List.of("logits"));
  }

  @Test
  void theDrawingHasAnEdgeForEachUseOfAValueInTheColoursOfItsGroups() throws IOException {
    Path file = folder.resolve("graph.dot");
    assertThat(Outcome.of("inspect", Demo.A, "--no-check", "--dot", file).code()).isZero();
    Dot dot = Dot.read(Files.readString(file));
    // 21 convolutions and a linear layer, a ReLU behind all but the shortcuts, 9 sums, pool and
    // flatten; and each of these reads one value, a sum two.
    int operators = 22 + 19 + 9 + 2;
    Set<String> names = new HashSet<>(dot.nodes().keySet());
    names.removeAll(Set.of("node", "edge", "legend", "input", "output0"));
    assertThat(names).hasSize(operators);
    assertThat(dot.edges()).hasSize(operators + 9 + 1);
    assertThat(dot.nodes().keySet())
        .containsAll(dot.edges().stream().map(Dot.Edge::from).toList())
        .containsAll(dot.edges().stream().map(Dot.Edge::to).toList());
    Set<String> colours = new HashSet<>();
    dot.edges().forEach(edge -> colours.add(requireNonNull(edge.attributes().get("color"))));
    assertThat(colours).hasSize(12 + 1).allMatch(c -> c.matches("#[0-9a-f]{6}"));
    assertThat(dot.edges())
        .filteredOn(edge -> edge.from().equals("input") || edge.to().equals("output0"))
        .hasSize(2)
        .allSatisfy(edge -> assertThat(edge.attributes()).containsEntry("color", "#b0b0b0"));
  }

  @Test
  void namesCannotBreakTheDrawing() throws IOException {
    String evil = "\"]; \\ <b> & \n -> \\N";
    Path file =
        changed(nodes -> nodes.stream().map(node -> node.withName(node.name() + evil)).toList());
    Path drawing = folder.resolve("graph.dot");
    Outcome outcome = Outcome.of("inspect", file, "--no-check", "--dot", drawing);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    Dot dot = Dot.read(Files.readString(drawing));
    assertThat(dot.edges()).hasSize(62);
    assertThat(dot.nodes().values())
        .extracting(attributes -> attributes.getOrDefault("label", ""))
        .anySatisfy(
            label -> assertThat(label).isEqualTo("Conv\\n/conv1/Conv\"]; \\\\ <b> & \\n -> \\\\N"));
    assertThat(requireNonNull(dot.nodes().get("legend")).get("label"))
        .contains("/conv1/Conv\"]; \\ &lt;b&gt; &amp;   -&gt; \\N")
        .doesNotContain("<b>");
  }

  @Test
  void filesThatCannotBeWrittenAreRefusedBeforeAnythingIsDone() {
    Path missing = folder.resolve("nowhere").resolve("report");
    Path nothing = folder.resolve("no-model.onnx"); // would fail, were it read
    for (String option : List.of("--json", "--dot")) {
      Outcome outcome = Outcome.of("inspect", nothing, option, missing);
      assertThat(outcome.code()).isEqualTo(2);
      assertThat(outcome.complaints())
          .singleElement()
          .asString()
          .contains("does not exist", "nowhere");
      Outcome over = Outcome.of("inspect", Demo.A, option, Demo.A);
      assertThat(over.code()).isEqualTo(2);
      assertThat(over.complaints()).singleElement().asString().contains("is one of the inputs");
    }
    Path both = folder.resolve("both");
    Outcome same = Outcome.of("inspect", nothing, "--json", both, "--dot", both);
    assertThat(same.code()).isEqualTo(2);
    assertThat(same.complaints()).singleElement().asString().contains("the drawing and the report");
    Outcome dash = Outcome.of("inspect", nothing, "--dot", "-");
    assertThat(dash.code()).isEqualTo(2);
    assertThat(dash.complaints()).singleElement().asString().contains("--dot");
    assertThat(both).doesNotExist();
  }
}
