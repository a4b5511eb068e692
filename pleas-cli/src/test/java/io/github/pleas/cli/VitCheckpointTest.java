package io.github.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.checkpoint.Checkpoints;
import io.github.pleas.checkpoint.StateDict;
import io.github.pleas.eval.Logits;
import io.github.pleas.eval.Predictor;
import io.github.pleas.network.CheckpointOptions;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.runtime.OrtRuntime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Vision transformers merged in part, as checkpoints. */
class VitCheckpointTest {
  @TempDir private Path folder;

  private Outcome merge(String out, Object... more) throws Exception {
    Path images = Demo.folder(Demo.ZIP_A, folder.resolve("images"), 10, 2);
    List<Object> arguments =
        new ArrayList<>(
            List.of(
                "merge",
                TinyVit.write(folder.resolve("a.pth"), 1),
                TinyVit.write(folder.resolve("b.pth"), 2)));
    arguments.addAll(List.of("--arch", TinyVit.ARCHITECTURE, "--data", images));
    arguments.addAll(List.of("--labels", "shared", "-o", folder.resolve(out)));
    arguments.addAll(List.of(more));
    return Outcome.of(arguments.toArray());
  }

  /** Normalisations have given their scales and offsets to the layers behind them. */
  @Test
  void mergedInARotatedStreamTheyAreStillOfTheSameArchitecture() throws Exception {
    Outcome merge = merge("merged.pth", "--stream", "orthogonal");
    assertThat(merge.code()).as(merge.toString()).isZero();
    assertThat(merge.out())
        .contains("matched on activations, residual streams rotated")
        .contains("loaded afresh, it computes the same");
    try (StateDict after = Checkpoints.open(folder.resolve("merged.pth"), Optional.empty())) {
      assertThat(after.read("encoder.ln.weight").floats()).containsOnly(1);
      assertThat(after.read("encoder.ln.bias").floats()).containsOnly(0);
    }
  }

  @Test
  void widerOnesLoadIntoTheSameArchitecture() throws Exception {
    Outcome merge = merge("merged.safetensors", "--separate", "0.3");
    assertThat(merge.code()).as(merge.toString()).isZero();
    assertThat(merge.out()).contains("loaded afresh, it computes the same");
    int hidden = TinyVit.HIDDEN + 10; // three tenths of 32 pairs
    try (StateDict before = Checkpoints.open(folder.resolve("a.pth"), Optional.empty());
        StateDict after =
            Checkpoints.open(folder.resolve("merged.safetensors"), Optional.empty())) {
      assertThat(after.entries()).hasSameSizeAs(before.entries());
      for (int i = 0; i < after.entries().size(); i++) {
        StateDict.Entry old = before.entries().get(i);
        StateDict.Entry found = after.entries().get(i);
        long[] shape = old.shape();
        if (old.name().endsWith("mlp.0.weight") || old.name().endsWith("mlp.0.bias")) {
          shape[0] = hidden;
        } else if (old.name().endsWith("mlp.3.weight")) {
          shape[1] = hidden;
        } else if (old.name().contains("in_proj")) {
          shape[0] = 3 * 24; // three heads of eight features, of two
        } else if (old.name().endsWith("out_proj.weight")) {
          shape[1] = 24;
        }
        assertThat(found).isEqualTo(new StateDict.Entry(old.name(), old.type(), shape));
      }
    }
    theFileComputesWhatTheOnnxFileDoes();
  }

  private void theFileComputesWhatTheOnnxFileDoes() throws Exception {
    assertThat(merge("merged.onnx", "--separate", "0.3", "--layout", "dense").code()).isZero();
    NetworkReader reader =
        new NetworkReader(
            new OrtRuntime(2),
            Optional.empty(),
            new CheckpointOptions(Optional.of(TinyVit.ARCHITECTURE), Optional.empty()));
    float[] images = new float[3 * 28 * 28];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) Math.sin(i);
    }
    List<Logits> outputs = new ArrayList<>();
    for (String name : List.of("merged.onnx", "merged.safetensors")) {
      Network network = reader.read(folder.resolve(name));
      outputs.addAll(
          new Predictor(new OrtRuntime(2))
              .predict(
                  network.graph(),
                  Predictor.Signature.of(network),
                  3,
                  (input, first, count, target) ->
                      target.put(images, first * 28 * 28, count * 28 * 28))
              .values());
    }
    assertThat(outputs.get(0).relativeError(outputs.get(1))).isLessThan(1e-5);
  }

  @Test
  void aHeadsWidthHasToBeGivenWhereShapesDoNotShowIt() throws Exception {
    TinyVit.write(folder.resolve("a.pth"), 1);
    Outcome inspect = Outcome.of("inspect", folder.resolve("a.pth"), "--arch", "vit");
    assertThat(inspect.code()).isEqualTo(2);
    assertThat(inspect.err()).contains("vit:head_width=");
    Outcome given = Outcome.of("inspect", folder.resolve("a.pth"), "--arch", TinyVit.ARCHITECTURE);
    assertThat(given.code()).as(given.toString()).isZero();
    assertThat(given.out()).contains("2 blocks of 8");
  }
}
