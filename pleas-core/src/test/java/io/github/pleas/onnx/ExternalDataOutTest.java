package io.github.pleas.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.AtomicFile;
import io.github.pleas.Digest;
import io.github.pleas.InvalidInputException;
import io.github.pleas.PleasException;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Runs;
import io.github.pleas.runtime.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that are larger than their file may be, with a limit of some kilobytes. */
class ExternalDataOutTest {
  private static final long MOST = 8_000;

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("net.onnx");
  }

  /** 6 x 60 + 60 and 60 x 60 + 60 and 60 x 3 + 3 weights: of 17 KB, the matrix in the middle 14. */
  private static Graph graph(long seed) {
    GraphBuilder g = new GraphBuilder(seed);
    String h = g.relu(g.gemm(g.relu(g.gemm(g.input("x", 6), 6, 60)), 60, 60));
    return g.build(g.gemm(h, 60, 3));
  }

  private ModelFiles write(Graph graph) {
    return OnnxWriter.write(graph, file, files -> run(files.model()), MOST);
  }

  private static float[] run(Path model) {
    FloatBuffer in = direct(12);
    FloatBuffer out = direct(6);
    for (int i = 0; i < 12; i++) {
      in.put(i, i - 5.5f);
    }
    try (Session session = Runs.RUNTIME.open(model)) {
      session.run(
          Map.of("x", new Session.FloatArray(in, new int[] {2, 6})),
          Map.of(
              session.outputs().iterator().next(), new Session.FloatArray(out, new int[] {2, 3})));
    }
    float[] values = new float[6];
    out.get(0, values);
    return values;
  }

  private static FloatBuffer direct(int count) {
    return ByteBuffer.allocateDirect(4 * count).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void theLargeTensorsLieBesideTheModelAndComputeTheSame() throws IOException {
    Graph graph = graph(1);
    ModelFiles written = write(graph);
    AtomicFile.Beside data = written.data().orElseThrow();
    assertThat(names()).containsExactly("net.onnx", data.path().getFileName().toString());
    assertThat(AtomicFile.isBeside(file, data.path())).isTrue();
    assertThat(Files.size(data.path())).isEqualTo(data.bytes()).isGreaterThanOrEqualTo(4 * 3600);
    assertThat(Digest.sha256(data.path())).isEqualTo(data.sha256());
    assertThat(Files.size(file)).isLessThan(MOST);
    assertThat(OnnxReader.read(file)).isEqualTo(graph);
    Path whole = Files.write(folder.resolve("whole.onnx"), OnnxWriter.toBytes(graph));
    assertThat(run(file)).isEqualTo(run(whole));
  }

  @Test
  void largeTensorsBeginAtPagesAndOthersAreAligned() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("scalar", Tensor.ofFloats(new int[0], new float[1]));
    tensors.put("odd", Tensor.ofBytes(ElementType.INT8, new int[] {1025}, new byte[1025]));
    tensors.put("small", Tensor.ofFloats(new int[] {300}, new float[300]));
    tensors.put("large", Tensor.ofFloats(new int[] {1 << 18}, new float[1 << 18]));
    DataLayout layout = DataLayout.of(graph(1).withInitializers(tensors), "there", tensor -> true);
    assertThat(layout.places())
        .isEqualTo(
            Map.of(
                "odd", new DataLayout.Place(0, 1025),
                "small", new DataLayout.Place(1088, 1200),
                "large", new DataLayout.Place(4096, 1 << 20)));
  }

  @Test
  void whatIsReplacedKeepsItsDataForCopiesOfIt() throws IOException {
    ModelFiles first = write(graph(1));
    assertThat(OnnxWriter.olderData(first)).isEmpty();
    Path data = first.data().orElseThrow().path();
    Path copy = Files.copy(file, folder.resolve("copy.onnx"));
    ModelFiles second = write(graph(2));
    assertThat(OnnxReader.read(file)).isEqualTo(graph(2));
    assertThat(OnnxReader.read(copy)).isEqualTo(graph(1));
    assertThat(OnnxWriter.olderData(second)).containsExactly(data);
    ModelFiles third = OnnxWriter.write(graph(3), file, files -> {});
    assertThat(OnnxWriter.olderData(third))
        .containsExactlyInAnyOrder(data, second.data().orElseThrow().path());
  }

  @Test
  void dataOfAModelThatIsNotReplacedAreLeftAlone() throws IOException {
    write(graph(1));
    Files.move(file, folder.resolve("renamed.onnx"));
    write(graph(2));
    assertThat(OnnxReader.read(folder.resolve("renamed.onnx"))).isEqualTo(graph(1));
    assertThat(OnnxReader.read(file)).isEqualTo(graph(2));
  }

  @Test
  void aFailedCheckLeavesTheOldPair() throws IOException {
    write(graph(1));
    List<String> before = names();
    PleasException failure = new PleasException("does not compute");
    for (long seed = 1; seed <= 2; seed++) { // the same data, and others
      Graph next = graph(seed);
      assertThatThrownBy(
              () ->
                  OnnxWriter.write(
                      next,
                      file,
                      files -> {
                        assertThat(OnnxReader.read(files.model())).isEqualTo(next);
                        assertThat(OnnxReader.read(file)).isEqualTo(graph(1));
                        throw failure;
                      },
                      MOST))
          .isSameAs(failure);
      assertThat(names()).isEqualTo(before);
      assertThat(OnnxReader.read(file)).isEqualTo(graph(1));
    }
  }

  @Test
  void aLinkIsRefused() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Files.createSymbolicLink(file, Files.writeString(elsewhere.resolve("old.onnx"), "old"));
    assertThatThrownBy(() -> write(graph(1)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is a link");
    assertThat(elsewhere.resolve("old.onnx")).hasContent("old");
  }

  @Test
  void whatIsTooLargeWithoutItsWeightsIsRefused() throws IOException {
    Graph graph = graph(1);
    assertThatThrownBy(() -> OnnxWriter.write(graph, file, files -> {}, 500))
        .isInstanceOf(PleasException.class)
        .hasMessageContaining("beside its initializers");
    assertThat(names()).isEmpty();
  }

  @Test
  void pieceByPieceTensorsHaveTheSameBytes() throws IOException {
    float[] floats = new float[700_001];
    long[] longs = new long[140_001];
    Arrays.setAll(longs, i -> (long) i * i);
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) Math.sin(i);
    }
    for (Tensor tensor :
        List.of(
            Tensor.ofFloats(new int[] {floats.length}, floats),
            Tensor.ofLongs(new int[] {longs.length}, longs),
            Tensor.ofBytes(ElementType.FLOAT16, new int[] {3}, new byte[] {1, 2, 3, 4, 5, 6}))) {
      java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
      tensor.writeTo(out);
      assertThat(out.toByteArray()).isEqualTo(tensor.bytes());
    }
  }
}
