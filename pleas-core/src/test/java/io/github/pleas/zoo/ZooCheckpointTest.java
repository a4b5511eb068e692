package io.github.pleas.zoo;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.network.CheckpointOptions;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.network.Runs;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same weights as a checkpoint and as an ONNX file. */
class ZooCheckpointTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "rn18w32-hand-a, rn18w32-hand-a.pth, resnet18",
    "rn18w32-display-b, rn18w32-display-b.safetensors, auto"
  })
  void aCheckpointComputesWhatItsOnnxFileDoes(String onnx, String checkpoint, String architecture) {
    Zoo zoo = Zoo.assumed();
    Map<String, Path> files = zoo.unpack("glyph", List.of(onnx), folder);
    Network expected =
        new NetworkReader(Runs.RUNTIME, Optional.empty()).read(requireNonNull(files.get(onnx)));
    Network found =
        new NetworkReader(
                Runs.RUNTIME,
                Optional.of(new int[] {64, 64}),
                new CheckpointOptions(Optional.of(architecture), Optional.empty()))
            .read(zoo.checkpoint(checkpoint));
    assertThat(found.graph().name()).isEqualTo("resnet18");
    Runs.assertSameOutputs(expected.graph(), found.graph(), 1e-5, 4, 3, 64, 64);
  }
}
