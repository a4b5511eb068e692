package io.github.pleas.bench.families;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.bench.Main;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.OnnxWriter;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command on networks of two layers: 6 hidden units that can all move, 3 outputs. */
class FamiliesTest {
  @TempDir private Path folder;
  private Path script;

  private record Said(int exit, String out, List<String> csv) {
    String value(int row, Fact fact) {
      return csv.get(row).split("\",\"", -1)[fact.ordinal()].replace("\"", "");
    }
  }

  @BeforeEach
  void folders() throws IOException {
    script = Files.createDirectory(folder.resolve("script"));
  }

  private static Tensor weight(int... shape) {
    float[] values = new float[(int) Tensor.count(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(1 + i);
    }
    return Tensor.ofFloats(shape, values);
  }

  /** Two linear layers and an activation between them. */
  private static Graph perceptron(String activation) {
    Map<String, Attribute> rows = Map.of("transB", new Attribute.Int(1));
    List<Node> nodes =
        List.of(
            new Node("first", "Gemm", "", List.of("x", "w1", "b1"), List.of("h"), rows),
            new Node("act", activation, "", List.of("h"), List.of("a"), Map.of()),
            new Node("second", "Gemm", "", List.of("a", "w2", "b2"), List.of("y"), rows));
    List<ValueInfo.Dimension> shape =
        List.of(ValueInfo.Dimension.free("batch"), ValueInfo.Dimension.of(4));
    return new Graph(
        "perceptron",
        List.of(new ValueInfo("x", ElementType.FLOAT, shape)),
        List.of(new ValueInfo("y", ElementType.FLOAT, List.of())),
        nodes,
        Map.of("w1", weight(6, 4), "b1", weight(6), "w2", weight(3, 6), "b2", weight(3)),
        Map.of("", 17),
        8,
        Map.of());
  }

  /** As a graph, with an operator behind its output, which is multiplied by a number. */
  private static Graph withOutputBehind(String operator, Graph graph, float factor) {
    List<Node> nodes = new ArrayList<>(graph.nodes());
    nodes.add(node("square", "Mul", "y", "y"));
    nodes.add(node("scale", "Mul", "square", "factor"));
    nodes.add(node("z", operator, "scale"));
    Map<String, Tensor> constants = new HashMap<>(graph.initializers());
    constants.put("factor", Tensor.ofFloats(new int[] {1}, new float[] {factor}));
    return graph
        .withNodes(nodes)
        .withInitializers(constants)
        .withOutputs(List.of(new ValueInfo("z", ElementType.FLOAT, List.of())));
  }

  private static Node node(String output, String operator, String... inputs) {
    return new Node(output, operator, "", List.of(inputs), List.of(output), Map.of());
  }

  /** Two hidden units that are the same, and outputs that subtract them, much enlarged. */
  private static Graph amplifying() {
    Graph graph = perceptron("Relu");
    float[] first = weight(6, 4).floats().clone();
    System.arraycopy(first, 0, first, 4, 4);
    float[] second = weight(3, 6).floats().clone();
    for (int i = 0; i < second.length; i++) {
      second[i] = i % 6 == 0 ? 1e9f : i % 6 == 1 ? -1e9f : second[i];
    }
    Map<String, Tensor> constants = new HashMap<>(graph.initializers());
    constants.put("w1", Tensor.ofFloats(new int[] {6, 4}, first));
    constants.put("b1", Tensor.ofFloats(new int[] {6}, new float[6]));
    constants.put("w2", Tensor.ofFloats(new int[] {3, 6}, second));
    return graph.withInitializers(constants);
  }

  /** A network whose last layer is depthwise. */
  private static Graph convolutional() {
    Map<String, Attribute> depthwise = Map.of("group", new Attribute.Int(3));
    List<Node> nodes =
        List.of(
            new Node("first", "Conv", "", List.of("x", "w1", "b1"), List.of("h"), Map.of()),
            new Node("second", "Conv", "", List.of("h", "w2", "b2"), List.of("y"), depthwise));
    List<ValueInfo.Dimension> shape =
        List.of(
            ValueInfo.Dimension.free("batch"),
            ValueInfo.Dimension.of(2),
            ValueInfo.Dimension.of(4),
            ValueInfo.Dimension.of(4));
    return new Graph(
        "convolutional",
        List.of(new ValueInfo("x", ElementType.FLOAT, shape)),
        List.of(new ValueInfo("y", ElementType.FLOAT, List.of())),
        nodes,
        Map.of(
            "w1", weight(3, 2, 1, 1), "b1", weight(3), "w2", weight(3, 1, 1, 1), "b2", weight(3)),
        Map.of("", 17),
        8,
        Map.of());
  }

  private static void write(Graph graph, Path file) throws IOException {
    Files.write(file, OnnxWriter.toBytes(graph));
  }

  private Said run(String... options) throws IOException {
    Path csv = folder.resolve("rows.csv");
    StringWriter out = new StringWriter();
    List<String> arguments = new ArrayList<>(List.of("families", "--threads=1"));
    arguments.addAll(List.of(options));
    arguments.addAll(List.of("--csv=" + csv, folder.toString()));
    CommandLine line = Main.commandLine().setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(new StringWriter()));
    int exit = line.execute(arguments.toArray(String[]::new));
    List<String> rows = Files.exists(csv) ? Files.readAllLines(csv) : List.of();
    return new Said(exit, out.toString(), rows.isEmpty() ? rows : rows.subList(1, rows.size()));
  }

