package io.github.pleas.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.merge.Merging;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.network.Runs;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.NativeBuffer;
import io.github.pleas.runtime.Session;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Means over cells as PyTorch defines them (torch.nn.AdaptiveAvgPool2d, adaptive_pooling.cpp). */
class AdaptivePoolsTest {
  private static final int BATCH = 2;
  private static final int CHANNELS = 3;

  /** The definition, cell by cell: rows and columns of a cell at once. */
  private static double[] expected(float[] map, int height, int width, int side) {
    double[] means = new double[BATCH * CHANNELS * side * side];
    for (int plane = 0; plane < BATCH * CHANNELS; plane++) {
      for (int i = 0; i < side; i++) {
        for (int j = 0; j < side; j++) {
          int top = Math.floorDiv(i * height, side);
          int left = Math.floorDiv(j * width, side);
          int bottom = (int) Math.ceil((i + 1) * height / (double) side);
          int right = (int) Math.ceil((j + 1) * width / (double) side);
          double sum = 0;
          for (int y = top; y < bottom; y++) {
            for (int x = left; x < right; x++) {
              sum += map[(plane * height + y) * width + x];
            }
          }
          means[(plane * side + i) * side + j] = sum / ((bottom - top) * (right - left));
        }
      }
    }
    return means;
  }

  private static ValueInfo info(String name, int height, int width) {
    return new ValueInfo(
        name,
        ElementType.FLOAT,
        List.of(
            ValueInfo.Dimension.free("batch"),
            ValueInfo.Dimension.of(CHANNELS),
            ValueInfo.Dimension.of(height),
            ValueInfo.Dimension.of(width)));
  }

  private static Graph graph(int height, int width, int side) {
    GraphDraft draft = new GraphDraft();
    Value map = new Value("x", Value.Form.MAP, CHANNELS, height, width);
    Value pooled = new AdaptivePools(draft).to(map, side, "pool");
    assertThat(pooled.height()).isEqualTo(side);
    assertThat(pooled.width()).isEqualTo(side);
    return new Graph(
        "pool",
        List.of(info("x", height, width)),
        List.of(info(pooled.name(), side, side)),
        draft.nodes(),
        draft.constants(),
        Map.of("", 17),
        8,
        Map.of());
  }

  private static float[] run(Graph graph, float[] map, int height, int width, int side) {
    int count = BATCH * CHANNELS * side * side;
    try (NativeBuffer in = NativeBuffer.ofFloats(map.length);
        NativeBuffer out = NativeBuffer.ofFloats(count);
        Session session = Runs.RUNTIME.open(graph)) {
      in.floats().put(map);
      session.run(
          Map.of("x", new Session.FloatArray(in.floats(), shape(height, width))),
          Map.of(
              graph.outputs().get(0).name(),
              new Session.FloatArray(out.floats(), shape(side, side))));
      float[] found = new float[count];
      FloatBuffer floats = out.floats();
      floats.get(found);
      return found;
    }
  }

  private static int[] shape(int height, int width) {
    return new int[] {BATCH, CHANNELS, height, width};
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 6, 7})
  void everySizeOfMapHasTheCellsOfTheDefinition(int side) {
    for (int height = 1; height <= 16; height++) {
      int width = 17 - height;
      if (height == side && width == side) {
        continue; // nothing to do
      }
      float[] map = new float[BATCH * CHANNELS * height * width];
      for (int i = 0; i < map.length; i++) {
        map[i] = (float) Math.sin(i * 1.7);
      }
      double[] means = expected(map, height, width, side);
      float[] found = run(graph(height, width, side), map, height, width, side);
      for (int i = 0; i < means.length; i++) {
        assertThat((double) found[i])
            .as(height + " x " + width)
            .isCloseTo(means[i], org.assertj.core.data.Offset.offset(1e-6));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"14, 14", "21, 7", "8, 8", "7, 8"})
  void regularCellsAreOnePooling(int height, int width) {
    assertThat(graph(height, width, 7).nodes()).extracting(Node::op).containsExactly("AveragePool");
  }

  /**
   * Sizes that give 9 x 3, 8 x 8 and 1 x 2 positions for VGG's 7 x 7; 2 x 8 for AlexNet's 6 x 6.
   */
  @ParameterizedTest
  @CsvSource({
    "vgg11, 288, 96",
    "vgg11_bn, 256, 256",
    "vgg11, 32, 64",
    "alexnet, 96, 288",
    "timm-vgg11, 96, 128"
  })
  void networksOfOtherImageSizesHaveTheUnitsThatTheyHadAndRun(String label, int height, int width) {
    Reference reference = Reference.named(label);
    Network usual = network(reference, Optional.empty());
    Network other = network(reference, Optional.of(new int[] {height, width}));
    assertThat(Merging.symmetry(other).groups())
        .extracting(group -> group.size())
        .isEqualTo(Merging.symmetry(usual).groups().stream().map(group -> group.size()).toList());
    Network permuted = Merging.permuted(other, 5);
    assertThat(permuted.graph().initializers()).isNotEqualTo(other.graph().initializers());
    int channels = other.inputs().get(0).shape().dimension(1);
    Runs.assertSameOutputs(other.graph(), permuted.graph(), 1e-4, 2, channels, height, width);
  }

  private static Network network(Reference reference, Optional<int[]> size) {
    Graph graph =
        Architectures.standard()
            .build(reference.dict(), reference.arch(), size, reference.label())
            .graph();
    return new NetworkReader(Merging.runtime(), Optional.empty()).of(graph, reference.label());
  }

  @ParameterizedTest
  @CsvSource({"vgg11, 31, 64", "alexnet, 64, 6"})
  void imagesThatLeaveNoPositionsAreRefused(String label, int height, int width) {
    Reference reference = Reference.named(label);
    assertThatThrownBy(() -> network(reference, Optional.of(new int[] {height, width})))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("--input-size");
  }
}
