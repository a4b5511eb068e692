package io.github.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bad input gives exit code 2 and one sentence on standard error, and changes nothing: neither the
 * file that is there under the output's name, nor anything beside it.
 */
class BadInputTest {
  private static final String OLD = "what was there before";
  private static final String CONV = "onnx::Conv_209";

  @TempDir private static Path shared;
  private static Path dataA = Path.of("");
  private static Path dataB = Path.of("");

  @TempDir private Path inputs;
  @TempDir private Path outputs;

  @BeforeAll
  static void images() throws IOException {
    dataA = Demo.folder(Demo.ZIP_A, shared.resolve("clothes"), 3, 2);
    dataB = Demo.folder(Demo.ZIP_B, shared.resolve("shoes"), 3, 2);
  }

  @BeforeEach
  void existing() throws IOException {
    Files.writeString(out(), OLD);
  }

  private Path out() {
    return outputs.resolve("out.onnx");
  }

  private void refused(Outcome outcome, String... said) throws IOException {
    assertThat(outcome.code()).as(outcome.toString()).isEqualTo(2);
    assertThat(outcome.complaints()).singleElement().asString().contains(said);
    assertThat(outcome.err()).doesNotContain("\tat ", "Exception", "defect");
    assertThat(outcome.out()).isEmpty();
    assertThat(out()).hasContent(OLD);
    try (Stream<Path> left = Files.list(outputs)) {
      assertThat(left).containsExactly(out());
    }
  }

