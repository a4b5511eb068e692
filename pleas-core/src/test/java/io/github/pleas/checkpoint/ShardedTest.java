package io.github.pleas.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardedTest {
  @TempDir Path outer;
  private Path folder;

  @BeforeEach
  void twoShards() throws IOException {
    folder = Files.createDirectories(outer.resolve("model"));
    write(folder.resolve("1.safetensors"), "module.a", 2);
    write(folder.resolve("2.safetensors"), "module.b", 3);
    write(outer.resolve("secret.safetensors"), "module.a", 4);
  }

  private static void write(Path file, String name, int size) {
    CheckpointWriter.SAFETENSORS.write(Tensors.of(Map.of(name, Tensors.floats(size))), file);
  }

  private Path index(String json) throws IOException {
    return Files.writeString(folder.resolve("model.safetensors.index.json"), json);
  }

  @Test
  void tensorsComeFromTheirShardsInTheOrderOfTheIndex() throws IOException {
    Path index =
        index(
            "{\"metadata\":{\"total_size\":20,\"x\":[1]},\"weight_map\":"
                + "{\"module.b\":\"2.safetensors\",\"module.a\":\"1.safetensors\"}}");
    try (StateDict dict = Checkpoints.open(index, Optional.empty())) {
      assertThat(dict.entries().stream().map(StateDict.Entry::name)).containsExactly("b", "a");
      assertThat(dict.read("b").shape()).containsExactly(3);
      assertThat(dict.read("a").shape()).containsExactly(2);
    }
  }

  @Test
  void shardsThatAreLinksAreFollowed() throws IOException {
    Files.createSymbolicLink(folder.resolve("3.safetensors"), outer.resolve("secret.safetensors"));
    Path index = index("{\"weight_map\":{\"module.a\":\"3.safetensors\"}}");
    try (StateDict dict = Checkpoints.open(index, Optional.empty())) {
      assertThat(dict.read("a").shape()).containsExactly(4);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../secret.safetensors",
        "sub/../../secret.safetensors",
        "..\\\\secret.safetensors",
        "/etc/secret.safetensors",
        "C:secret.safetensors",
        "a\\u0000b.safetensors",
        "/etc/passwd",
        ".."
      })
  void namesOutOfTheFolderAreRefused(String name) throws IOException {
    Path index = index("{\"weight_map\":{\"module.a\":\"" + name + "\"}}");
    assertThatThrownBy(() -> Checkpoints.open(index, Optional.empty()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("model.safetensors.index.json names the file")
        .hasMessageContaining("beside the index");
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    assertRefused("{\"weight_map\":{\"a\":\"9.safetensors\"}}", "9.safetensors does not exist");
    assertRefused("{\"weight_map\":{\"c\":\"1.safetensors\"}}", "tensor \"c\" should be in 1.saf");
    assertRefused("{\"weights\":{}}", "has no weight_map");
    assertRefused("[]", "expected, which is an object");
    assertRefused("no json", "cannot be read");
  }

  private void assertRefused(String json, String why) throws IOException {
    Path index = index(json);
    assertThatThrownBy(() -> Checkpoints.open(index, Optional.empty()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(why);
  }
}
