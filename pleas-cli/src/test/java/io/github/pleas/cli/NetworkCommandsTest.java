package io.github.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.eval.Logits;
import io.github.pleas.eval.Predictor;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.RandomFeed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands about one network: inspect, permute and eval. */
class NetworkCommandsTest {
  @TempDir private Path folder;

  private static Logits logits(Path file) {
    OrtRuntime runtime = new OrtRuntime(1);
    Network network = new NetworkReader(runtime, Optional.empty()).read(file);
    Map<String, Logits> outputs =
        new Predictor(runtime)
            .predict(
                file, Predictor.Signature.of(network), 32, new RandomFeed(network.inputs(), 5));
    return Objects.requireNonNull(outputs.get("logits"));
  }

  @Test
  void aPermutedNetworkComputesTheSameWithOtherWeights() throws IOException {
    Path first = folder.resolve("first.onnx");
    Path again = folder.resolve("again.onnx");
    Path other = folder.resolve("other.onnx");
    Outcome permute = Outcome.of("permute", Demo.A, "--seed", 7, "-o", first);
    assertThat(permute.code()).isZero();
    assertThat(permute.out()).contains("448 units in 12 groups reordered");
    Outcome.of("permute", Demo.A, "--seed", 7, "-o", again);
    Outcome.of("permute", Demo.A, "--seed", 8, "-o", other);
    assertThat(again).hasSameBinaryContentAs(first);
    assertThat(Files.mismatch(first, other)).isNotNegative();
    assertThat(Demo.graph(first).initializers()).isNotEqualTo(Demo.graph(Demo.A).initializers());
    Logits original = logits(Demo.A);
    assertThat(original.relativeError(logits(first))).isLessThan(1e-5);
    assertThat(original.relativeError(logits(other))).isLessThan(1e-5);
  }

  @Test
  void inspectShowsGroupsLayersAndTheSelfCheck() {
    Outcome inspect = Outcome.of("inspect", Demo.A);
    assertThat(inspect.code()).isZero();
    assertThat(inspect.err()).isEmpty();
    List<String> lines = inspect.out().lines().toList();
    int layers =
        lines.lastIndexOf(lines.stream().filter(l -> l.startsWith("layer ")).toList().get(0));
    assertThat(inspect.out()).contains("; 12 unit groups").containsPattern("(?m)^ +unit group ");
    // conv1: 28 * 28 positions, 3 * 3 * 1 weights, 16 channels; and 160 parameters with the bias
    assertThat(inspect.out()).containsPattern("/conv1/Conv +1 +convolution .* 112,896 +160");
    assertThat(inspect.out()).containsPattern("/fc/Gemm +1 +gemm .* 320 +325");
    long macs =
        Pattern.compile("(?m) ([0-9,]+) +[0-9,]+$")
            .matcher(String.join("\n", lines.subList(layers, lines.size())))
            .results()
            .map((MatchResult r) -> r.group(1).replace(",", ""))
            .mapToLong(Long::parseLong)
            .sum();
    assertThat(inspect.out())
        .contains(String.format(Locale.ROOT, "%,.1f million MACs", macs / 1e6));
    assertThat(inspect.out())
        .contains("hidden units: 784, all can move")
        .containsPattern("(?m)^self-check passed: .*relative\\)$")
        .containsPattern(
            "(?m)^times: read [0-9.]+ s, analyse [0-9.]+ s, check [0-9.]+ s; peak memory: [0-9,]+ MB heap");
  }

  @Test
  void evalCountsTheImagesWhoseLargestLogitIsTheirClass() throws IOException {
    Path data = Demo.folder(Demo.ZIP_B, folder.resolve("shoes"), 1, 10);
    Outcome eval = Outcome.of("eval", Demo.B, "--data", data);
    assertThat(eval.code()).isZero();
    assertThat(eval.out())
        .containsPattern("^logits: (9|100)[0-9.]* % of 50 images of shoes \\(test\\)");
    assertThat(eval.out().lines()).hasSize(1);
    assertThat(eval.err().lines()).singleElement().asString().startsWith("data");
    Outcome quiet = Outcome.of("eval", Demo.B, "--data", data, "--output", "logits", "-q");
    assertThat(quiet.out()).isEqualTo(eval.out());
    assertThat(quiet.err()).isEmpty();
  }

  @Test
  void theClassOffsetSaysWhereTheDatasClassesBegin() throws IOException {
    // the last three of five classes, as data of their own
    Path all = Demo.folder(Demo.ZIP_B, folder.resolve("all"), 1, 10);
    Path three = folder.resolve("three");
    for (String name : List.of("02", "03", "04")) {
      Path target = Files.createDirectories(three.resolve(name));
      try (var files = Files.list(all.resolve("test").resolve(name))) {
        for (Path file : files.toList()) {
          Files.copy(file, target.resolve(file.getFileName()));
        }
      }
    }
    assertThat(Outcome.of("eval", Demo.B, "--data", three, "-q").err())
        .contains("Note: three has 3 classes, output 'logits' has 5");
    assertThat(Outcome.of("eval", Demo.B, "--data", three, "--class-offset", 2, "-q").out())
        .containsPattern("^logits: (9|100)[0-9.]* % of 30 images");
  }

  @Test
  void theDemoWritesItsNetworkItsReportAndItsPage() throws IOException {
    Path target = folder.resolve("demo output");
    Outcome demo = Outcome.of("demo", "-o", target);
    assertThat(demo.code()).as(demo.err()).isZero();
    assertThat(demo.out()).contains("merged", "joint", target.resolve("index.html").toString());
    try (var files = Files.list(target)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("index.html", "inputs", "merged.json", "merged.onnx");
    }
    assertThat(target.resolve("inputs/LICENSE-Fashion-MNIST.txt")).isNotEmptyFile();
    // every stage's last line of progress says that it ended
    Map<String, String> last = new LinkedHashMap<>();
    demo.err().lines().forEach(line -> last.put(line.replaceFirst(" +[0-9].*", ""), line));
    assertThat(last)
        .containsOnlyKeys(
            "read",
            "images",
            "test images",
            "analyse",
            "activations",
            "match",
            "allocate",
            "fit",
            "accuracy",
            "write");
    assertThat(last.values())
        .allSatisfy(line -> assertThat(line).matches("[a-z ]+ +([0-9]+)/\\1 +[0-9.]+ s"));
  }
}
