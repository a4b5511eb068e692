package io.github.pleas.symmetry;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.github.pleas.network.Network;
import io.github.pleas.network.Runs;
import io.github.pleas.onnx.OnnxReader;
import io.github.pleas.zoo.Zoo;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How many groups well-known architectures have, counted from their descriptions. A stream is what
 * layers add to through skip paths: one group, however many layers write to it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArchitectureCountsTest {
  /** Blocks of a kind: so many, and so many groups of units that stand in them. */
  private record Blocks(int groups, int inside) {}

  private enum Architecture {
    /** Five convolutions, two hidden layers of the classifier. */
    ALEXNET("script/tv-alexnet", 224, 5 + 2),
    /** The stem writes to the first of four streams; eight blocks of two convolutions. */
    RESNET_18("script/tv-resnet18", 64, 4 + 8),
    RESNET_18_DYNAMO("dynamo/tv-resnet18", 64, 4 + 8),
    /** 3 + 4 + 6 + 3 blocks of two. */
    RESNET_34("script/tv-resnet34", 64, 4 + 16),
    /** A stem of its own, for the first block has a shortcut; 16 blocks of three convolutions. */
    RESNET_50("script/tv-resnet50", 64, 1 + 16 * 2 + 4),
    /** In each of 16 blocks the 32 groups of a convolution, with what they read and write. */
    RESNEXT_50("script/tv-resnext50_32x4d", 64, 1 + 4, blocks(16, 2)),
    /**
     * Squeezed by one, expanded by two convolutions, eight times; the stem. The last one writes.
     */
    SQUEEZENET("script/tv-squeezenet1_1", 64, 1 + 8 * 3),
    /** Two in each of 6 + 12 + 24 + 16 layers; the stem and three transitions. */
    DENSENET_121("script/tv-densenet121", 64, 1 + 2 * 58 + 3),
    /** Three, then nine modules of six convolutions. */
    GOOGLENET("script/tv-googlenet", 64, 3 + 9 * 6),
    /** Five; modules of 7, 7, 7; 4; 10, 10, 10, 10; 6; 9, 9. Nothing is added anywhere. */
    INCEPTION_3("script/tv-inception_v3", 107, 5 + 3 * 7 + 4 + 4 * 10 + 6 + 2 * 9),
    /**
     * The stem with the first depthwise convolution; 16 expansions with theirs; the first
     * projection and a stream for each of six widths; the last layer.
     */
    MOBILENET_2("script/tv-mobilenet_v2", 64, 1 + 16 + 7 + 1),
    /**
     * The stem; 10 expansions; gates in nine of eleven blocks; streams of 16, 24, 40, 48, 96; the
     * last convolution and the hidden layer of the classifier.
     */
    MOBILENET_3_SMALL("script/tv-mobilenet_v3_small", 64, 1 + 10 + 9 + 5 + 1 + 1),
    MOBILENET_3_SMALL_DYNAMO("dynamo/tv-mobilenet_v3_small", 64, 1 + 10 + 9 + 5 + 1 + 1),
    /** As MobileNet v2: stem, 16 expansions, seven projections and streams, the last layer. */
    MNASNET("script/tv-mnasnet0_5", 64, 1 + 16 + 7 + 1),
    /** The stem; 15 expansions; 16 gates; seven widths; the last layer. */
    EFFICIENTNET_B0("script/tv-efficientnet_b0", 64, 1 + 15 + 16 + 7 + 1),
    EFFICIENTNET_B0_DYNAMO("dynamo/tv-efficientnet_b0", 64, 1 + 15 + 16 + 7 + 1),
    /** Four streams; 3 + 3 + 9 + 3 blocks of one hidden layer. */
    CONVNEXT_TINY("script/tv-convnext_tiny", 64, 4 + 18),
    CONVNEXT_TINY_DYNAMO("dynamo/tv-convnext_tiny", 64, 4 + 18),
    /** The stem, four streams; 1 + 2 + 7 + 12 blocks with groups in the middle. */
    REGNET_X("script/tv-regnet_x_400mf", 64, 1 + 4, blocks(22, 2)),
    /** The stem, four streams; 1 + 3 + 6 + 6 blocks, each with a gate. */
    REGNET_Y("script/tv-regnet_y_400mf", 64, 1 + 4 + 16, blocks(16, 2)),
    /** One stream; a hidden layer and the heads of each of 12 layers: query with key, value. */
    VIT_B_32("dynamo/tv-vit_b_32", 224, 1 + 12, blocks(12, 2)),
    /** Four streams, 2 + 2 + 6 + 2 layers. */
    SWIN_T("script/tv-swin_t", 224, 4 + 12, blocks(12, 2));

    private final String path;
    private final int size;
    private final int plain;
    private final Blocks blocks;

    Architecture(String path, int size, int plain) {
      this(path, size, plain, blocks(0, 0));
    }

    Architecture(String path, int size, int plain, Blocks blocks) {
      this.path = path;
      this.size = size;
      this.plain = plain;
      this.blocks = blocks;
    }

    private static Blocks blocks(int groups, int inside) {
      return new Blocks(groups, inside);
    }
  }

  private Map<String, byte[]> skeletons = Map.of();

  @BeforeAll
  void read() {
    Set<String> paths =
        Arrays.stream(Architecture.values()).map(a -> a.path).collect(Collectors.toSet());
    skeletons = Zoo.assumed().skeletons(paths);
  }

  @ParameterizedTest
  @EnumSource
  void anArchitectureHasItsGroups(Architecture a) throws InvalidProtocolBufferException {
    byte[] model = withZeros(requireNonNull(skeletons.get(a.path), a.path), a.size);
    Network network = Runs.read(OnnxReader.parse(model, a.path));
    Symmetry symmetry = new SymmetryAnalysis(OperatorRules.standard()).analyse(network);
    assertThat(symmetry.unknownOperators()).isEmpty();
    assertThat(outermost(symmetry).filter(g -> symmetry.inside(g).isEmpty()))
        .as("groups without blocks")
        .hasSize(a.plain);
    assertThat(outermost(symmetry).filter(g -> !symmetry.inside(g).isEmpty()))
        .as("groups of blocks")
        .hasSize(a.blocks.groups())
        .allSatisfy(g -> assertThat(symmetry.inside(g)).hasSize(a.blocks.inside()));
    assertThat(symmetry.groups()).hasSize(a.plain + a.blocks.groups() * (1 + a.blocks.inside()));
    assertThat(HiddenUnits.of(network, symmetry).fixed()).as("hidden units that stay").isEmpty();
  }

  private static Stream<UnitGroup> outermost(Symmetry symmetry) {
    return symmetry.groups().stream().filter(g -> g.blocks().isEmpty());
  }

  /**
   * A model all of whose left-out weights are zero, for images of a size; its symmetry is theirs.
   */
  private static byte[] withZeros(byte[] skeleton, int size) throws InvalidProtocolBufferException {
    ModelProto.Builder model = ModelProto.parseFrom(skeleton).toBuilder();
    GraphProto.Builder graph = model.getGraphBuilder();
    for (TensorProto.Builder tensor : graph.getInitializerBuilderList()) {
      long count = tensor.getDimsList().stream().reduce(1L, Math::multiplyExact);
      int bytes = tensor.getDataType() == TensorProto.DataType.FLOAT.getNumber() ? 4 : 8;
      if (tensor.getRawData().isEmpty()
          && tensor.getFloatDataCount() == 0
          && tensor.getInt64DataCount() == 0) {
        tensor.setRawData(ByteString.copyFrom(new byte[Math.toIntExact(bytes * count)]));
      }
    }
    TensorShapeProto.Builder shape =
        graph.getInputBuilder(0).getTypeBuilder().getTensorTypeBuilder().getShapeBuilder();
    shape.getDimBuilder(2).setDimValue(size);
    shape.getDimBuilder(3).setDimValue(size);
    return model.build().toByteArray();
  }
}
