package io.github.pleas.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.pleas.checkpoint.Checkpoints;
import io.github.pleas.checkpoint.StateDict;
import io.github.pleas.onnx.ElementType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Merged networks that are written as checkpoints: what is read, proven and told of them. */
class CheckpointOutputTest {
  @TempDir private Path folder;
  private Path images = Path.of("");

  @BeforeEach
  void images() throws IOException {
    images = Demo.folder(Demo.ZIP_A, folder.resolve("images"), 4, 2);
  }

  private Outcome merge(Path a, Path b, String out, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("merge", a, b, "--arch", "resnet18"));
    arguments.addAll(List.of("--input-size", "32x32", "--data", images, "--labels", "shared"));
    arguments.addAll(List.of("-o", folder.resolve(out)));
    arguments.addAll(List.of(more));
    return Outcome.of(arguments.toArray());
  }

  private Path nested(long seed) throws IOException {
    Path plain = TinyResNet.write(folder.resolve("plain.pth"), seed);
    return Archives.nested(plain, "ema", folder.resolve("nested.pth"));
  }

  private Map<String, Object> json() throws IOException {
    return JSON.std.mapFrom(Files.readString(folder.resolve("merged.json")));
  }

  @Test
  void anEntryIsOfTheInputsOnlyAndOfThoseThatHaveSuch() throws IOException {
    Path nested = nested(1);
    Path plain = TinyResNet.write(folder.resolve("b.safetensors"), 2);
    Outcome first = merge(nested, plain, "merged.safetensors", "--entry", "ema");
    assertThat(first.code()).as(first.toString()).isZero();
    Outcome second = merge(plain, nested, "merged.pth", "--entry", "ema");
    assertThat(second.code()).as(second.toString()).isZero();
    try (StateDict before = Checkpoints.open(plain, Optional.empty());
        StateDict after = Checkpoints.open(folder.resolve("merged.pth"), Optional.empty())) {
      assertThat(after.entries()).isEqualTo(before.entries());
    }
  }

  @Test
  void anEntryIsRefusedWhereNoInputHasSuch() {
    Path a = TinyResNet.write(folder.resolve("a.safetensors"), 1);
    Path b = TinyResNet.write(folder.resolve("b.safetensors"), 2);
    Outcome merge = merge(a, b, "merged.pth", "--entry", "ema");
    assertThat(merge.code()).isEqualTo(2);
    assertThat(merge.err()).contains("--entry ema", "a.safetensors", "leave it out");
    assertThat(folder.resolve("merged.pth")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"float16", "bfloat16"})
  void whatRoundingToHalfPrecisionDoesIsToldApartFromTheProof(String precision) throws IOException {
    Path single = TinyResNet.write(folder.resolve("single.pth"), 1);
    Path a = folder.resolve("a.pth");
    assertThat(Outcome.of("convert", single, a, "--precision", precision).code()).isZero();
    Path b = TinyResNet.write(folder.resolve("b.pth"), 2);
    Outcome merge = merge(a, b, "merged.pth");
    assertThat(merge.code()).as(merge.toString()).isZero();
    assertThat(merge.out())
        .contains("rounding to half precision changes its outputs by ")
        .contains("was measured of the merged network before its values were rounded")
        .doesNotContain("it computes the same");
    @SuppressWarnings("unchecked")
    Map<String, Object> output = (Map<String, Object>) requireNonNull(json().get("output"));
    double proof = (double) requireNonNull(output.get("reload_error"));
    double rounding = (double) requireNonNull(output.get("rounding_error"));
    assertThat(proof).isLessThan(1e-3);
    // ten or seven bits behind the point, in twenty layers
    assertThat(rounding).isBetween(1e-5, 0.5).isGreaterThan(proof);
    try (StateDict dict = Checkpoints.open(folder.resolve("merged.pth"), Optional.empty())) {
      assertThat(dict.read("fc.weight").type())
          .isEqualTo(precision.equals("float16") ? ElementType.FLOAT16 : ElementType.BFLOAT16);
    }
  }

  @Test
  void withoutRoundingThereIsNoErrorOfIt() throws IOException {
    Path a = TinyResNet.write(folder.resolve("a.pth"), 1);
    Path b = TinyResNet.write(folder.resolve("b.pth"), 2);
    Outcome merge = merge(a, b, "merged.safetensors", "--separate", "0.5");
    assertThat(merge.code()).as(merge.toString()).isZero();
    assertThat(merge.out())
        .contains("loaded afresh, it computes the same")
        .doesNotContain("rounding");
    @SuppressWarnings("unchecked")
    Map<String, Object> output = (Map<String, Object>) requireNonNull(json().get("output"));
    assertThat(output).containsKey("reload_error").doesNotContainKey("rounding_error");
    theReportHasTheWidthOfEachLayerOfTheFile();
  }

  private void theReportHasTheWidthOfEachLayerOfTheFile() throws IOException {
    @SuppressWarnings("unchecked")
    List<Map<String, Object>> layers =
        (List<Map<String, Object>>) requireNonNull(json().get("layers"));
    assertThat(layers).hasSize(21); // twenty convolutions, three of them shortcuts, and the head
    try (StateDict dict =
        Checkpoints.open(folder.resolve("merged.safetensors"), Optional.empty())) {
      for (Map<String, Object> layer : layers) {
        int[] shape = dict.read(layer.get("name") + ".weight").shape();
        assertThat(layer).containsEntry("out", shape[0]).containsEntry("in", shape[1]);
        assertThat(layer.get("weight"))
            .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.list(Integer.class))
            .containsExactlyElementsOf(java.util.Arrays.stream(shape).boxed().toList());
      }
      // half of four units stay separate: four and two
      assertThat(dict.read("layer1.0.conv1.weight").dimension(0)).isEqualTo(6);
    }
  }
}
