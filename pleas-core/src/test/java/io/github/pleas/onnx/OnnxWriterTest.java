package io.github.pleas.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.pleas.InvalidInputException;
import io.github.pleas.PleasException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxWriterTest {
  @TempDir Path folder;

  /** y = Relu(x W' + b), with W = [[1, 2], [-3, 4]] and b = [0.5, 1]. */
  private static Graph gemm(int irVersion, int opset) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    weights.put("w", Tensor.ofFloats(new int[] {2, 2}, new float[] {1, 2, -3, 4}));
    weights.put("b", Tensor.ofFloats(new int[] {2}, new float[] {0.5f, 1}));
    List<ValueInfo.Dimension> shape =
        List.of(ValueInfo.Dimension.free("batch"), ValueInfo.Dimension.of(2));
    return new Graph(
        "gemm",
        List.of(new ValueInfo("x", ElementType.FLOAT, shape)),
        List.of(new ValueInfo("y", ElementType.FLOAT, List.of())),
        List.of(
            new Node(
                "fc",
                "Gemm",
                "",
                List.of("x", "w", "b"),
                List.of("h"),
                Map.of("transB", new Attribute.Int(1))),
            new Node("relu", "Relu", "", List.of("h"), List.of("y"), Map.of())),
        weights,
        Map.of("", opset),
        irVersion,
        Map.of("made by", "test"));
  }

  @Test
  void aWrittenGraphLoadsAndComputes() throws OrtException, IOException {
    Path file = folder.resolve("gemm.onnx");
    for (int[] versions : new int[][] {{3, 11}, {4, 13}, {8, 17}, {10, 24}}) {
      Graph graph = gemm(versions[0], versions[1]);
      OnnxWriter.write(graph, file, temporary -> assertThat(run(temporary.model())).isNotEmpty());
      // x W' = [1 + 4, -3 + 8] and [-1, 3]
      assertThat(run(file)).isDeepEqualTo(new float[][] {{5.5f, 6}, {0, 4}});
      assertThat(OnnxReader.read(file).nodes()).isEqualTo(graph.nodes());
      assertThat(ModelProto.parseFrom(Files.readAllBytes(file)).getProducerName())
          .isEqualTo("pleas");
    }
  }

  private static float[][] run(Path file) {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        OrtSession session =
            OrtEnvironment.getEnvironment().createSession(file.toString(), options);
        OnnxTensor x =
            OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(), new float[][] {{1, 2}, {-1, 0}});
        OrtSession.Result result = session.run(Map.of("x", x))) {
      return (float[][]) result.get(0).getValue();
    } catch (OrtException e) {
      throw new PleasException("ONNX Runtime refused " + file, e);
    }
  }

  @Test
  void aModelThatFailsItsCheckDoesNotReplaceTheOld() throws IOException {
    Path file = Files.writeString(folder.resolve("m.onnx"), "old");
    Graph bad =
        gemm(8, 17)
            .withNodes(List.of(new Node("n", "NoSuch", "", List.of("x"), List.of("y"), Map.of())));
    assertThatThrownBy(() -> OnnxWriter.write(bad, file, files -> run(files.model())))
        .isInstanceOf(PleasException.class);
    assertThat(file).hasContent("old");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void badTargetsAreRefusedBeforeAnythingIsMade() {
    Path target = folder.resolve("missing/m.onnx");
    assertThatThrownBy(() -> OnnxWriter.requireWritable(target))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> OnnxWriter.write(gemm(8, 17), target, temporary -> {}))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(target.toString());
  }

  @Test
  void modelsOfMoreThanTwoGigabytesDoNotFitIntoOneArray() {
    Tensor shared = Tensor.ofFloats(new int[] {1 << 22}, new float[1 << 22]); // 16 MiB
    Map<String, Tensor> initializers = new LinkedHashMap<>();
    for (int i = 0; i < 128; i++) {
      initializers.put("w" + i, shared);
    }
    Graph graph = gemm(8, 17).withInitializers(initializers);
    assertThatThrownBy(() -> OnnxWriter.toBytes(graph))
        .isInstanceOf(PleasException.class)
        .hasMessageContaining("2 GB");
  }
}