  @Test
  void everyGraphIsReadAnalysedCheckedAndMerged() throws IOException {
    write(perceptron("Relu"), script.resolve("relu.onnx"));
    write(perceptron("Tanh"), script.resolve("tanh.onnx"));
    Said said = run("--merge");
    assertThat(said.exit()).isZero();
    assertThat(said.csv()).hasSize(2);
    for (int row = 0; row < 2; row++) {
      assertThat(said.value(row, Fact.NAME)).isEqualTo(row == 0 ? "relu" : "tanh");
      assertThat(said.value(row, Fact.EXPORTER)).isEqualTo("script");
      assertThat(said.value(row, Fact.HIDDEN)).isEqualTo("6");
      assertThat(said.value(row, Fact.MOVABLE)).isEqualTo("6");
      assertThat(said.value(row, Fact.GROUPS)).isEqualTo("1");
      assertThat(Double.parseDouble(said.value(row, Fact.ERROR))).isLessThan(1e-4);
      assertThat(said.value(row, Fact.MERGED)).isEqualTo("ok");
      assertThat(said.value(row, Fact.PARTLY_MERGED)).isEqualTo("ok");
      assertThat(said.value(row, Fact.FAILURE)).isEmpty();
    }
    assertThat(said.out())
        .contains("2 graphs: 2 read, 0 failed; self-check: 2 passed, 0 unproven, 0 failed")
        .contains("everything merged: 2 ok, 0 refused, 0 failed, 0 not done");
  }

