package io.github.pleas.onnx;

import static io.github.pleas.onnx.Models.node;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.ByteString;
import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxReaderTest {
  @TempDir Path folder;

  @Test
  void aModelIsReadAsItIs() throws IOException {
    ModelProto.Builder model = Models.relu();
    model.addOpsetImportBuilder().setDomain("com.microsoft").setVersion(1);
    model.addMetadataPropsBuilder().setKey("source").setValue("here");
    Path file = Files.write(folder.resolve("m.onnx"), model.build().toByteArray());
    Graph graph = OnnxReader.read(file);
    ValueInfo x = new ValueInfo("x", ElementType.FLOAT, List.of());
    assertThat(graph.inputs()).containsExactly(x);
    assertThat(graph.opsets()).isEqualTo(Map.of("", 17, "com.microsoft", 1));
    assertThat(graph.metadata()).isEqualTo(Map.of("source", "here"));
    assertThat(graph.irVersion()).isEqualTo(8);
    assertThat(graph.nodes())
        .containsExactly(new Node("relu", "Relu", "", List.of("x"), List.of("y"), Map.of()));
  }

  @Test
  void initializersAreNotInputs() {
    ModelProto.Builder model = Models.relu().setIrVersion(3);
    model.getGraphBuilder().addInput(Models.value("w"));
    model.getGraphBuilder().addInitializer(Models.tensor("w", ElementType.FLOAT).addFloatData(1));
    Graph graph = Models.read(model);
    assertThat(graph.inputs()).extracting(ValueInfo::name).containsExactly("x");
    assertThat(graph.initializers()).containsOnlyKeys("w");
  }

  @Test
  void constantNodesBecomeInitializers() {
    NodeProto identity = node("id", "Relu", List.of("x"), List.of("y"));
    AttributeProto.Builder value = AttributeProto.newBuilder().setName("value");
    value.setT(Models.tensor("", ElementType.INT32, 1).addInt32Data(7));
    Graph graph =
        Models.read(
            Models.of(
                constant("a", AttributeProto.newBuilder().setName("value_int").setI(5)),
                constant("b", AttributeProto.newBuilder().setName("value_float").setF(0.5f)),
                constant("c", AttributeProto.newBuilder().setName("value_ints").addInts(1)),
                constant("d", AttributeProto.newBuilder().setName("value_floats").addFloats(2)),
                constant("e", value),
                identity));
    assertThat(graph.nodes()).hasSize(1);
    assertThat(graph.initializers())
        .isEqualTo(
            Map.of(
                "a", Tensor.ofLongs(new int[0], new long[] {5}),
                "b", Tensor.ofFloats(new int[0], new float[] {0.5f}),
                "c", Tensor.ofLongs(new int[] {1}, new long[] {1}),
                "d", Tensor.ofFloats(new int[] {1}, new float[] {2}),
                "e", Tensor.ofBytes(ElementType.INT32, new int[] {1}, new byte[] {7, 0, 0, 0})));
  }

  @Test
  void constantStringsStayNodes() {
    ByteString text = ByteString.copyFromUtf8("text");
    Graph graph =
        Models.read(
            Models.of(
                constant("a", AttributeProto.newBuilder().setName("value_string").setS(text)),
                node("n", "Relu", List.of("x"), List.of("y"))));
    assertThat(graph.nodes()).extracting(Node::op).containsExactly("Constant", "Relu");
  }

  @Test
  void nodesGetUniqueNamesThatDependOnTheFileAlone() {
    ModelProto.Builder model =
        Models.of(
            node("", "Relu", List.of("x"), List.of("a")),
            node("twice", "Relu", List.of("a"), List.of("b")),
            node("twice", "Relu", List.of("b"), List.of("c")),
            node("Relu_0", "Relu", List.of("c"), List.of("y")));
    List<String> names = Models.read(model).nodes().stream().map(Node::name).toList();
    assertThat(names).doesNotHaveDuplicates().contains("twice", "Relu_0").doesNotContain("");
    assertThat(Models.read(model).nodes()).extracting(Node::name).isEqualTo(names);
  }

  @Test
  void shuffledNodesAreSortedAndSortedNodesStay() {
    for (int seed = 0; seed < 50; seed++) {
      Graph graph = new RandomGraphs(seed).graph();
      assertThat(Models.read(proto(graph)).nodes()).isEqualTo(graph.nodes());
      List<Node> shuffled = new ArrayList<>(graph.nodes());
      Collections.shuffle(shuffled, new Random(seed));
      Graph read = Models.read(proto(graph.withNodes(shuffled)));
      assertThat(read.nodes()).containsExactlyInAnyOrderElementsOf(graph.nodes());
      assertThat(Models.read(proto(read)).nodes()).isEqualTo(read.nodes());
      assertInOrder(read);
    }
  }

  private static void assertInOrder(Graph graph) {
    List<String> known = new ArrayList<>(graph.initializers().keySet());
    graph.inputs().forEach(input -> known.add(input.name()));
    for (Node node : graph.nodes()) {
      assertThat(known).containsAll(node.inputs().stream().filter(i -> !i.isEmpty()).toList());
      assertThat(known).containsAll(Subgraphs.captures(node));
      known.addAll(node.outputs());
    }
  }

  @Test
  void whatSubgraphsUseComesFirst() {
    NodeProto branch =
        node("if", "If", List.of("x"), List.of("y")).toBuilder()
            .addAttribute(
                Subgraphs.proto((Attribute.Opaque) RandomGraphs.subgraph("then_branch", "late")))
            .build();
    ModelProto.Builder model = Models.of(branch, node("n", "Relu", List.of("x"), List.of("late")));
    assertThat(Models.read(model).nodes()).extracting(Node::name).containsExactly("n", "if");
    assertRefused(Models.of(branch), "\"if\"", "\"late\"", "nothing produces");
  }

  @Test
  void cyclesAreNamed() {
    assertRefused(
        Models.of(
            node("before", "Relu", List.of("x"), List.of("y")),
            node("one", "Add", List.of("x", "b"), List.of("a")),
            node("two", "Relu", List.of("a"), List.of("b")),
            node("after", "Relu", List.of("b"), List.of("c"))),
        "cycle: \"one\" -> \"two\" -> \"one\"");
    assertRefused(
        Models.of(node("self", "Add", List.of("x", "y"), List.of("y"))), "\"self\" -> \"self\"");
  }

  @Test
  void brokenGraphsAreRefusedByName() {
    NodeProto relu = node("relu", "Relu", List.of("x"), List.of("y"));
    assertRefused(Models.of(node("n", "Relu", List.of("z"), List.of("y"))), "\"n\"", "\"z\"");
    assertRefused(
        Models.of(relu, node("n", "Relu", List.of("x"), List.of("y"))),
        "\"y\"",
        "\"relu\"",
        "\"n\"");
    assertRefused(Models.of(node("n", "Relu", List.of("x"), List.of("x", "y"))), "\"x\"");
    assertRefused(Models.of(node("n", "Relu", List.of("x"), List.of("q"))), "output \"y\"");
    assertRefused(Models.of(node("n", "Relu", List.of("x"), List.of(""))), "\"n\"", "no output");
    assertRefused(Models.of(node("n", "", List.of("x"), List.of("y"))), "\"n\"", "no operator");
    assertRefused(Models.of(), "no nodes");
    AttributeProto.Builder one = AttributeProto.newBuilder().setName("value_int").setI(5);
    assertRefused(Models.of(constant("y", one), relu), "\"y\"");
    assertRefused(Models.of(constant("x", one), relu), "\"x\"", "twice");
    assertRefused(Models.of(constant("y", one)), "no nodes");
    assertRefused(
        Models.of(relu.toBuilder().addAttribute(one).addAttribute(one).build()), "\"value_int\"");
    assertRefused(
        Models.of(relu.toBuilder().setDomain("com.example").build()), "\"relu\"", "com.example");
  }

  @Test
  void whatWeCannotCarryIsNamed() {
    ModelProto.Builder functions = Models.relu();
    functions.addFunctionsBuilder().setName("MyGelu");
    functions.addFunctionsBuilder().setName("MyNorm");
    assertRefused(functions, "MyGelu, MyNorm");
    ModelProto.Builder training = Models.relu();
    training.addTrainingInfoBuilder();
    assertRefused(training, "training");
    ModelProto.Builder sparse = Models.relu();
    sparse.getGraphBuilder().addSparseInitializerBuilder().getValuesBuilder().setName("thin");
    assertRefused(sparse, "thin");
    ModelProto.Builder twice = Models.relu();
    twice
        .getGraphBuilder()
        .addInitializer(Models.tensor("w", ElementType.FLOAT, 0))
        .addInitializer(Models.tensor("w", ElementType.FLOAT, 0));
    assertRefused(twice, "initializer \"w\"", "twice");
  }

  @Test
  void onlyTensorsGoInAndOut() {
    ModelProto.Builder sequence = Models.relu();
    sequence.getGraphBuilder().getInputBuilder(0).getTypeBuilder().getSequenceTypeBuilder();
    assertRefused(sequence, "input \"x\"", "sequence");
    ModelProto.Builder optional = Models.relu();
    optional.getGraphBuilder().getOutputBuilder(0).getTypeBuilder().getOptionalTypeBuilder();
    assertRefused(optional, "output \"y\"", "optional");
    ModelProto.Builder map = Models.relu();
    map.getGraphBuilder().getOutputBuilder(0).getTypeBuilder().getMapTypeBuilder();
    assertRefused(map, "output \"y\"", "map");
    ModelProto.Builder none = Models.relu();
    none.getGraphBuilder().getInputBuilder(0).clearType();
    assertRefused(none, "input \"x\"", "no type");
    ModelProto.Builder outputs = Models.relu();
    outputs.getGraphBuilder().clearOutput();
    assertRefused(outputs, "no outputs");
    ModelProto.Builder again = Models.relu();
    again.getGraphBuilder().addInput(Models.value("x"));
    assertRefused(again, "input \"x\"", "twice");
  }

  @Test
  void operatorSetsOutsideTheRangeAreRefused() {
    for (long version : new long[] {-1, 0, 10, 25, 1L << 40}) {
      ModelProto.Builder model = Models.relu();
      model.getOpsetImportBuilder(0).setVersion(version);
      assertRefused(model, Long.toString(version));
    }
    for (int version = 11; version <= 24; version++) {
      ModelProto.Builder model = Models.relu();
      model.getOpsetImportBuilder(0).setVersion(version).setDomain("ai.onnx");
      assertThat(Models.read(model).opset()).isEqualTo(version);
    }
    assertRefused(Models.relu().clearOpsetImport(), "declares no version");
    ModelProto.Builder two = Models.relu();
    two.addOpsetImportBuilder().setVersion(13);
    assertRefused(two, "17", "13");
  }

  @Test
  void otherFilesAreNotModels() throws IOException {
    assertFileRefused(new byte[0], "is empty");
    byte[] png = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13, 'I', 'H', 'D', 'R'};
    assertFileRefused(png, "is not an ONNX model (it is an image)");
    assertFileRefused("once upon a time".getBytes(UTF_8), "is not an ONNX model (it is a text)");
    assertFileRefused(":::: a title\n".getBytes(UTF_8), "is not an ONNX model (it is a text)");
    assertFileRefused(
        "version https://git-lfs.github.com/spec/v1\n".getBytes(UTF_8), "git lfs pull");
    assertFileRefused("PK\003\004archive/data.pkl".getBytes(UTF_8), "torch.onnx.export");
    assertFileRefused(new byte[1000], "is not an ONNX model");
    byte[] noise = new byte[1000];
    new Random(5).nextBytes(noise);
    assertFileRefused(noise, "is not an ONNX model");
    noise[0] = 8;
    noise[1] = 8;
    assertFileRefused(noise, "is not an ONNX model");
  }

  @Test
  void everyCutIsRecognised() throws IOException {
    byte[] whole = OnnxWriter.toBytes(new RandomGraphs(3).graph());
    for (int length = 1; length < whole.length; length += 7) {
      byte[] part = Arrays.copyOf(whole, length);
      try {
        OnnxReader.parse(part, "part.onnx");
      } catch (InvalidInputException e) {
        assertThat(e).hasMessageStartingWith("part.onnx").hasMessageContaining("cut off");
      }
    }
  }

  @Test
  void filesThatAreNotThereAreNamed() throws IOException {
    Path missing = folder.resolve("missing.onnx");
    assertThatThrownBy(() -> OnnxReader.read(missing))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(missing + " does not exist");
    assertThatThrownBy(() -> OnnxReader.read(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(folder + " is a folder");
    Path huge = folder.resolve("huge.onnx");
    try (RandomAccessFile file = new RandomAccessFile(huge.toFile(), "rw")) {
      file.setLength(3L << 30); // sparse: takes no space
    }
    assertThatThrownBy(() -> OnnxReader.read(huge))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(huge.toString())
        .hasMessageContaining("2 GB");
  }

  private void assertFileRefused(byte[] content, String why) throws IOException {
    Path file = Files.write(folder.resolve("some.onnx"), content);
    assertThatThrownBy(() -> OnnxReader.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(why);
  }

  private static void assertRefused(ModelProto.Builder model, String... why) {
    assertThatThrownBy(() -> Models.read(model))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("test.onnx")
        .hasMessageContainingAll(why);
  }

  private static NodeProto constant(String output, AttributeProto.Builder value) {
    return node("constant " + output, "Constant", List.of(), List.of(output)).toBuilder()
        .addAttribute(value)
        .build();
  }

  private static ModelProto.Builder proto(Graph graph) {
    try {
      return ModelProto.parseFrom(OnnxWriter.toBytes(graph)).toBuilder();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