  private Outcome merge(Path a, Path b, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("merge", a, b));
    arguments.addAll(
        List.of("--data", dataA, "--data", dataB, "--labels", "separate", "-o", out()));
    arguments.addAll(List.of(more));
    return Outcome.of(arguments.toArray());
  }

  private Path input(String name) {
    return inputs.resolve(name);
  }

  private static Graph b() {
    return Demo.graph(Demo.B);
  }

  private static Graph withFilled(Graph graph, String tensor, float value, int count) {
    Map<String, Tensor> changed = new LinkedHashMap<>(graph.initializers());
    Tensor before = Objects.requireNonNull(changed.get(tensor));
    float[] values = before.floats().clone();
    Arrays.fill(values, 0, count < 0 ? values.length : count, value);
    changed.put(tensor, Tensor.ofFloats(before.shape(), values));
    return graph.withInitializers(changed);
  }

  private static Graph withNode(Graph graph, String name, UnaryOperator<Node> change) {
    return graph.withNodes(
        graph.nodes().stream().map(n -> n.name().equals(name) ? change.apply(n) : n).toList());
  }

  @Test
  void aForkWhereNetworksCannotPart() throws IOException {
    Graph graph = Demo.graph(Demo.A);
    List<Node> nodes = graph.nodes();
    Node last = nodes.get(nodes.size() - 1);
    refused(merge(Demo.A, Demo.B, "--fork-at", "nowhere"), "no node 'nowhere'", "names near it");
    refused(merge(Demo.A, Demo.B, "--fork-at", last.name()), "nothing comes after it");
    Node inner = nodes.stream().filter(n -> n.is("Conv")).skip(1).findFirst().orElseThrow();
    refused(merge(Demo.A, Demo.B, "--fork-at", inner.name()), "goes past it, into ");
    refused(
        Outcome.of(
            "merge",
            Demo.A,
            Demo.B,
            "--data",
            dataA,
            "--labels",
            "shared",
            "-o",
            out(),
            "--fork-at",
            inner.name()),
        "give --labels separate");
  }

  @Test
  void aResidualStreamThatCannotBeRotated() throws IOException {
    String[] rotated = {"--stream", "orthogonal"};
    refused(
        merge(Demo.A, Demo.B, rotated[0], rotated[1]),
        "the residual stream cannot be rotated: it has no residual stream whose units move",
        "--stream permutation");
    refused(
        merge(Demo.A, Demo.B, rotated[0], rotated[1], "--method", "git-rebasin"),
        "give --match activations");
    refused(
        merge(Demo.A, Demo.B, rotated[0], rotated[1], "--fork-at", "nowhere"),
        "leave --fork-at or --stream orthogonal out");
    refused(merge(Demo.A, Demo.B, "--stream", "turned"), "expected permutation or orthogonal");
  }

  @Test
  void aFileThatIsMissingOrNoNetwork() throws IOException {
    Path text = Files.writeString(input("notes.onnx"), "these are my notes\n");
    byte[] whole = Files.readAllBytes(Demo.B);
    Path cut = Files.write(input("cut.onnx"), Arrays.copyOf(whole, whole.length / 2));
    Path empty = Files.write(input("empty.onnx"), new byte[0]);
    refused(merge(Demo.A, text), "notes.onnx is not an ONNX model (it is a text)");
    refused(merge(cut, Demo.B), "cut.onnx is cut off", "get the file again");
    refused(merge(Demo.A, empty), "empty.onnx is empty");
    refused(merge(Demo.A, input("none.onnx")), "none.onnx does not exist");
    refused(merge(Demo.A, inputs), "is a folder, expected an ONNX model");
    for (String command : List.of("inspect", "permute", "eval")) {
      List<Object> arguments = new ArrayList<>(List.of(command, cut));
      if (command.equals("permute")) {
        arguments.addAll(List.of("-o", out()));
      } else if (command.equals("eval")) {
        arguments.addAll(List.of("--data", dataA));
      }
      refused(Outcome.of(arguments.toArray()), "cut.onnx is cut off");
    }
  }

  @Test
  void missingExternalData() throws IOException {
    ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(Demo.B)).toBuilder();
    TensorProto.Builder tensor = model.getGraphBuilder().getInitializerBuilder(0);
    tensor
        .clearRawData()
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(
            StringStringEntryProto.newBuilder().setKey("location").setValue("weights.bin"));
    Path file = Files.write(input("outside.onnx"), model.build().toByteArray());
    refused(
        merge(Demo.A, file),
        "outside.onnx",
        "weights.bin is missing",
        tensor.getName(),
        "put it beside the model");
  }

  @Test
  void anotherArchitectureIsRefusedByTheFirstDifference() throws IOException {
    String relu = "/layers/layers.1/relu/Relu";
    Path operator =
        Demo.write(
            withNode(
                b(),
                relu,
                n -> new Node(n.name(), "Sigmoid", "", n.inputs(), n.outputs(), Map.of())),
            input("operator.onnx"));
    refused(merge(Demo.A, operator), "not of one architecture", relu, "Relu", "Sigmoid");
    String conv = "/layers/layers.1/conv1/Conv";
    Path attribute =
        Demo.write(
            withNode(
                b(),
                conv,
                n ->
                    n.withAttribute("dilations", new Attribute.Ints(List.of(2L, 2L)))
                        .withAttribute("pads", new Attribute.Ints(List.of(2L, 2L, 2L, 2L)))),
            input("attribute.onnx"));
    refused(merge(Demo.A, attribute), "dilations", conv, "[1, 1]", "[2, 2]");
    Path shape = Demo.write(narrowed(b()), input("shape.onnx"));
    refused(merge(Demo.A, shape), "not of one architecture", conv, "16", "8");
  }

  /** With the inner channels of one block halved. */
  private static Graph narrowed(Graph graph) {
    int[] half = {0, 1, 2, 3, 4, 5, 6, 7};
    Map<String, Tensor> changed = new LinkedHashMap<>(graph.initializers());
    for (Node node : graph.nodes()) {
      if (node.name().equals("/layers/layers.1/conv1/Conv")) {
        changed.computeIfPresent(node.input(1), (name, weight) -> weight.gather(0, half));
        changed.computeIfPresent(node.input(2), (name, bias) -> bias.gather(0, half));
      } else if (node.name().equals("/layers/layers.1/conv2/Conv")) {
        changed.computeIfPresent(node.input(1), (name, weight) -> weight.gather(1, half));
      }
    }
    return graph.withInitializers(changed);
  }

  @Test
  void otherNamesAreNoDifference() throws IOException {
    Graph graph = b();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    graph.initializers().forEach((name, tensor) -> tensors.put("w/" + name, tensor));
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      nodes.add(
          node.withName("n" + nodes.size())
              .withInputs(
                  node.inputs().stream()
                      .map(i -> tensors.containsKey("w/" + i) ? "w/" + i : i)
                      .toList()));
    }
    Path renamed =
        Demo.write(graph.withNodes(nodes).withInitializers(tensors), input("renamed.onnx"));
    Outcome outcome = merge(Demo.A, renamed, "--samples", 5);
    assertThat(outcome.code()).as(outcome.err()).isZero();
  }

  @Test
  void inputsThatAreNoImagesOrOfOtherChannels() throws IOException {
    refused(
        merge(Demo.A, channels(3)),
        "the inputs differ",
        "[batch, 1, 28, 28]",
        "[batch, 3, 28, 28]");
    Path two = channels(2);
    refused(merge(two, two), "channels-2.onnx", "[batch, 2, 28, 28]", "1 or 3");
  }

  /**
   * Data are read beside the check of the networks, and what is wrong with both is told of these.
   */
  @Test
  void networksThatCannotBeMergedAreRefusedBeforeTheirData() throws IOException {
    Path none = inputs.resolve("no-such-folder");
    refused(
        Outcome.of(
            "merge", Demo.A, channels(3), "--data", none, "--labels", "separate", "-o", out()),
        "the inputs differ");
    refused(
        Outcome.of("merge", Demo.A, Demo.B, "--data", none, "--labels", "separate", "-o", out()),
        "no-such-folder");
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("pleas-beside"));
  }

  private Path channels(int count) {
    Graph graph = b();
    Map<String, Tensor> tensors = new LinkedHashMap<>(graph.initializers());
    tensors.computeIfPresent(
        graph.nodes().get(0).input(1), (name, weight) -> weight.gather(1, new int[count]));
    ValueInfo input = graph.inputs().get(0);
    List<ValueInfo.Dimension> shape = new ArrayList<>(input.shape());
    shape.set(1, ValueInfo.Dimension.of(count));
    return Demo.write(
        graph
            .withInitializers(tensors)
            .withInputs(List.of(new ValueInfo(input.name(), input.type(), shape))),
        input("channels-" + count + ".onnx"));
  }

  @Test
  void weightsAndActivationsThatAreNotNumbers() throws IOException {
    Path nan = Demo.write(withFilled(b(), CONV, Float.NaN, 1), input("nan.onnx"));
    refused(merge(Demo.A, nan), "nan.onnx", "NaN or infinite", CONV);
    refused(Outcome.of("permute", nan, "-o", out()), "nan.onnx", CONV);
    Path infinite =
        Demo.write(withFilled(b(), CONV, Float.NEGATIVE_INFINITY, 1), input("infinite.onnx"));
    refused(merge(Demo.A, infinite), "infinite.onnx", CONV);
    Path large = Demo.write(withFilled(b(), CONV, 3e38f, -1), input("large.onnx"));
    refused(merge(Demo.A, large), "large.onnx", "NaN or infinite activations at '/layers/");
    refused(Outcome.of("eval", large, "--data", dataB), "large.onnx", "output 'logits' is NaN");
  }

  @Test
  void imagesThatCannotBeRead() throws IOException {
    Path broken = input("broken");
    for (String name : List.of("0", "1")) {
      Files.createDirectories(broken.resolve(name));
      for (int i = 0; i < 8; i++) {
        Files.writeString(broken.resolve(name).resolve(i + ".png"), "no image");
      }
    }
    Path empty = Files.createDirectories(input("nothing"));
    Outcome outcome =
        Outcome.of(
            "merge",
            Demo.A,
            Demo.B,
            "--data",
            broken,
            "--labels",
            "separate",
            "--no-accuracy",
            "-o",
            out());
    refused(outcome, "broken: more than 10 of", ".png", "; and others. Repair or remove them");
    refused(
        Outcome.of("merge", Demo.A, Demo.B, "--data", empty, "--labels", "separate", "-o", out()),
        "nothing holds no images",
        "PNG");
    refused(
        Outcome.of("merge", Demo.A, Demo.B, "--data", Demo.A, "--labels", "separate", "-o", out()),
        "cannot be read as a zip");
    refused(
        Outcome.of(
            "merge", Demo.A, Demo.B, "--data", input("gone"), "--labels", "separate", "-o", out()),
        "there is no ",
        "gone");
  }

  @Test
  void classesThatDoNotFitTheHeads() throws IOException {
    Path more = Demo.folder(Demo.ZIP_A, input("more"), 1, 1);
    for (String split : List.of("train", "test")) {
      Path sixth = Files.createDirectories(more.resolve(split).resolve("05"));
      try (Stream<Path> files = Files.list(more.resolve(split).resolve("00"))) {
        Files.copy(files.findFirst().orElseThrow(), sixth.resolve("one.png"));
      }
    }
    refused(
        Outcome.of("merge", Demo.A, Demo.B, "--data", more, "--labels", "shared", "-o", out()),
        "more (test) has 6 classes",
        "has 5",
        "--no-accuracy");
    refused(Outcome.of("eval", Demo.A, "--data", more), "has 6 classes", "'logits', which has 5");
    refused(Outcome.of("eval", Demo.A, "--data", dataA, "--class-offset", 1), "--class-offset 1");
    refused(
        Outcome.of("eval", Demo.A, "--data", dataA, "--class-offset", -1), "expected 0 or more");
    refused(
        Outcome.of("eval", Demo.A, "--data", dataA, "--output", "probs"),
        "no output 'probs'",
        "logits");
    Path pile = Demo.flat(Demo.ZIP_A, input("pile"), 3);
    refused(Outcome.of("eval", Demo.A, "--data", pile), "pile has no labels");
  }

  @Test
  void testImagesThatCannotBeReadAreFoundBeforeTheMerge() throws IOException {
    Path data = Demo.folder(Demo.ZIP_A, input("clothes"), 3, 3);
    try (Stream<Path> files = Files.walk(data.resolve("test"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.writeString(file, "no image");
      }
    }
    Outcome outcome =
        Outcome.of(
            "merge",
            Demo.A,
            Demo.B,
            "--data",
            data,
            "--data",
            dataB,
            "--labels",
            "separate",
            "-o",
            out());
    refused(outcome, "clothes (test): more than 10 of", "Repair or remove them");
    assertThat(outcome.err()).doesNotContain("activations", "fit ");
  }

  @Test
  void optionsThatMakeNoSense() throws IOException {
    refused(merge(Demo.A, Demo.B, "--separate", "1.5"), "--separate: expected 0 to 1, found 1.5");
    refused(merge(Demo.A, Demo.B, "--separate", "NaN"), "--separate: expected 0 to 1, found NaN");
    refused(merge(Demo.A, Demo.B, "--separate", "half"), "--separate", "half");
    refused(
        merge(Demo.A, Demo.B, "--samples", "-1"), "--samples: expected 0 (all) or more, found -1");
    refused(merge(Demo.A, Demo.B, "--threads", "0"), "--threads: expected at least 1, found 0");
    refused(merge(Demo.A, Demo.B, "--mean", "0.1,0.2"), "--mean: expected one number", "found 2");
    refused(merge(Demo.A, Demo.B, "--std", "0"), "--std: expected positive numbers, found 0.0");
    refused(merge(Demo.A, Demo.B, "--resize", "-1"), "--resize: expected pixels", "found -1");
    refused(merge(Demo.A, Demo.B, "--resize", "27"), "the middle of 28 x 28", "28 to 16384");
    refused(merge(Demo.A, Demo.B, "--input-size", "12"), "'12' is not HEIGHTxWIDTH");
    refused(
        merge(Demo.A, Demo.B, "--input-size", "12x12"), "28 x 28", "--input-size asks for 12 x 12");
    refused(
        merge(Demo.A, Demo.B, "--fit", "best"),
        "--fit",
        "progressive or published or regmean or none, found 'best'");
    refused(
        merge(Demo.A, Demo.B, "--allocation", "leave_one_out"),
        "--allocation",
        "predicted or uniform or stages or leave-one-out, found 'leave_one_out'");
    refused(merge(Demo.A, Demo.B, "--allocation", "stages"), "--allocation", "give --budget");
    refused(merge(Demo.A, Demo.B, "--cost", "params", "--separate", "0.5"), "give --budget");
    refused(merge(Demo.A, Demo.B, "--budget", "Infinity"), "budget: expected 1", "found Infinity");
    refused(
        Outcome.of(
            "merge",
            Demo.A,
            Demo.B,
            "--data",
            dataA,
            "--labels",
            "shared",
            "--heads",
            "tasks",
            "-o",
            out()),
        "--heads tasks",
        "one head");
    refused(merge(Demo.A, Demo.B, "--name-a", "x", "--name-b", "x"), "two different names");
    refused(
        merge(Demo.A, Demo.B, "--report", input("r.html"), "--no-report"),
        "--report and --no-report: give one");
    refused(merge(Demo.A, Demo.B, "--report", out()), "cannot be the page, too", "--no-report");
    refused(merge(Demo.A, Demo.B, "--report", Demo.A), "is one of the inputs");
    refused(
        merge(Demo.A, Demo.B, "--report", input("no/r.html")), "r.html cannot be written", "exist");
    Path config = Files.writeString(input("merge.yaml"), "budget: 1.5\nsampels: 3\n");
    refused(
        merge(Demo.A, Demo.B, "--config", config),
        "merge.yaml, line 2, there is no key 'sampels'; the nearest is 'samples'");
    refused(
        merge(Demo.A, Demo.B, "--device", "gpu"),
        "'--device'",
        "the device 'gpu' is not known: expected cpu, cuda or cuda:N");
    refused(
        merge(Demo.A, Demo.B, "--memory", "4x"),
        "'--memory'",
        "expected a number of bytes with k, m or g, such as 4g, found '4x'");
    refused(
        merge(Demo.A, Demo.B, "--memory", "100m"),
        "100 MB of memory are too few for the whole process",
        "Java's heap may take",
        "or more, or start Java with a smaller heap");
    for (String line : List.of("device: gpu", "memory: 4x")) {
      Files.writeString(config, "budget: 1.5\n" + line + "\n");
      refused(
          merge(Demo.A, Demo.B, "--config", config),
          "merge.yaml, line 2, " + line.replaceFirst(":.*", ":"));
    }
    refused(merge(Demo.A, Demo.B, "--separate", "2", "--dry-run"), "expected 0 to 1, found 2.0");
    refused(Outcome.of("config", "demo"), "expected merge or sweep, found 'demo'");
    refused(merge(Demo.A, Demo.B, "--data", dataA), "--data: expected one", "found 3");
    Outcome misspelt = merge(Demo.A, Demo.B, "--sepparate=0.5");
    refused(misspelt, "--sepparate");
    assertThat(misspelt.err()).contains("Possible solutions: --separate");
    refused(
        Outcome.of("merge", Demo.A, Demo.B, "--data", dataA, "-o", out()),
        "Missing required option",
        "--labels=shared|separate");
    refused(Outcome.of("merge", Demo.A, "-o", out()), "Missing required", "'B'");
  }

  @Test
  void dataSetsThatAreNotThere() throws IOException {
    Path nothing = Files.createDirectories(input("birds"));
    Outcome outcome =
        Outcome.of("eval", Demo.A, "--data", "cub-cropped:" + nothing, "--output", "logits");
    refused(
        outcome,
        "there is no " + nothing.resolve("images.txt"),
        "https://www.vision.caltech.edu/datasets/cub_200_2011/",
        "train_test_split.txt");
    refused(
        Outcome.of("eval", Demo.A, "--data", "dogs:" + nothing),
        "train_list.mat",
        "http://vision.stanford.edu/aditya86/ImageNetDogs/");
  }

  @Test
  void experimentsThatCannotBeRead() throws IOException {
    Path file = Files.writeString(input("x.yaml"), "labels: separate\nnetworks: [\n");
    Path folder = outputs.resolve("results");
    refused(Outcome.of("experiment", file, "-o", folder), "x.yaml", "line ", "is not YAML");
    refused(Outcome.of("experiment", input("no.yaml"), "-o", folder), "no.yaml does not exist");
    refused(Outcome.of("experiment", file, "-o", out()), "is a file; choose a folder by -o");
    refused(Outcome.of("experiment", file), "Missing required option", "--output=DIR");
    refused(
        Outcome.of("experiment", file, "-o", folder, "--device", "gpu"),
        "the device 'gpu' is not known: expected cpu, cuda or cuda:N");
    Files.writeString(file, "labels: both\nbugdets: [1]\nnetworks: {a: {file: a.onnx}}\n");
    Outcome all = Outcome.of("experiment", file, "-o", folder, "--set", "data=x");
    refused(all, "x.yaml has ");
    assertThat(all.err())
        .contains(
            "line 1, labels: expected one of shared, separate, found 'both'",
            "line 1, domains: is missing",
            "there is no key 'bugdets'; keys near it are 'budgets'",
            "line 3, networks.a: the key 'domain' is missing: what it was trained on",
            "networks.a.file: there is no file",
            "folders.data: is to be set, and not there",
            "pairs: there is no pair of networks to merge");
  }

  @Test
  void whereOnlyTheUserAsksForItTheStackTraceIsShown() {
    Outcome outcome = merge(Demo.A, input("none.onnx"), "--stacktrace");
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("pleas: ", "\tat io.github.pleas.");
  }
}
