package io.github.pleas.zoo;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.data.Images;
import io.github.pleas.data.Split;
import io.github.pleas.eval.Logits;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.layout.Heads;
import io.github.pleas.merge.CalibrationImages;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.Merging;
import io.github.pleas.network.CheckpointOptions;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same pair, merged from checkpoints and from ONNX files. */
class ZooCheckpointMergeTest {
  private static final String A = "rn18w32-hand-a";
  private static final String B = "rn18w32-display-b";
  private static final int CALIBRATION = 24;
  private static final int TEST = 200;

  @TempDir private Path folder;

  private static double accuracy(Network a, Network b, Zoo zoo, String data) {
    CalibrationImages images =
        new CalibrationImages(
            zoo.images("glyph-hand", Split.TRAIN, CALIBRATION, 3, 64),
            Optional.of(zoo.images("glyph-display", Split.TRAIN, CALIBRATION, 3, 64)));
    MergeResult merged =
        Merging.merge(
            a, b, images, Merging.options(Heads.shared(), FitMethod.PROGRESSIVE, HeadFit.JOINT, 0));
    Images test = zoo.images(data, Split.TEST, TEST, 3, 64);
    Logits logits = Merging.only(Merging.outputs(merged, test));
    int[] labels = new int[test.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = test.label(i);
    }
    return logits.accuracy(labels, 0).rate();
  }

  @Test
  void bothAreAsAccurate() {
    Zoo zoo = Zoo.assumed();
    Map<String, Path> files = zoo.unpack("glyph", List.of(A, B), folder);
    NetworkReader onnx = new NetworkReader(Merging.runtime(), Optional.empty());
    NetworkReader checkpoints =
        new NetworkReader(
            Merging.runtime(),
            Optional.of(new int[] {64, 64}),
            new CheckpointOptions(Optional.of("auto"), Optional.empty()));
    double fromOnnx =
        accuracy(
            onnx.read(requireNonNull(files.get(A))),
            onnx.read(requireNonNull(files.get(B))),
            zoo,
            "glyph-hand");
    double fromCheckpoints =
        accuracy(
            checkpoints.read(zoo.checkpoint(A + ".pth")),
            checkpoints.read(zoo.checkpoint(B + ".safetensors")),
            zoo,
            "glyph-hand");
    assertThat(fromCheckpoints)
        .isCloseTo(fromOnnx, org.assertj.core.data.Offset.offset(0.005))
        .isGreaterThan(0.2); // one of 47 classes by chance
  }
}
