package io.github.pleas.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operators that are not in ONNX Runtime: what is missing is said, and libraries are loaded. */
class CustomOperatorsTest {
  @TempDir private Path folder;

  /** The demo's network whose first ReLU is an operator of somebody's own. */
  private Path foreign() {
    Graph graph = Demo.graph(Demo.A);
    boolean[] first = {true};
    List<Node> nodes =
        graph.nodes().stream()
            .map(
                node -> {
                  if (!node.is("Relu") || !first[0]) {
                    return node;
                  }
                  first[0] = false;
                  return new Node(
                      node.name(), "Curve", "com.example", node.inputs(), node.outputs(), Map.of());
                })
            .toList();
    Map<String, Integer> opsets = new LinkedHashMap<>(graph.opsets());
    opsets.put("com.example", 1);
    Graph changed =
        new Graph(
            graph.name(),
            graph.inputs(),
            graph.outputs(),
            nodes,
            graph.initializers(),
            opsets,
            graph.irVersion(),
            graph.metadata());
    return Demo.write(changed, folder.resolve("foreign.onnx"));
  }

  private Outcome refused(Object... arguments) {
    Outcome outcome = Outcome.of(arguments);
    assertThat(outcome.code()).as(outcome.toString()).isEqualTo(2);
    assertThat(outcome.complaints()).hasSize(1);
    assertThat(outcome.err()).doesNotContain("\tat ", "Exception", "defect");
    return outcome;
  }

  private List<Object[]> commandsOn(Path model) {
    Path out = folder.resolve("out.onnx");
    return List.of(
        new Object[] {"inspect", model},
        new Object[] {"permute", model, "-o", out},
        new Object[] {"eval", model, "--data", Demo.ZIP_A},
        new Object[] {
          "merge", model, model, "--data", Demo.ZIP_A, "--labels", "shared", "-o", out
        });
  }

  @Test
  void anOperatorThatNobodyHasIsNamedWithWhatIsMissing() {
    for (Object[] command : commandsOn(foreign())) {
      assertThat(refused(command).complaints().get(0))
          .contains(
              "foreign.onnx", "the operator Curve of the domain 'com.example'", "--custom-ops");
    }
  }

  @Test
  void aLibraryThatIsNotThereOrNoneIsRefusedByName() throws IOException {
    Path missing = folder.resolve("missing.so");
    Path text = Files.writeString(folder.resolve("text.so"), "no library");
    for (Object[] command : commandsOn(Demo.A)) {
      assertThat(refused(with(command, missing)).complaints().get(0))
          .contains("library of operators", "missing.so does not exist");
      assertThat(refused(with(command, text)).complaints().get(0))
          .contains("cannot load the library of operators", "text.so", "RegisterCustomOps");
    }
    assertThat(folder.resolve("out.onnx")).doesNotExist();
  }

  private static Object[] with(Object[] command, Path library) {
    return Stream.concat(Stream.of(command), Stream.of("--custom-ops", library)).toArray();
  }

  /** The operator stays and is named, the rest moves, and two networks merge around it. */
  @Test
  void networksRunWithTheirLibrary() throws IOException, InterruptedException {
    Path library = compiled(source());
    Path a = foreign();
    Outcome inspected = Outcome.of("inspect", a, "--custom-ops", library);
    assertThat(inspected.code()).as(inspected.err()).isZero();
    // The stem's stream: one convolution, and the last one of three blocks.
    assertThat(inspected.out())
        .contains("no rule for: Curve", "of which 64 (8.2 %) cannot move", "self-check passed");
    Path b = folder.resolve("permuted.onnx");
    Outcome permuted = Outcome.of("permute", a, "--custom-ops", library, "-o", b);
    assertThat(permuted.code()).as(permuted.err()).isZero();
    assertThat(permuted.out()).contains("432 units in 11 groups");
    Path images = Demo.folder(Demo.ZIP_A, folder.resolve("clothes"), 20, 10);
    Path merged = folder.resolve("merged.onnx");
    Outcome outcome =
        Outcome.of(
            "merge",
            a,
            b,
            "--custom-ops",
            library,
            "--data",
            images,
            "--labels",
            "shared",
            "--json",
            folder.resolve("merged.json"),
            "-o",
            merged);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(Files.readString(folder.resolve("merged.json")))
        .contains("custom_ops", library.getFileName().toString());
    assertThat(accuracy(merged, images, library)).isEqualTo(accuracy(a, images, library));
  }

  /** What is said of a network, but for its name. */
  private static String accuracy(Path model, Path images, Path library) {
    Outcome outcome = Outcome.of("eval", model, "--custom-ops", library, "--data", images, "-q");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    Matcher matcher = Pattern.compile("[0-9.]+ %").matcher(outcome.out());
    assertThat(matcher.find()).as(outcome.out()).isTrue();
    return matcher.group();
  }

  private static String source() throws IOException {
    try (InputStream in = CustomOperatorsTest.class.getResourceAsStream("curve.c")) {
      return new String(requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void aLibraryWithoutTheFunctionIsRefused() throws IOException, InterruptedException {
    Path library = compiled("int other(void) { return 0; }\n");
    assertThat(refused("inspect", Demo.A, "--custom-ops", library).complaints().get(0))
        .contains("cannot load the library of operators", "RegisterCustomOps");
  }

  private Path compiled(String source) throws IOException, InterruptedException {
    Path code = Files.writeString(folder.resolve("operators.c"), source);
    Path library = folder.resolve("operators.so");
    boolean compiles;
    try {
      Process process =
          new ProcessBuilder("cc", "-shared", "-fPIC", "-o", library.toString(), code.toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      compiles = process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException noCompiler) {
      compiles = false;
    }
    assumeTrue(compiles, "there is no C compiler");
    return library;
  }
}
