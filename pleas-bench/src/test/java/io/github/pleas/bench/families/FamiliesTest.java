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
        .contains("2 graphs: 2 read, 2 passed the self-check, 0 failed")
        .contains("everything merged: 2 ok, 0 refused, 0 not done");
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
    assertThat(said.out()).contains("2 graphs: 1 read, 1 passed the self-check, 1 failed");
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
