package io.github.pleas.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.architecture.SeededStateDict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written is checked before it takes its name. */
class CheckpointCheckTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"a.pth", "a.safetensors"})
  void aFileThatFailsItsCheckLeavesWhatWasThere(String name) throws IOException {
    Path target = Files.writeString(folder.resolve(name), "before");
    SeededStateDict dict = new SeededStateDict(Map.of("w", new int[] {2, 3}), 1, 3);
    assertThatThrownBy(
            () ->
                CheckpointWriter.of(target)
                    .write(
                        dict,
                        target,
                        file -> {
                          try (StateDict whole = Checkpoints.open(file, Optional.empty())) {
                            assertThat(whole.entries()).isEqualTo(dict.entries());
                          } catch (IOException e) {
                            throw new IllegalArgumentException(e);
                          }
                          throw new IllegalStateException("not good");
                        }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("not good");
    assertThat(target).hasContent("before");
    try (var files = Files.list(folder)) {
      assertThat(files.toList()).isEqualTo(List.of(target));
    }
  }
}
