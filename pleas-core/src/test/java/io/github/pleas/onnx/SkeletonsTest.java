package io.github.pleas.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import io.github.pleas.InvalidInputException;
import io.github.pleas.network.GraphBuilder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What is left out of a file is drawn at random; what is in it stays. */
class SkeletonsTest {
  private final GraphBuilder g = new GraphBuilder(1);

  private byte[] model() {
    String h = g.batchNorm(g.conv(g.input("x", 3, 8, 8), 3, 16, 3), 16);
    return OnnxWriter.toBytes(g.build(g.gemm(g.pooled(h), 16, 3)));
  }

  private static byte[] withoutLarge(byte[] model) throws InvalidProtocolBufferException {
    ModelProto.Builder stripped = ModelProto.parseFrom(model).toBuilder();
    for (TensorProto.Builder tensor : stripped.getGraphBuilder().getInitializerBuilderList()) {
      if (tensor.getRawData().size() > 4 * 4) {
        tensor.clearRawData();
      }
    }
    return stripped.build().toByteArray();
  }

  @Test
  void everyWeightThatIsLeftOutIsDrawn() throws InvalidProtocolBufferException {
    byte[] whole = model();
    byte[] skeleton = withoutLarge(whole);
    assertThat(Skeletons.isSkeleton(whole)).isFalse();
    assertThat(Skeletons.isSkeleton(skeleton)).isTrue();
    Graph expected = OnnxReader.parse(whole, "whole");
    Graph found = OnnxReader.parse(Skeletons.filled(skeleton, 5), "filled");
    assertThat(found.initializers().keySet()).isEqualTo(expected.initializers().keySet());
    expected
        .initializers()
        .forEach(
            (name, tensor) -> {
              Tensor other = found.initializers().get(name);
              assertThat(other).isNotNull();
              assertThat(other.shape()).isEqualTo(tensor.shape());
              assertThat(other.equals(tensor)).isEqualTo(tensor.size() <= 4);
            });
    Node norm = found.nodes().stream().filter(n -> n.is("BatchNormalization")).findFirst().get();
    for (int positive : new int[] {1, 4}) {
      for (float value : found.initializers().get(norm.input(positive)).floats()) {
        assertThat(value).isBetween(0.5f, 1.5f);
      }
    }
  }

  @Test
  void oneSeedGivesOneDraw() throws InvalidProtocolBufferException {
    byte[] skeleton = withoutLarge(model());
    assertThat(Skeletons.filled(skeleton, 7)).isEqualTo(Skeletons.filled(skeleton, 7));
    assertThat(Skeletons.filled(skeleton, 7)).isNotEqualTo(Skeletons.filled(skeleton, 8));
  }

  // Its data are elsewhere, not left out.
  @Test
  void externalDataAreNotDrawn() throws InvalidProtocolBufferException {
    ModelProto.Builder model = ModelProto.parseFrom(model()).toBuilder();
    model
        .getGraphBuilder()
        .getInitializerBuilder(0)
        .clearRawData()
        .setDataLocation(TensorProto.DataLocation.EXTERNAL);
    assertThat(Skeletons.isSkeleton(model.build().toByteArray())).isFalse();
  }

  @Test
  void whatIsNoModelIsRefused() {
    byte[] text = "not a model".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> Skeletons.filled(text, 1)).isInstanceOf(InvalidInputException.class);
  }
}
