package io.github.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.checkpoint.Checkpoints;
import io.github.pleas.checkpoint.StateDict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints with --arch are networks like any other. */
class ArchitectureOptionTest {
  @TempDir Path folder;
  private Path a;
  private Path b;

  @BeforeEach
  void write() {
    a = TinyResNet.write(folder.resolve("a.pth"), 1);
    b = TinyResNet.write(folder.resolve("b.safetensors"), 2);
  }

  private static void assertRefused(Outcome outcome, String... said) {
    assertThat(outcome.code()).as(outcome.toString()).isEqualTo(2);
    assertThat(outcome.err()).contains(said);
  }

  @Test
  void checkpointsOfBothFormatsMerge() throws IOException {
    Path images = Demo.folder(Demo.ZIP_A, folder.resolve("images"), 4, 2);
    Path out = folder.resolve("merged.onnx");
    Outcome merge =
        Outcome.of(
            "merge",
            a,
            b,
            "--arch",
            "auto",
            "--input-size",
            "32x32",
            "--data",
            images,
            "--labels",
            "shared",
            "-o",
            out);
    assertThat(merge.code()).as(merge.toString()).isZero();
    assertThat(merge.out()).contains("a.pth is taken for a resnet18");
    assertThat(Demo.graph(out).outputs().get(0).name()).isEqualTo("logits");
    assertThat(Demo.macs(out)).isPositive();
  }

  @Test
  void theMergedNetworkIsACheckpointOfTheSameArchitecture() throws IOException {
    Path images = Demo.folder(Demo.ZIP_A, folder.resolve("images"), 4, 2);
    for (String name : List.of("merged.pth", "merged.safetensors")) {
      Path out = folder.resolve(name);
      Outcome merge =
          Outcome.of(
              "merge",
              a,
              b,
              "--arch",
              "resnet18",
              "--input-size",
              "32x32",
              "--data",
              images,
              "--labels",
              "shared",
              "-o",
              out);
      assertThat(merge.code()).as(merge.toString()).isZero();
      assertThat(merge.out()).contains("loaded afresh, it computes the same");
      try (StateDict before = Checkpoints.open(a, Optional.empty());
          StateDict after = Checkpoints.open(out, Optional.empty())) {
        assertThat(after.entries()).isEqualTo(before.entries());
        assertThat(after.read("conv1.weight")).isNotEqualTo(before.read("conv1.weight"));
        assertThat(after.read("bn1.num_batches_tracked"))
            .isEqualTo(before.read("bn1.num_batches_tracked"));
      }
      assertThat(Files.readString(folder.resolve("merged.json"))).contains("\"width\"");
      Outcome eval =
          Outcome.of("eval", out, "--arch", "resnet18", "--input-size", "32x32", "--data", images);
      assertThat(eval.code()).as(eval.toString()).isZero();
    }
  }

  @Test
  void aCheckpointBecomesAnOnnxFile() {
    Path out = folder.resolve("a.onnx");
    Outcome convert = Outcome.of("convert", a, out, "--arch", "resnet18");
    assertThat(convert.code()).as(convert.toString()).isZero();
    assertThat(Demo.graph(out).initializers()).containsKey("layer4.1.bn2.running_var");
    assertThat(Demo.graph(out).inputs().get(0).shape().get(2).isFree()).isTrue();
    assertRefused(
        Outcome.of("convert", a, folder.resolve("c.pth"), "--arch", "resnet18"),
        "--arch is for an output .onnx");
  }

  @Test
  void whatHasNoPlaceInACheckpointIsRefusedEarly() throws IOException {
    Path images = Demo.folder(Demo.ZIP_A, folder.resolve("images"), 1, 1);
    Path out = folder.resolve("merged.pth");
    assertRefused(
        Outcome.of(
            "merge",
            a,
            b,
            "--arch",
            "resnet18",
            "--input-size",
            "32x32",
            "--data",
            images,
            "--labels",
            "shared",
            "--layout",
            "blocks",
            "-o",
            out),
        "use --layout dense");
    assertRefused(
        Outcome.of("merge", Demo.A, Demo.B, "--data", images, "--labels", "separate", "-o", out),
        "is no checkpoint; write .onnx");
    assertThat(out).doesNotExist();
  }

  @Test
  void inspectShowsTheUnitsOfACheckpoint() {
    Outcome inspect = Outcome.of("inspect", a, "--arch", "resnet18", "--input-size", "32x32");
    assertThat(inspect.code()).as(inspect.toString()).isZero();
    assertThat(inspect.out()).contains("layer4", "self-check");
  }

  @Test
  void withoutAnArchitectureACheckpointIsNoNetwork() {
    Path out = folder.resolve("permuted.onnx");
    assertRefused(
        Outcome.of("permute", a, "-o", out),
        "a.pth is a checkpoint",
        "say its architecture by --arch resnet18");
    assertRefused(Outcome.of("permute", a, "--arch", "resnet18", "-o", out), "--input-size HxW");
    assertRefused(
        Outcome.of("permute", a, "--arch", "vgg16", "-o", out),
        "a.pth is no vgg16; it is a resnet18",
        "unexpected",
        "conv1.weight [4, 1, 7, 7]");
  }

  @Test
  void anArchitectureIsForCheckpoints() {
    assertRefused(Outcome.of("inspect", Demo.A, "--arch", "resnet18"), "--arch is for checkpoints");
  }
}
