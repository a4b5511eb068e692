package io.github.pleas.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In what precision the weights of merged ONNX files are stored. */
class StoredPrecisionTest {
  @TempDir private Path folder;
  private Path images = Path.of("");

  @BeforeEach
  void images() throws IOException {
    images = Demo.folder(Demo.ZIP_A, folder.resolve("images"), 6, 4);
  }

  private Path stored(Path original, String precision) {
    Path file = folder.resolve(precision + "-" + original.getFileName());
    Outcome done = Outcome.of("convert", original, file, "--precision", precision);
    assertThat(done.code()).as(done.toString()).isZero();
    return file;
  }

  private Outcome merge(Path a, Path b, String out, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("merge", a, b, "--data", images));
    arguments.addAll(List.of("--labels", "shared", "-o", folder.resolve(out)));
    arguments.addAll(List.of(more));
    return Outcome.of(arguments.toArray());
  }

  private Map<String, Object> json(String name) throws IOException {
    return JSON.std.mapFrom(Files.readString(folder.resolve(name)));
  }

  @SuppressWarnings("unchecked")
  private Map<String, Object> output(String name) throws IOException {
    return (Map<String, Object>) requireNonNull(json(name).get("output"));
  }

  private static Set<ElementType> types(Path file) {
    return Demo.graph(file).initializers().values().stream()
        .filter(tensor -> tensor.size() >= 256)
        .map(Tensor::type)
        .collect(Collectors.toSet());
  }

  /** The bits behind the point that a number keeps: rounding changes it by half of the last. */
  private static double step(String precision) {
    return precision.equals("float16") ? 0x1p-11 : 0x1p-8;
  }

  @ParameterizedTest
  @CsvSource({"float16, FLOAT16", "bfloat16, BFLOAT16"})
  void twoOfSixteenBitsGiveOneOfSixteenBits(String precision, ElementType type) throws IOException {
    Path a = stored(Demo.A, precision);
    Path b = stored(Demo.B, precision);
    Outcome half = merge(a, b, "half.onnx");
    assertThat(half.code()).as(half.toString()).isZero();
    Outcome single = merge(a, b, "single.onnx", "--precision", "float32");
    assertThat(single.code()).as(single.toString()).isZero();

    assertThat(types(folder.resolve("half.onnx"))).containsExactly(type);
    assertThat(types(folder.resolve("single.onnx"))).containsExactly(ElementType.FLOAT);
    double ratio =
        (double) Files.size(folder.resolve("half.onnx"))
            / Files.size(folder.resolve("single.onnx"));
    assertThat(ratio).isBetween(0.5, 0.56); // nodes and vectors are as before

    // In twenty layers; and not none, or nothing was rounded.
    double rounding = (double) requireNonNull(output("half.json").get("rounding_error"));
    assertThat(rounding).isBetween(step(precision) / 20, 20 * step(precision));
    assertThat(output("half.json")).containsEntry("precision", precision);
    assertThat(output("single.json"))
        .containsEntry("precision", "float32")
        .doesNotContainKey("rounding_error");
    assertThat(half.out())
        .contains("the weights are stored in " + precision)
        .contains("loaded afresh, it computes the same");
    assertThat(single.out()).doesNotContain("rounding");
    theFilesAgree(step(precision));
  }

  /** What the report says of the rounded network is what its file does. */
  private void theFilesAgree(double step) {
    Path half = folder.resolve("half.onnx");
    Graph single = Demo.graph(folder.resolve("single.onnx"));
    Graph rounded = Demo.graph(half);
    single
        .initializers()
        .forEach(
            (name, tensor) -> {
              if (!tensor.isFloat() || tensor.size() < 256) {
                assertThat(rounded.initializers()).containsEntry(name, tensor);
                return;
              }
              Tensor found = requireNonNull(rounded.initializers().get(name + "_stored"));
              float[] values = widened(found);
              for (int i = 0; i < values.length; i++) {
                float exact = tensor.floats()[i];
                assertThat((double) values[i])
                    .isCloseTo(
                        exact,
                        org.assertj.core.data.Offset.offset(Math.abs(exact) * step + 0x1p-25));
              }
            });
  }

  private static float[] widened(Tensor half) {
    return io.github.pleas.checkpoint.Precision.FLOAT32.of(half).floats();
  }

  @ParameterizedTest
  @CsvSource({
    "float16, float32, FLOAT",
    "float32, bfloat16, FLOAT",
    "float16, bfloat16, FLOAT",
    "float32, float32, FLOAT"
  })
  void ofMixedInputsTheWiderPrecisionIsKept(String ofA, String ofB, ElementType type) {
    Outcome merge = merge(stored(Demo.A, ofA), stored(Demo.B, ofB), "merged.onnx", "--no-accuracy");
    assertThat(merge.code()).as(merge.toString()).isZero();
    assertThat(types(folder.resolve("merged.onnx"))).containsExactly(type);
    assertThat(merge.out()).doesNotContain("rounding");
  }

  @Test
  void accuracyIsThatOfTheFile() throws IOException {
    Outcome merge = merge(Demo.A, Demo.A, "merged.onnx", "--precision", "bfloat16");
    assertThat(merge.code()).as(merge.toString()).isZero();
    Outcome eval = Outcome.of("eval", folder.resolve("merged.onnx"), "--data", images);
    assertThat(eval.code()).as(eval.toString()).isZero();
    String accuracy =
        merge.out().lines().filter(line -> line.startsWith("merged ")).findFirst().orElseThrow();
    String share = accuracy.replaceFirst("merged +", "").replaceFirst(" %.*", " %");
    assertThat(eval.out()).contains(share);
  }

  @Test
  void aWeightThatDoesNotFitIsRefusedByName() {
    // A sum that is divided by 2^20 behind it, so that weights beyond 65504 compute what they did.
    Path a = scaled(Demo.A, "a.onnx");
    Path b = scaled(Demo.B, "b.onnx");
    Outcome merge = merge(a, b, "merged.onnx", "--precision", "float16", "--no-accuracy");
    assertThat(merge.code()).isEqualTo(2);
    assertThat(merge.err()).contains("tensor \"", "FLOAT16", "choose another precision");
    assertThat(folder.resolve("merged.onnx")).doesNotExist();
    assertThat(folder.resolve("merged.json")).doesNotExist();
    assertThat(merge(a, b, "merged.onnx", "--precision", "bfloat16", "--no-accuracy").code())
        .isZero();
  }

  /** The same network whose last layer is 2^20 times as large. */
  private Path scaled(Path original, String name) {
    Graph graph = Demo.graph(original);
    Map<String, Tensor> tensors = new LinkedHashMap<>(graph.initializers());
    var head = graph.nodes().stream().filter(n -> n.is("Gemm")).findFirst().orElseThrow();
    tensors.computeIfPresent(head.input(1), (weight, tensor) -> times(tensor, 0x1p20f));
    return Demo.write(graph.withInitializers(tensors), folder.resolve(name));
  }

  private static Tensor times(Tensor tensor, float factor) {
    float[] values = tensor.floats().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
    return Tensor.ofFloats(tensor.shape(), values);
  }

  @Test
  void aCheckpointHasThePrecisionThatIsAskedFor() throws IOException {
    Path a = TinyResNet.write(folder.resolve("a.pth"), 1);
    Path b = TinyResNet.write(folder.resolve("b.pth"), 2);
    Outcome merge =
        merge(
            a,
            b,
            "merged.safetensors",
            "--arch",
            "resnet18",
            "--input-size",
            "32x32",
            "--precision",
            "float16");
    assertThat(merge.code()).as(merge.toString()).isZero();
    assertThat(Outcome.of("inspect", folder.resolve("merged.safetensors")).out())
        .contains("float16")
        .doesNotContain("float32");
    assertThat(output("merged.json")).containsEntry("precision", "float16");
    assertThat(Arrays.asList(merge.out().split("\n")))
        .anySatisfy(line -> assertThat(line).contains("rounding to half precision"));
  }
}