  @Test
  void aGraphThatFailsIsARowAndNotTheEnd() throws IOException {
    Files.writeString(script.resolve("a.onnx"), "no model");
    write(perceptron("Relu"), script.resolve("b.onnx"));
    Said said = run();
    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.value(0, Fact.FAILURE)).contains("not an ONNX model");
    assertThat(said.value(1, Fact.FAILURE)).isEmpty();
    assertThat(said.value(1, Fact.ERROR)).isNotEmpty();
    assertThat(said.out())
        .contains("2 graphs: 1 read, 1 failed; self-check: 1 passed, 0 unproven, 0 failed");
  }

  // The logarithm of a number below zero is no number, and 1e9 a - 1e9 a is whatever rounding says.
  @Test
  void whatProvesNothingIsToldFromWhatPassesAndIsNoFailure() throws IOException {
    write(perceptron("Relu"), script.resolve("a.onnx"));
    write(withOutputBehind("Log", perceptron("Relu"), -1), script.resolve("b.onnx"));
    write(amplifying(), script.resolve("c.onnx"));
    Said said = run("--merge");
    assertThat(said.exit()).isZero();
    assertThat(said.value(0, Fact.CHECK)).isEqualTo("passed");
    assertThat(said.value(1, Fact.CHECK)).startsWith("unproven: ").contains("no finite number");
    assertThat(said.value(1, Fact.MERGED)).isEmpty();
    assertThat(said.value(2, Fact.CHECK)).startsWith("unproven: ").contains("amplifies rounding");
    assertThat(said.out()).contains("3 graphs: 3 read, 0 failed; self-check: 1 passed, 2 unproven");
  }

  // Two kinds of labels cannot share a head that is no dense layer.
  @Test
  void aMergeThatIsRefusedIsNoFailureAndSaysWhy() throws IOException {
    Graph convolutional = convolutional();
    write(convolutional, script.resolve("a.onnx"));
    Said said = run("--merge");
    assertThat(said.exit()).isZero();
    assertThat(said.value(0, Fact.MERGED)).startsWith("refused: ");
    assertThat(said.out())
        .contains("MERGED refused: ", "everything merged: 0 ok, 1 refused, 0 failed, 0 not done");
  }

  @Test
  void graphsSideBySideGiveTheSameRowsInTheSameOrder() throws IOException {
    for (String name : List.of("a", "c", "d")) {
      write(perceptron(name.equals("c") ? "Tanh" : "Relu"), script.resolve(name + ".onnx"));
    }
    Files.writeString(script.resolve("b.onnx"), "no model");
    Said said = run("--parallel=3");
    assertThat(said.csv()).hasSize(4);
    for (int row = 0; row < 4; row++) {
      assertThat(said.value(row, Fact.NAME)).isEqualTo(List.of("a", "b", "c", "d").get(row));
      assertThat(said.value(row, Fact.CHECK)).isEqualTo(row == 1 ? "" : "passed");
    }
    assertThat(run("--parallel=0").exit()).isEqualTo(1);
  }

  @Test
  void aGraphThatTakesTooLongIsEnded() throws IOException {
    write(perceptron("Relu"), script.resolve("slow.onnx"));
    Said said = run("--time-limit=0");
    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.value(0, Fact.FAILURE)).isEqualTo("not done after 0 s");
  }

  // Any process of Java takes more than these 10 MB.
  @Test
  void aGraphThatExhaustsMemoryIsEnded() throws IOException {
    write(perceptron("Relu"), script.resolve("large.onnx"));
    Said said = run("--memory-limit=0.01");
    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.value(0, Fact.FAILURE)).containsIgnoringCase("memory");
  }

  @Test
  void patternsChooseByFolderAndName() throws IOException {
    Path dynamo = Files.createDirectory(folder.resolve("dynamo"));
    write(perceptron("Relu"), script.resolve("one.onnx"));
    write(perceptron("Relu"), dynamo.resolve("one.onnx"));
    write(perceptron("Relu"), dynamo.resolve("two.onnx"));
    Said said = run("--exporter-pattern=dyn*", "--name-pattern=o*");
    assertThat(said.csv()).hasSize(1);
    assertThat(said.value(0, Fact.EXPORTER)).isEqualTo("dynamo");
  }

  @Test
  void noGraphsAtAllAreAnError() throws IOException {
    assertThat(run().exit()).isEqualTo(1);
  }

  // The lines before a death are kept, what else a process says is no fact.
  @Test
  void factsAreReadFromAmongOtherLines() {
    Facts facts =
        Facts.read(List.of("fact\tNODES\t12", "warning: fact", "fact\tREAD_SECONDS\t0.50", "fact"));
    assertThat(facts.text(Fact.NODES)).isEqualTo("12");
    assertThat(facts.number(Fact.READ_SECONDS)).isEqualTo(0.5);
    assertThat(facts.get(Fact.ERROR)).isEmpty();
  }
}
