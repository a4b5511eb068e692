package io.github.pleas.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExternalDataTest {
  @TempDir Path outer;
  private Path folder;

  @BeforeEach
  void aFileOfFourFloats() throws IOException {
    folder = Files.createDirectories(outer.resolve("model"));
    ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putFloat(1).putFloat(2).putFloat(3).putFloat(4);
    Files.write(folder.resolve("weights.bin"), bytes.array());
    Files.write(outer.resolve("secret.bin"), bytes.array());
  }

  @Test
  void tensorsLieAtTheirOffsets() throws IOException {
    assertThat(read(Map.of("location", "weights.bin", "offset", "4", "length", "8")))
        .containsExactly(2, 3);
    assertThat(read(Map.of("location", "weights.bin"))).containsExactly(1, 2);
    assertThat(read(Map.of("location", "./weights.bin", "offset", "8"))).containsExactly(3, 4);
  }

  @Test
  void foldersInsideAndLinksInsideAreFollowed() throws IOException {
    Files.createDirectories(folder.resolve("sub"));
    Files.copy(folder.resolve("weights.bin"), folder.resolve("sub/w"));
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("sub/w"));
    assertThat(read(Map.of("location", "sub/w"))).containsExactly(1, 2);
    assertThat(read(Map.of("location", "link"))).containsExactly(1, 2);
  }

  @Test
  void aMissingFileIsNamedWithTheTensorThatWantsIt() {
    assertRefused(Map.of("location", "lost.bin"), folder.resolve("lost.bin") + " is missing");
    assertRefused(Map.of(), "not named");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../secret.bin",
        "sub/../../secret.bin",
        "..\\secret.bin",
        "/etc/hostname",
        "\\etc\\hostname",
        "C:\\secret.bin",
        "a\0b",
        "."
      })
  void pathsOutOfTheFolderAreRefused(String location) {
    assertRefused(Map.of("location", location), "is stored in");
  }

  @Test
  void linksOutOfTheFolderAreRefused() throws IOException {
    Files.createSymbolicLink(folder.resolve("link"), outer.resolve("secret.bin"));
    Files.createSymbolicLink(folder.resolve("up"), outer);
    assertRefused(Map.of("location", "link"), "outside of the model's folder");
    assertRefused(Map.of("location", "up/secret.bin"), "outside of the model's folder");
  }

  @Test
  void lengthsAreCheckedAgainstTheFile() {
    assertRefused(Map.of("location", "weights.bin", "offset", "12"), "has only 16 bytes");
    assertRefused(
        Map.of("location", "weights.bin", "offset", Long.toString(Long.MAX_VALUE)), "16 bytes");
    assertRefused(Map.of("location", "weights.bin", "length", "16"), "needs 8 bytes");
    assertRefused(Map.of("location", "weights.bin", "offset", "-4"), "negative");
    assertRefused(Map.of("location", "weights.bin", "offset", "x"), "\"x\"");
  }

  @Test
  void hugeTensorsAreRefusedBeforeAllocation() throws IOException {
    ModelProto.Builder model = model(Map.of("location", "weights.bin"));
    model.getGraphBuilder().getInitializerBuilder(0).clearDims().addDims(1 << 28);
    Path file = Files.write(folder.resolve("m.onnx"), model.build().toByteArray());
    assertThatThrownBy(() -> OnnxReader.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("needs 1073741824 bytes");
  }

  @Test
  void theSumOfAllTensorsIsLimited() {
    TensorProto tensor =
        model(Map.of("location", "weights.bin")).getGraph().getInitializerList().stream()
            .filter(TensorReader::isExternal)
            .findFirst()
            .orElseThrow();
    ExternalData data = new ExternalData(new Source("m.onnx", Optional.of(folder)), 20);
    assertThat(data.read(tensor, "the first", 8)).hasSize(8);
    assertThat(data.read(tensor, "the second", 8)).hasSize(8);
    assertThatThrownBy(() -> data.read(tensor, "the third", 8))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("m.onnx: the third")
        .hasMessageContaining("-Xmx");
  }

  @Test
  void aModelsFilesAreItselfAndItsDataThatAreThere() throws IOException {
    Path file = folder.resolve("m.onnx");
    ModelProto.Builder model = model(Map.of("location", "weights.bin", "offset", "4"));
    model.getGraphBuilder().addInitializer(external("twice", "./weights.bin"));
    model.getGraphBuilder().addInitializer(external("lost", "lost.bin"));
    model.getGraphBuilder().addInitializer(external("none", "a\0b"));
    model
        .getGraphBuilder()
        .getNodeBuilder(0)
        .addAttributeBuilder()
        .setName("body")
        .setType(AttributeType.GRAPH)
        .getGBuilder()
        .addInitializer(external("inner", "inner.bin"));
    Files.write(folder.resolve("inner.bin"), new byte[4]);
    byte[] bytes = model.build().toByteArray();
    Files.write(file, bytes);
    assertThat(OnnxReader.files(file).stream().map(Path::normalize).distinct())
        .containsExactlyInAnyOrder(
            file, folder.resolve("weights.bin"), folder.resolve("inner.bin"));
    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
    assertThat(OnnxReader.files(file)).startsWith(file);
  }

  private static TensorProto.Builder external(String name, String location) {
    TensorProto.Builder tensor =
        Models.tensor(name, ElementType.FLOAT, 1)
            .setDataLocation(TensorProto.DataLocation.EXTERNAL);
    tensor.addExternalDataBuilder().setKey("location").setValue(location);
    return tensor;
  }

  @Test
  void bytesAloneHaveNoFolder() {
    assertThatThrownBy(() -> Models.read(model(Map.of("location", "weights.bin"))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("weights.bin");
  }

  @Test
  void subgraphsWithExternalDataAreRefused() {
    ModelProto.Builder model = Models.relu();
    model
        .getGraphBuilder()
        .getNodeBuilder(0)
        .addAttributeBuilder()
        .setName("body")
        .setType(AttributeType.GRAPH)
        .getGBuilder()
        .addInitializerBuilder()
        .setDataLocation(TensorProto.DataLocation.EXTERNAL);
    assertThatThrownBy(() -> Models.read(model))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("\"body\"")
        .hasMessageContaining("another file");
  }

  private float[] read(Map<String, String> entries) throws IOException {
    Path file = Files.write(folder.resolve("m.onnx"), model(entries).build().toByteArray());
    return OnnxReader.read(file).initializers().get("w").floats();
  }

  private void assertRefused(Map<String, String> entries, String why) {
    assertThatThrownBy(() -> read(entries))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("m.onnx")
        .hasMessageContaining("initializer \"w\"")
        .hasMessageContaining(why);
  }

  private static ModelProto.Builder model(Map<String, String> entries) {
    TensorProto.Builder tensor =
        Models.tensor("w", ElementType.FLOAT, 2).setDataLocation(TensorProto.DataLocation.EXTERNAL);
    entries.forEach((key, value) -> tensor.addExternalDataBuilder().setKey(key).setValue(value));
    ModelProto.Builder model = Models.relu();
    model.getGraphBuilder().addInitializer(tensor);
    return model;
  }
}
